"""Lines of the files that the ECS agent reads, and the groups of instances by where they stand."""

import pytest

from lowering.networks import network
from lowering.user_data import BLOCK, FILE, OPEN, SCRIPT, VAR, read, told
from taskwall.core.values import Value
from taskwall.model.compute.container_instances import Instances


@pytest.mark.parametrize(
    ("lines", "block"),
    [
        ((f"{BLOCK}=true",), True),
        ((f"  {BLOCK}=true  ",), True),
        ((f"{BLOCK}=false",), False),
        ((f"{BLOCK}",), None),
        ((f"={BLOCK}",), None),
        ((f"# {BLOCK}",), None),
        ((f"{BLOCK}=true\n{BLOCK}",), True),
        ((f"{BLOCK}=true\n\n=\nOTHER",), True),
        ((f"{BLOCK}=true\n{BLOCK}=false",), False),
        ((f"{BLOCK}=", VAR), OPEN),
        ((VAR, "=true"), OPEN),
        ((VAR,), OPEN),
        ((f"{BLOCK}=true\nOTHER=", VAR), True),
    ],
)
def test_lines_of_a_file_of_settings(lines: tuple[str | Value, ...], block: object) -> None:
    """A name and a value with a `=` between; any other line sets nothing."""
    head, *rest = (f"{SCRIPT}cat <<'EOF' > {FILE}\n", *lines, "\nEOF\n")
    known = all(isinstance(part, str) for part in lines)
    found = read("".join(map(str, (head, *rest)))) if known else read(head, *rest)
    assert told(found) is block


UNENDED: dict[str, tuple[str, object, list[str]]] = {
    "the rest of the line": (f"printf {BLOCK}=tr > {FILE}\nprintf ue >> {FILE}\n", True, []),
    "the rest, and another line": (
        f"printf {BLOCK}=tr > {FILE}\nprintf 'ue\\nA=b' >> {FILE}\n", True, [],
    ),
    "a line of its own": (
        f"printf {BLOCK}=true > {FILE}\nprintf '\\nA=b\\n' >> {FILE}\n", True, [],
    ),
    "a line behind one that has ended": (
        f"echo {BLOCK}=tr > {FILE}\nprintf ue >> {FILE}\n", None, [],
    ),
    "the rest of a branch": (
        f"printf {BLOCK}=tr > {FILE}\nif x; then printf ue >> {FILE}; fi\n",
        OPEN, ["a condition in line 3 of user data"],
    ),
    "the rest of a line of a branch": (
        f"if x; then printf {BLOCK}=tr > {FILE}; fi\nprintf ue >> {FILE}\n",
        OPEN, ["a condition in line 2 of user data"],
    ),
    "an output": (
        f"printf {BLOCK}=true > {FILE}\ncurl https://x >> {FILE}\n",
        OPEN, ["the output of curl"],
    ),
    "a name, and an output": (
        f"printf {BLOCK} > {FILE}\ncurl https://x >> {FILE}\n", OPEN, ["the output of curl"],
    ),
    "a line behind an output": (
        f"curl https://x > {FILE}\nprintf {BLOCK}=true >> {FILE}\n", True, [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("script", "block", "waits"), UNENDED.values(), ids=UNENDED)
def test_what_comes_behind_a_line_that_has_not_ended(
    script: str, block: object, waits: list[str]
) -> None:
    """A text ends the line; after an output nobody knows what it says."""
    found = read(SCRIPT + script)

    assert told(found) is block
    assert [need.name for need in found.setting(BLOCK).needs] == waits


@pytest.mark.parametrize("end", ["", "\\n"])
@pytest.mark.parametrize("more", [f"curl https://x >> {FILE}", "curl https://x | bash"])
def test_a_cluster_before_what_nobody_knows(more: str, end: str) -> None:
    """It stays the instance's: no program takes an instance out of a cluster that is named."""
    found = read(f"{SCRIPT}printf 'ECS_CLUSTER=shop{end}' > {FILE}\n{more}\n")

    assert told(found, "ECS_CLUSTER") == "shop"
    assert told(found) is OPEN


ENVIRONMENT: dict[str, tuple[tuple[str | Value, ...], object, list[str]]] = {
    "a setting": ((f"{BLOCK}=true",), True, []),
    "spaces around it": ((f" {BLOCK}=true ",), True, []),
    "the last of two": ((f"{BLOCK}=true\n{BLOCK}=false",), False, []),
    "a name alone": ((BLOCK,), None, []),
    "a comment": ((f"{BLOCK}=true\n#{BLOCK}=false",), True, []),
    "a value that is not known": ((f"{BLOCK}=", VAR), OPEN, ["var.cluster"]),
    "a name that is not known": ((VAR, "=true"), OPEN, ["var.cluster"]),
    "a name known in part": ((f"{BLOCK}=true\nA", VAR, "=b"), OPEN, ["var.cluster"]),
    "a line that is not known": ((f"{BLOCK}=true\n", VAR), OPEN, ["var.cluster"]),
    "a line known in part": ((f"{BLOCK}=true\nA", VAR), OPEN, ["var.cluster"]),
    "a setting behind a line that is not known": ((VAR, f"\n{BLOCK}=true"), True, []),
    "a value of another that is not known": ((f"{BLOCK}=true\nA=", VAR), True, []),
}


@pytest.mark.parametrize(("lines", "block", "waits"), ENVIRONMENT.values(), ids=ENVIRONMENT)
def test_lines_of_a_file_of_environment(
    lines: tuple[str | Value, ...], block: object, waits: list[str]
) -> None:
    """Docker takes a name and a value from each; one that is not known may be any setting."""
    run = "docker run --env-file /a.env amazon/amazon-ecs-agent\n"
    parts = (f"{SCRIPT}cat <<'EOF' > /a.env\n", *lines, f"\nEOF\n{run}")
    known = all(isinstance(part, str) for part in parts)
    found = read("".join(map(str, parts))) if known else read(*parts)

    assert told(found) is block
    assert [need.name for need in found.setting(BLOCK).needs] == waits


@pytest.mark.parametrize(
    ("body", "name", "to"),
    [
        ('vpc_security_group_ids = ["sg-1"]', "vpc_security_group_ids", ["sg-1"]),
        ('security_group_names = ["web"]', "security_group_names", ["web"]),
        (
            'network_interfaces {\nsecurity_groups = ["sg-1"]\n}',
            "security_groups",
            ["sg-1"],
        ),
    ],
)
def test_where_the_groups_of_a_launch_template_stand(body: str, name: str, to: list[str]) -> None:
    """The setting goes by the argument that says them, be it an interface's."""
    (found,) = network(f'resource "aws_launch_template" "t" {{\n{body}\n}}\n').every(Instances)
    assert found.groups_setting is not None
    assert found.groups_setting.name == name
    assert [link.to for link in found.groups] == to
