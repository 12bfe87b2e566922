"""One mistake is told once: rules yield to others as the catalogue says, and do so in practice.

Of two rules of which one yields to the other, a permission, listener, endpoint, log or store gets
the fail of one only, be it a resource of its own or a block inside one.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from mistakes import CASES, GOOD, Mistake, mistaken, named
from precedence import PAIRS, told_twice
from taskwall.engine.judge import judge
from taskwall.findings.finding import Finding
from taskwall.readers import cloudformation, terraform
from taskwall.rules import all_rules
from taskwall.rules._rule import Rule
from taskwall.settings import Settings
from taskwall.settings.loading import load
from taskwall.source.files import Files, walk
from taskwall.source.stack import Inputs, Stack

SHOWN = {
    ("TW204", "TW205"): "tw204/fail_alb_beside_nlb",
    ("TW204", "TW206"): "tw204/fail_internal_nlb",
    ("TW204", "TW215"): "tw204/fail",
    ("TW205", "TW209"): "tw204/fail_group_of_balancer",
    ("TW206", "TW209"): "tw206/fail_ingress_rule",
    ("TW215", "TW212"): "tw204/fail_list_of_ranges",
    ("TW302", "TW304"): "tw302/fail",
    ("TW303", "TW304"): "tw303/fail",
    ("TW402", "TW403"): "tw411/not_concerned",
    ("TW408", "TW405"): "tw408/fail",
}
"""Where it shows that one rule silences another, if no fixture is named after that."""

FIXTURES = Path(__file__).parents[2] / "fixtures"
DEMOS = sorted((FIXTURES / "demo").iterdir())


def test_rules_yield_as_the_catalogue_says() -> None:
    """Each rule names exactly those that have precedence over it."""
    wanted: dict[str, set[str]] = {}
    for first, other in PAIRS:
        wanted.setdefault(other, set()).add(first)

    assert {rule.id: set(rule.yields_to) for rule in all_rules() if rule.yields_to} == wanted


def stacks(folder: Path, overlay: dict[str, str] | None = None) -> Iterator[Stack]:
    """The stacks of a folder, of either language."""
    inputs = Inputs(boundary=str(folder))
    for reader, ending in ((terraform, ".tf"), (cloudformation, ".yaml")):
        paths = [path for path in walk([str(folder)]) if path.endswith(ending)]
        yield from reader.stacks(paths, Files(overlay), inputs)[0]


def settings_of(folder: Path) -> Settings:
    """The settings that lie in a folder."""
    given = (folder / "taskwall.toml").exists()
    return load(str(folder), all_rules()) if given else Settings()


def fails(stack: Stack, rules: Sequence[Rule], settings: Settings) -> list[Finding]:
    """What these rules find wrong with a stack."""
    judged = judge(stack, rules, settings).findings
    return [each.finding for each in judged if each.finding.verdict == "fail"]


# --- each declared precedence does something


@pytest.mark.parametrize(("first", "other"), PAIRS)
def test_a_rule_that_yields_has_something_to_yield(first: str, other: str) -> None:
    """There is a fixture in which a rule fails by itself, and is silent beside the other one."""
    by_name = (FIXTURES / "rules" / other.lower()).glob(f"*_told_by_{first.lower()}")
    shown = SHOWN.get((first, other))
    folder = FIXTURES / "rules" / shown if shown else next(by_name)
    rules = {rule.id: rule for rule in all_rules()}
    found = list(stacks(folder))

    assert found
    for stack in found:
        alone = fails(stack, [rules[other]], settings_of(folder))
        both = fails(stack, [rules[first], rules[other]], settings_of(folder))
        silent = [finding for finding in alone if finding not in both]
        assert silent
        assert any(finding.rule == first for finding in both)


# --- nothing is told twice


def twice_in(folder: Path, overlay: dict[str, str] | None = None) -> list[object]:
    """What is told twice in the stacks of a folder."""
    settings = settings_of(folder)
    return [
        twice
        for stack in stacks(folder, overlay)
        for twice in told_twice(stack, fails(stack, all_rules(), settings))
    ]


@pytest.mark.parametrize("folder", DEMOS, ids=lambda folder: folder.name)
def test_no_mistake_is_told_twice(folder: Path) -> None:
    """Of one permission, listener, endpoint or log, no rule fails that yields to one that fails.

    `test_rule_fixtures.py` holds the fixtures of rules to that as well.
    """
    assert twice_in(folder) == []


@pytest.mark.parametrize(("file", "mistake"), CASES, ids=named)
def test_one_mistake_in_a_good_stack_is_told_once(file: str, mistake: Mistake) -> None:
    """Nor are single mistakes in good stacks told twice."""
    assert twice_in((GOOD / file).parent, mistaken(file, mistake)) == []


# --- nobody is asked what could show nothing new


ONE_OF_TWO = '[[aws_security_group.alb.id, "sg-0123456789abcdef0"][var.which]]'
EVERYWHERE = '["0.0.0.0/0"]'


@pytest.mark.parametrize(
    ("rules", "peers", "first", "said"),
    [
        # A port that no task publishes is too much for whomever it is, but so may the peer be.
        (("TW208",), f"security_groups = {ONE_OF_TWO}", "22", ["unknown", "fail"]),
        (("TW208",), f"security_groups = {ONE_OF_TWO}", "32768", ["unknown"]),
        # Open to all of the internet: how many ports of it are served matters no more.
        (("TW204", "TW209"), f"cidr_blocks = {EVERYWHERE}", "var.which", ["fail"]),
        (("TW209",), f"cidr_blocks = {EVERYWHERE}", "var.which", ["unknown"]),
    ],
)
def test_an_unknown_beside_a_fail(
    tmp_path: Path, rules: Sequence[str], peers: str, first: str, said: list[str]
) -> None:
    """Of one permission, if no answer could show more than that it is wrong."""
    folder, group = ("tw204/pass", "api") if "TW209" in rules else ("tw208/fail", "host")
    text = (FIXTURES / "rules" / folder / "main.tf").read_text()
    text = text.replace("[aws_vpc.main.cidr_block] # TW208", "[] # TW208")
    head = f'resource "aws_security_group" "{group}" {{'
    permission = f"""
  ingress {{
    {peers}
    from_port = {first}
    to_port   = {first if first == "22" else 60000}
    protocol  = "tcp"
  }}
"""
    assert head in text
    text = text.replace(head, head + permission) + 'variable "which" {}\n'
    (tmp_path / "main.tf").write_text(text)
    chosen = [rule for rule in all_rules() if rule.id in rules]
    judged = [judge(stack, chosen, Settings()) for stack in stacks(tmp_path)]
    found = [one for each in judged for one in each.findings if not one.unreported]
    assert [one.finding.verdict for one in found] == said


GROUPS_OF_INPUT = """
provider "aws" { region = "eu-west-1" }
variable "groups" { type = list(string) }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group_rule" "from" {
  for_each          = toset(var.groups)
  security_group_id = each.key
}
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "awsvpc"
}
resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [for each in var.groups : each]
  }
}
"""


def test_what_takes_precedence_stays_where_an_input_is_empty(tmp_path: Path) -> None:
    """Else what it silences there would be told in its place, under both conditions."""
    (tmp_path / "main.tf").write_text(GROUPS_OF_INPUT)
    (stack,) = stacks(tmp_path)
    rules = [rule for rule in all_rules() if rule.id in ("TW202", "TW211")]

    found = [one.finding for one in judge(stack, rules, Settings()).findings]
    assert {(one.rule, one.when) for one in found if one.verdict == "fail"} == {
        ("TW202", "var.groups is empty"),
        ("TW211", "var.groups is not empty"),
    }
