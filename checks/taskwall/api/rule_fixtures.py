"""Fixtures of rules of one's own: what `taskwall rules test` holds them to.

Fixtures stand in `fixtures/<id>/<case>/` beside the rules, each a `main.tf` or a `template.yaml`
whose comments say what the rule must say of which line (`taskwall.library.marks`).
"""

import os
from collections.abc import Iterator, Mapping

from msgspec import Struct

from taskwall.api.options import Options
from taskwall.api.scan import scan
from taskwall.library.marks import mark, marks_of
from taskwall.report.excerpts import seen_from
from taskwall.rules._rule import Rule
from taskwall.source.files import Files, UnreadableError

SOURCES = ("main.tf", "template.yaml")


class Mismatch(Struct, frozen=True):
    """A line of a fixture of which a rule says something else than what is marked."""

    file: str
    line: int
    expected: tuple[str, ...]
    found: tuple[str, ...]

    def __str__(self) -> str:
        expected, found = (", ".join(each) or "nothing" for each in (self.expected, self.found))
        return f"{self.file}:{self.line}: expected {expected}, found {found}"


class FixtureResult(Struct, frozen=True):
    """What the fixtures of a rule came to: how many sources they are, and what does not agree.

    `problems` are sources that could not be read, and crashes of the rule.
    """

    rule: str
    sources: int
    mismatches: tuple[Mismatch, ...]
    problems: tuple[str, ...]


def run_fixtures(folder: str, rules: tuple[Rule, ...]) -> Iterator[FixtureResult]:
    """Hold rules of a folder to their fixtures.

    Args:
        folder: the folder of the rules.
        rules: those of them that are tried.
    """
    severities = {rule.id: rule.severity for rule in rules}
    for rule in rules:
        above = os.path.join(folder, "fixtures", rule.id.lower())
        sources = 0
        mismatches: list[Mismatch] = []
        problems: list[str] = []
        for case in sorted(os.listdir(above) if os.path.isdir(above) else ()):
            files = [os.path.join(above, case, name) for name in SOURCES]
            files = [file for file in files if os.path.isfile(file)]
            if not files:
                continue
            sources += len(files)
            report = scan(_options(os.path.join(above, case), folder, rule))
            document = report.document
            problems += (f"{one.rule}: {one.message}" for one in document.crashes)
            for file in files:
                shown = seen_from(os.getcwd(), os.path.abspath(file))
                try:
                    expected = marks_of(Files().text(file), rule.id)
                except UnreadableError as error:
                    problems.append(f"{shown}:{error.error.place.line}: {error}")
                    continue
                problems += (
                    f"{one.file}:{one.line}: {one.message}"
                    for one in document.errors
                    if one.file == shown
                )
                said: dict[int, list[str]] = {}
                for finding in report.findings:
                    if finding.file == shown:
                        said.setdefault(finding.line, []).append(mark(finding, severities))
                mismatches += _mismatches(file, rule, said, expected)
        yield FixtureResult(rule.id, sources, tuple(mismatches), tuple(problems))


def _options(case: str, folder: str, rule: Rule) -> Options:
    """The scan of a case by itself: a file would be analysed with the whole repository."""
    return Options(
        paths=(case,),
        rules=(folder,),
        select=(rule.id,),
        show=("fail", "unknown", "pass"),
        fail_on="never",
    )


def _mismatches(
    file: str, rule: Rule, said: Mapping[int, list[str]], expected: Mapping[int, list[str]]
) -> Iterator[Mismatch]:
    for line in sorted({*said, *expected}):
        wanted, found = tuple(expected.get(line, ())), tuple(sorted(said.get(line, ())))
        if wanted != found:
            yield Mismatch(os.path.relpath(file), line, wanted, found)
