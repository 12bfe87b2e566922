"""The pytest plugin: a test for each stack, and what an unknown fact does to it."""

import pytest

import taskwall.api.library  # noqa: F401 (what a run of pytester imports first, it forgets)

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


def test_what_cannot_be_loaded_is_told_in_one_line(project: pytest.Pytester) -> None:
    """With file and line, and no traceback of ours."""
    (project.path / "a" / "main.tf").write_text('resource "aws_vpc" "main" {')
    done = project.runpytest_inprocess("-p", "no:xdist")

    assert done.ret != pytest.ExitCode.OK
    done.stdout.fnmatch_lines(["*taskwall_path: a/main.tf:1: syntax error*"])
    assert "pytest_plugin.py" not in done.stdout.str() + done.stderr.str()


def test_stacks_of_one_name_are_all_tested(pytester: pytest.Pytester) -> None:
    """Templates of a folder that import from each other are one stack by the folder's name."""
    for number in (1, 2):
        export = f"Outputs: {{A: {{Value: !Ref Vpc, Export: {{Name: vpc{number}}}}}}}"
        (pytester.path / f"vpc{number}.yaml").write_text(
            f"Resources: {{Vpc: {{Type: AWS::EC2::VPC}}}}\n{export}\n"
        )
        group = (
            f"{{Type: AWS::EC2::SecurityGroup, Properties: {{VpcId: !ImportValue vpc{number}}}}}"
        )
        (pytester.path / f"group{number}.yaml").write_text(f"Resources: {{Group: {group}}}\n")
    pytester.makepyfile("def test_it(taskwall_network):\n    assert taskwall_network.vpcs\n")

    pytester.runpytest_inprocess("-p", "no:xdist").assert_outcomes(passed=2)
