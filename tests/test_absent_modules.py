"""A module that is there, and the same module taken away, never contradict each other.

Of a fixture each block is moved into a module of its own, which is scanned with and without its
source. What stands outside of it then is what the law is about: a fail there is not a pass here.
"""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from taskwall.engine.judge import judge
from taskwall.readers.terraform import stacks
from taskwall.rules import all_rules
from taskwall.rules._rule import Rule
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

RULES = Path(__file__).parent.parent / "fixtures" / "rules"
SOURCE = "example/moved/aws"

BLOCK = re.compile(r'^resource "(\w+)" "(\w+)" \{\n(?:.*\n)*?\}\n', re.MULTILINE)
REFERENCE = re.compile(r"\b(?:data\.)?(aws_\w+\.\w+(?:\.\w+)?)")
NAMED = re.compile(r"\b((?:var|local)\.\w+|data\.\w+\.\w+(?:\.\w+)?|aws_\w+\.\w+(?:\.\w+)?)")

SHARE = 12
"""One in so many moves is tried at each run of the tests; `tools/check.py --all` tries all."""

STANDING = frozenset(
    (Path(__file__).parent / "data" / "absent_standing.txt").read_text(encoding="utf-8").split()
)
"""The moves that break the law today. The list only shrinks: what keeps the law must go from it."""


class Moved(Struct, frozen=True):
    """A root from which a block is moved into a module."""

    name: str
    root: str
    module: str


def moves(text: str) -> Iterator[Moved]:
    """Each way to move a resource of a root into a module."""
    for block in BLOCK.finditer(text):
        own = f"{block[1]}.{block[2]}"
        body = block[0]
        if "for_each" in body or "count" in body or "dynamic" in body or f"{own}[" in text:
            continue  # what hangs on them is another question
        given: dict[str, str] = {}

        def argument(found: re.Match[str], given: dict[str, str] = given) -> str:
            return "var." + given.setdefault(found[1], f"a{len(given)}")

        inner = NAMED.sub(argument, body)
        rest = text[: block.start()] + text[block.end() :]
        asked: dict[str, str] = {}

        def output(found: re.Match[str], asked: dict[str, str] = asked) -> str:
            return "module.moved." + asked.setdefault(found[0], f"o{len(asked)}")

        rest = re.sub(rf"(?<![\w.]){own}(?:\.\w+)?(?!\w)", output, rest)
        call = "".join(f"  {name} = {value}\n" for value, name in given.items())
        module = inner
        module += "".join(f'variable "{name}" {{}}\n' for name in given.values())
        module += "".join(f'output "{name}" {{ value = {of} }}\n' for of, name in asked.items())
        yield Moved(own, f'{rest}\nmodule "moved" {{\n  source = "{SOURCE}"\n{call}}}\n', module)


CASES = [
    pytest.param(rule, name, moved, id=name)
    for rule in all_rules()
    for case in sorted((RULES / rule.id.lower()).iterdir())
    if (case / "main.tf").exists()
    for moved in moves((case / "main.tf").read_text(encoding="utf-8"))
    for name in (f"{case.parent.name}/{case.name}-{moved.name}",)
    if "\nmodule " not in moved.root.replace('\nmodule "moved" ', "")
]


def is_tried(name: str) -> bool:
    """Whether a move is among those of each run of the tests."""
    return zlib.crc32(name.encode()) % SHARE == 0


def verdicts(rule: Rule, moved: Moved, present: bool) -> dict[str, set[str]]:
    """What a rule says of the resources outside of the module, and of the module call."""
    texts = {"/root/main.tf": moved.root, "/moved/main.tf": moved.module}
    inputs = Inputs(boundary="/root", module_sources={SOURCE: "/moved"} if present else {})
    found_stacks, errors = stacks([*texts], Files(texts), inputs)
    assert errors == []
    stack = next(one for one in found_stacks if one.name == "/root")
    judged = judge(stack, [rule], Settings(show=("fail", "unknown", "pass")))
    assert (judged.errors, judged.crashes) == ((), ())
    assert bool(judged.absent) is not present
    found: dict[str, set[str]] = {}
    for one in judged.findings:
        found.setdefault(one.finding.resource, set()).add(one.finding.verdict)
    return found


def contradictions(rule: Rule, moved: Moved) -> list[str]:
    """Where a verdict with the module is turned without it, or the other way round."""
    there, absent = verdicts(rule, moved, True), verdicts(rule, moved, False)
    asked = "unknown" in absent.get("module.moved", ())
    found = []
    for resource in {*there, *absent}:
        if resource.startswith("module.moved"):
            continue
        with_it, without = there.get(resource, set()), absent.get(resource, set())
        if "fail" in with_it and not {"fail", "unknown"} & without and not asked:
            found.append(f"{resource}: fails, and passes without the module")
        if "fail" in without and not {"fail", "unknown"} & with_it:
            found.append(f"{resource}: fails without the module only")
    return found


def tried(everywhere: bool) -> list[object]:
    """The moves of each run of the tests, or all others."""
    return [case for case in CASES if is_tried(str(case.id)) is not everywhere]


@pytest.mark.parametrize(("rule", "name", "moved"), tried(everywhere=False))
def test_a_module_taken_away_contradicts_nothing(rule: Rule, name: str, moved: Moved) -> None:
    """Verdicts may become unknown, and nothing else."""
    assert bool(contradictions(rule, moved)) is (name in STANDING)


@pytest.mark.everything
@pytest.mark.parametrize(("rule", "name", "moved"), tried(everywhere=True))
def test_all_other_modules_taken_away_contradict_nothing(
    rule: Rule, name: str, moved: Moved
) -> None:
    """The same of all other moves."""
    assert bool(contradictions(rule, moved)) is (name in STANDING)


BESIDE = """
data "aws_vpc" "main" {}
resource "aws_security_group" "web" {
  vpc_id = data.aws_vpc.main.id
}
module "hosts" {
  source          = "example/hosts/aws"
  security_groups = [aws_security_group.web.id]
}
resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  container_definitions    = jsonencode([{ name = "web", image = "nginx" }])
}
resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = ["subnet-87654321"]
    security_groups = [aws_security_group.web.id]
  }
}
"""


def test_what_a_module_may_hold_unseen_silences_nothing() -> None:
    """An unknown that is told once, at the first task source, is told at one that is written."""
    [stack], _ = stacks(["/root/main.tf"], Files({"/root/main.tf": BESIDE}), Inputs())
    rules = [each for each in all_rules() if each.id == "TW401"]

    found = judge(stack, rules, Settings(show=("unknown",))).findings

    assert [one.finding.resource for one in found] == ["aws_ecs_service.web"]
