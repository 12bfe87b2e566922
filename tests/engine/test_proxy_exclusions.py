"""What TW504 and TW505 say of user data: what a proxy is not used for, and what nobody sees."""

import pytest

from taskwall.engine.judge import judge
from taskwall.findings.finding import Finding
from taskwall.readers import terraform
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

METADATA, CREDENTIALS, DOCKER = "169.254.169.254", "169.254.170.2", "/var/run/docker.sock"
ALL = f"{METADATA},{CREDENTIALS},{DOCKER}"
EXCLUDED = {
    ALL: "pass",
    f"{DOCKER},{CREDENTIALS},{METADATA}": "pass",
    f"{METADATA}, {CREDENTIALS} ,{DOCKER}": "pass",
    f"10.0.0.0/8,{ALL},.internal": "pass",
    f"169.254.0.0/16,{DOCKER}": "pass",
    "*": "pass",
    "": f"lacks {METADATA}, {CREDENTIALS}, {DOCKER}",
    "10.0.0.0/8": f"lacks {METADATA}, {CREDENTIALS}, {DOCKER}",
    "169.254.0.0/16": f"lacks {DOCKER}",
    f"{METADATA},{CREDENTIALS}": f"lacks {DOCKER}",
    f"{METADATA},{DOCKER}": f"lacks {CREDENTIALS}",
    f"{CREDENTIALS},{DOCKER}": f"lacks {METADATA}",
    # The addresses of others begin alike.
    f"{METADATA}0,{CREDENTIALS},{DOCKER}": f"lacks {METADATA}",
    f"{METADATA} {CREDENTIALS} {DOCKER}": f"lacks {METADATA}, {CREDENTIALS}, {DOCKER}",
    "${var.open}": "unknown",
    f"169.254.0.0/16,${{var.open}},{DOCKER}": "pass",
    "169.254.0.0/16,${var.open}": "unknown",
    f"{METADATA}${{var.open}},{CREDENTIALS},{DOCKER}": "unknown",
    f"${{var.open}},{ALL}": "pass",
}
INSTANCE = """
resource "aws_instance" "n{number}" {{
  user_data = <<-EOF
    #!/bin/bash
    echo ECS_CLUSTER=main >> /etc/ecs/ecs.config
    echo HTTP_PROXY=proxy.internal:3128 >> /etc/ecs/ecs.config
    echo "NO_PROXY={excluded}" >> /etc/ecs/ecs.config
    EOF
}}
"""
REST = """
variable "open" {}
resource "aws_ecs_cluster" "main" { name = "main" }
"""


def judged(text: str, rule: str) -> list[Finding]:
    """What one rule finds in a text."""
    (stack,), errors = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    assert not errors
    rules = [each for each in all_rules() if each.id == rule]
    found = judge(stack, rules, Settings(show=("fail", "unknown", "pass"))).findings
    return [each.finding for each in found]


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    """What is said of each list, all of them in one stack."""
    each = (INSTANCE.format(number=n, excluded=one) for n, one in enumerate(EXCLUDED))
    by_name = {one.resource: one for one in judged("".join((REST, *each)), "TW504")}
    found = [by_name[f"aws_instance.n{number}"] for number in range(len(EXCLUDED))]
    steps = [" ".join(step.text for step in one.because) for one in found]
    return {
        excluded: f"lacks {text.partition(' lacks ')[2]}" if one.verdict == "fail" else one.verdict
        for excluded, one, text in zip(EXCLUDED, found, steps, strict=True)
    }


@pytest.mark.parametrize("excluded", EXCLUDED)
def test_what_a_list_of_exclusions_lacks(said: dict[str, str], excluded: str) -> None:
    """Two addresses, a range around them or all; and where Docker listens."""
    assert said[excluded].partition(" aws_")[0] == EXCLUDED[excluded]


UNSEEN = """
variable "open" {}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_launch_template" "hosts" { user_data = DATA }
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "host"
  container_definitions = jsonencode([{ name = "web", image = "web:1" }])
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  launch_type     = "EC2"
  task_definition = aws_ecs_task_definition.web.arn
}
"""
SCRIPT = "#!/bin/bash\\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\\n"


@pytest.mark.parametrize("rule", ["TW504", "TW505"])
@pytest.mark.parametrize(
    ("data", "verdicts"),
    [
        ("base64encode(var.open)", ["unknown"]),
        (f'base64encode("{SCRIPT}")', []),
        (f'base64encode("{SCRIPT}${{var.open}}")', ["unknown"]),
    ],
)
def test_user_data_that_is_not_seen_may_set_a_proxy(
    rule: str, data: str, verdicts: list[str]
) -> None:
    """Nothing is wrong for certain where only an input may set one."""
    found = judged(UNSEEN.replace("DATA", data), rule)
    assert [each.verdict for each in found] == verdicts
    assert all(each.missing == ("var.open",) for each in found)
