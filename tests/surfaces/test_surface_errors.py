"""What could not be read: put together by cause, and a warning if somebody wants it so."""

from pathlib import Path

import pytest

from taskwall.api.scan import Options, scan
from taskwall.findings.causes import by_cause
from taskwall.findings.finding import Problem, Report, ReportDocument, Summary
from taskwall.outputs import View, render


def problem(message: str, line: int = 1) -> Problem:
    """A problem in a file."""
    return Problem("a.tf", line, 1, message)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("syntax error at variable", "syntax error at variable"),
        ("Key is written twice, first at line 3", "A is written twice, first at line 9"),
        ('module.a: there is no module at "../a"', 'module.b: there is no module at "../b/c"'),
        ("REGION is not declared", "NAME_2 is not declared"),
    ],
)
def test_messages_of_one_cause(one: str, other: str) -> None:
    """Names, numbers and quoted texts make no other cause."""
    first, second, third = problem(one), problem("is not UTF-8"), problem(other, 2)
    assert by_cause((first, second, third)) == [[first, third], [second]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("is empty", "is not UTF-8"),
        ("syntax error at variable", "syntax error at resource"),
        ("Key is written twice", "Key is not declared"),
    ],
)
def test_messages_of_other_causes(one: str, other: str) -> None:
    """What differs in its words is no other cause's."""
    assert len(by_cause((problem(one), problem(other)))) == 2


def test_a_cause_is_shown_once(toy: Path) -> None:
    """Text counts the places and names a few; everything lists each, and so does JSON."""
    problems = tuple(problem(f'there is no file "{n}"', n) for n in range(1, 143))
    document = ReportDocument(2, "0", Summary(1, 1, errors=142), (), errors=problems)
    report = Report(document, lambda _f, _l: None, status=2)
    text = render("text", report, View())
    assert text.count("there is no file") == 1
    assert (
        "  and 141 like it: a.tf:2, a.tf:3, a.tf:4, and 138 more (--verbose lists them)\n" in text
    )
    assert render("text", report, View(verbose=True)).count("there is no file") == 142
    assert render("json", report, View()).count("there is no file") == 142
    assert "(and 141 like it)" in render("markdown", report, View())


def test_errors_may_be_warnings(toy: Path) -> None:
    """The setting makes warnings of what is wrong in sources, not of what is wrong in the call."""
    (toy / "main.tf").write_text("x = broken # fail TW206\n")
    assert scan(Options()).status == 2
    (toy / "taskwall.toml").write_text('errors = "warn"\n')
    report = scan(Options())
    document = report.document
    assert (report.status, document.errors, document.summary.errors) == (1, (), 0)
    assert [one.message for one in document.warnings] == ["is broken"]
    assert scan(Options(fail_on="never")).status == 0
    assert "warning: main.tf:1:1: is broken" in render("text", report, View())
    assert scan(Options(paths=(".", "nowhere"))).status == 2
