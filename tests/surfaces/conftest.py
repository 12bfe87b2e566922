"""A toy language, reader and engine, so that the surfaces are tested without any policy.

A line `name = value # fail TW206` of a .tf file is a finding at its value; `unknown` and `pass`
likewise, `skip TW206 reason` keeps the line silent, and a value named `secret` is one. A folder is
a stack, with the files of the folders that its lines `call folder` name. A file that begins with
`absent` calls what is not there.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from taskwall.core.values import ModuleCall, Origin, Scenario, Span
from taskwall.engine import judge as engine
from taskwall.engine.judgement import Judgement, LocatedFinding
from taskwall.findings.finding import CalledFrom, Finding, Fix, Instance, Step
from taskwall.library import own_rules
from taskwall.model.core.network import Network
from taskwall.rules._rule import SECTIONS, Rule, Verdict
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.resource import Suppression
from taskwall.source.stack import AbsentSource, Evaluation, Inputs, SourceError
from taskwall.sources import stacks as reading
from taskwall.sources.found import ScanScope

LINE = re.compile(r"\s*(\w+) = (.*?) *(?:# (\w+) (TW\d+) ?(.*))?")


def _silent(network: Network) -> Iterator[Verdict]:
    yield from ()


def made_rule(number: str, severity: Any, *, default: bool = False, pci: bool = False) -> Rule:
    """A rule that is asked nothing."""
    sections = {name: f"What {name} says.\n    as code" for name in SECTIONS}
    sections["Guide"] = "alb-only, nlb-ranges"
    name = f"rule-{number[2:]}"
    return Rule(number, name, f"Title {number}", severity, default, pci, (), sections, _silent, "")


RULES = (
    made_rule("TW101", "high", default=True),
    made_rule("TW206", "medium", default=True, pci=True),
    made_rule("TW209", "low"),
    made_rule("TW210", "low", pci=True),
    made_rule("TW308", "info", default=True),
)


class ToyStack:
    """A folder of the toy language."""

    ties = ()
    deployments = ()
    others_have: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()

    def __init__(self, name: str, files: frozenset[str], texts: Files) -> None:
        self.name = name
        self.files = files
        self.texts = texts

    @property
    def members(self) -> dict[str, frozenset[str]]:
        """It joins no others."""
        return {self.name: self.files}

    def creates(self, type_: str) -> bool:
        """Nothing that others know of."""
        return False

    def evaluate(self, scenario: Scenario) -> Evaluation:
        """Nothing: the toy engine reads the lines itself."""
        return Evaluation(())

    def evaluations(self) -> Callable[[Scenario], Evaluation]:
        """There is nothing to share."""
        return self.evaluate

    def lines(self, file: str) -> Iterator[tuple[int, re.Match[str]]]:
        """The lines that are assignments, with their numbers."""
        for number, line in enumerate(self.texts.text(file).splitlines(), 1):
            if match := LINE.fullmatch(line):
                yield number, match

    def secrets(self, file: str) -> tuple[Span, ...]:
        """The values of everything named `secret`."""
        return tuple(
            Span(file, number, match.start(2) + 1, number, match.end(2) + 1)
            for number, match in self.lines(file)
            if match[1] == "secret"
        )


def toy_stacks(
    paths: Sequence[str], files: Files, inputs: Inputs, scope: ScanScope
) -> tuple[list[ToyStack], list[SourceError]]:
    """The folders that no other calls."""
    folders: dict[str, set[str]] = {}
    paths = [path for path in paths if path.endswith(".tf")]
    for path in paths:
        folders.setdefault(os.path.dirname(path), set()).add(path)
    called: dict[str, set[str]] = {}
    for folder, own in folders.items():
        for path in sorted(own):
            for line in files.text(path).splitlines():
                if line.startswith("call "):
                    called.setdefault(folder, set()).add(os.path.join(folder, line[5:]))
    below = {target for targets in called.values() for target in targets}
    stacks = [
        ToyStack(
            folder,
            frozenset(own.union(*(folders.get(one, ()) for one in called.get(folder, ())))),
            files,
        )
        for folder, own in folders.items()
        if folder not in below
    ]
    wrong = [
        SourceError(Span(path, 1, 1, 1, 1), "is broken")
        for path in paths
        if "broken" in files.text(path)
    ]
    return stacks, wrong


def _addresses(name: str) -> list[str]:
    """The resources of a name; `many_3_x` makes three of them."""
    if match := re.fullmatch(r"many_(\d+)_(\w+)", name):
        return [f"aws_toy.{match[2]}[{number}]" for number in range(int(match[1]))]
    return [f"aws_toy.{name}"]


def toy_judge(stack: ToyStack, rules: Sequence[Rule], settings: Settings) -> Judgement:
    """What the marks on the lines say, for rules that run."""
    severities = {rule.id: rule.severity for rule in rules}
    judged, skips = [], []
    for file in sorted(stack.files):
        module = os.path.dirname(file) != stack.name
        calls = (
            (ModuleCall("module.m", Span(stack.name + "/main.tf", 1, 1, 1, 9)),) if module else ()
        )
        for number, match in stack.lines(file):
            name, _, mark, rule, reason = match.groups()
            place = Span(file, number, match.start(2) + 1, number, match.end(2) + 1)
            line = Span(file, number, 1, number, 999)
            if mark == "skip":
                skips.append(Suppression(rule, reason, line, line))
                mark = "fail"
            if mark not in ("fail", "unknown", "pass") or rule not in severities:
                continue
            called_from = tuple(
                CalledFrom(call.place.file, call.place.line, call.name) for call in calls
            )
            finding = Finding(
                rule,
                mark,  # type: ignore[arg-type]
                severities[rule],
                _addresses(name)[0],
                tuple(
                    Instance(address, stack.name, called_from=called_from)
                    for address in _addresses(name)
                ),
                stack.name,
                file,
                place.line,
                place.column,
                place.end_line,
                place.end_column,
                reason or f"{name} is wrong",
                because=(Step(f"aws_toy.{name}", file, number, "it says so"),),
                called_from=called_from,
                missing=("var.x",) if mark == "unknown" else (),
                fix=Fix("Write something else."),
            )
            origin = Origin(finding.resource, finding.resource, line, "terraform", calls)
            judged.append(LocatedFinding(finding, place, origin))
    absent = tuple(
        AbsentSource("module", "module.x", "some/module", None, Span(file, 1, 1, 1, 9), "get it")
        for file in sorted(stack.files)
        if stack.texts.text(file).startswith("absent")
    )
    return Judgement(tuple(judged), len(judged), suppressions=tuple(skips), absent=absent)


@pytest.fixture(scope="session")
def rules() -> Sequence[Rule]:
    """The rules of the toy language."""
    return RULES


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Any:
    """An empty repository as working directory, in which the toy language is spoken."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(reading, "_read", toy_stacks)
    monkeypatch.setattr(engine, "judge", toy_judge)
    monkeypatch.setattr(own_rules, "_every", lambda folders: own_rules.OwnRules(tuple(RULES)))
    return tmp_path
