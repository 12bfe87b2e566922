"""Whoever obeys a hint of the report gets an answer.

Where verdicts are unknown, the report says by which option the value is given that they wait for.
Each such hint is obeyed here to the letter, with one value after another: for one of them, what
waited for that value must be decided, or wait for less than before.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from taskwall.api.scan import scan
from taskwall.cli.arguments import parse_arguments
from taskwall.cli.scan import options_of, parser
from taskwall.findings.finding import Report
from taskwall.outputs import View, render
from taskwall.sources import ScanScope

FIXTURES = Path(__file__).parent.parent / "fixtures" / "rules"
RULES = sorted(folder.name for folder in FIXTURES.iterdir())
KINDS = ("unknown_scalar", "unknown_list", "unknown_elsewhere")
SOURCES = {"main.tf": "terraform", "template.yaml": "cloudformation"}
OPTION = re.compile(r"^ +\d+  (.*)\n +provide it with (.*)$", re.MULTILINE)
NAMES = re.compile(r'(?:name|family|Name|Family)\s*[=:]\s*"?([\w-]+)')
POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*",'
    '"Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}]}'
)
VALUES = (
    *("true", "443", "10.0.0.0/16", "HTTPS", "awsvpc", "FARGATE", "c5.large", "10.0.0.1", "*"),
    *("[]", "{}", "[true]", '["443"]', '["HTTPS"]', '["FARGATE"]', '["c5.large"]'),
    *('["sg-0123456789abcdef0"]', "sg-0123456789abcdef0", "igw-0123456789abcdef0"),
    *("ELBSecurityPolicy-TLS13-1-2-2021-06", '["ELBSecurityPolicy-TLS13-1-2-2021-06"]'),
    *(POLICY, '{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}', '[{"containerPort":9090}]'),
    *("default.postgres15", "arn:aws:appmesh:eu-west-1:123456789012:mesh/m/virtualNode/n"),
)

Place = tuple[str, str, int, str]


def scanned(source: Path, *options: str) -> Report:
    """The report of a fixture in one language, under every rule unless options choose some."""
    arguments = [str(source.parent), "--profile", "strict", "--allow-empty", *options]
    kinds = frozenset({SOURCES[source.name]})
    asked = options_of(parse_arguments(parser(), arguments))
    return scan(replace(asked, scope=ScanScope(kinds=kinds)))  # type: ignore[arg-type]


def waiting(report: Report) -> dict[Place, set[str]]:
    """What each unknown verdict waits for."""
    return {
        (one.rule, one.file, one.line, one.resource): set(one.missing)
        for one in report.findings
        if one.verdict == "unknown"
    }


def hints(report: Report) -> Iterator[tuple[str, str]]:
    """The names that the report has an option for, with the option as it prints it."""
    names = {f"{name} {why}".strip(): name for name, why in report.reasons.items()}
    for line, option in OPTION.findall(render("text", report, View(verbose=True))):
        yield names[line], option


def undecided(source: Path, *options: str) -> list[str]:
    """The hints of a fixture after which some verdict waits for as much as before."""
    report = scanned(source, *options)
    before = waiting(report)
    found = []
    for name, option in hints(report):
        left = {place for place, needs in before.items() if name in needs}
        assert left, option
        for value in (*VALUES, *sorted(set(NAMES.findall(source.read_text())))):
            if left:
                given = [
                    word.removesuffix("VALUE") + value if word.endswith("=VALUE") else word
                    for word in shlex.split(option)
                ]
                left -= decided(scanned(source, *options, *given), report, before)
        found += [f"{source.parent.name}: {option} for {place[0]}:{place[2]}" for place in left]
    return found


def decided(now: Report, then: Report, before: Mapping[Place, set[str]]) -> set[Place]:
    """What is decided now, or waits for less than before; nothing where a value is refused."""
    if now.document.errors != then.document.errors:
        return set()
    after = waiting(now)
    return {place for place in before if place not in after or after[place] < before[place]}


@pytest.mark.parametrize("rule", RULES)
def test_a_hint_decides(rule: str) -> None:
    """Of a rule's unknowns of each kind, in one language, every hint leads to an answer."""
    name = list(SOURCES)[RULES.index(rule) % 2]
    cases = [FIXTURES / rule / kind / name for kind in KINDS]
    there = [case for case in cases if case.is_file()]
    assert [wrong for case in there for wrong in undecided(case, "--select", rule)] == []


@pytest.mark.everything
@pytest.mark.parametrize("rule", RULES)
def test_every_hint_decides(rule: str) -> None:
    """Whatever a fixture leaves unknown, for any rule."""
    cases = [case for name in SOURCES for case in sorted((FIXTURES / rule).glob(f"*/{name}"))]
    open_ = [case for case in cases if "?" in case.read_text()]
    assert [wrong for case in open_ for wrong in undecided(case)] == []
