"""The pytest plugin: a test for each stack, and what an unknown fact does to it."""

import pytest

pytest_plugins = "pytester"

STACK = """
variable "peer" {}
resource "aws_security_group" "api" {
  ingress {
    protocol = "tcp"
    from_port = 443
    to_port = 443
    cidr_blocks = [var.peer, "10.0.0.0/8"]
  }
}
"""
TEST = """
from taskwall import assert_false, assert_true

def test_inside(taskwall_network):
    assert_true(taskwall_network.security_group("api").allows("10.0.0.1"))

def test_internet(taskwall_network):
    assert_false(taskwall_network.security_group("api").allows("internet"))

def test_udp(taskwall_network):
    assert_true(taskwall_network.security_group("api").allows("10.0.0.1", 443, "udp"))
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """Two stacks and three tests."""
    for name in ("a", "b"):
        (pytester.mkdir(name) / "main.tf").write_text(STACK)
    pytester.makepyfile(TEST)
    return pytester


def test_each_stack_is_tested(project: pytest.Pytester) -> None:
    """A failure has the chain, an unknown what is missing, and both name the stack."""
    done = project.runpytest_inprocess("-p", "no:xdist")

    done.assert_outcomes(passed=2, failed=4)
    done.stdout.fnmatch_lines(["*needs var.peer has no default"])
    done.stdout.fnmatch_lines(["*expected true, but it is false"])
    done.stdout.fnmatch_lines(["FAILED *test_internet?a]*"])


def test_unknowns_may_skip(project: pytest.Pytester) -> None:
    """With `taskwall_unknown = skip` only what is false fails."""
    project.makeini("[pytest]\ntaskwall_unknown = skip\ntaskwall_path = a\n")

    project.runpytest_inprocess("-p", "no:xdist").assert_outcomes(passed=1, failed=1, skipped=1)


def test_a_wrong_option_is_refused(project: pytest.Pytester) -> None:
    """What is neither of the two words is an error of usage."""
    project.makeini("[pytest]\ntaskwall_unknown = maybe\n")
    done = project.runpytest_inprocess("-p", "no:xdist")

    assert done.ret == pytest.ExitCode.USAGE_ERROR
