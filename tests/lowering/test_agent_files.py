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
