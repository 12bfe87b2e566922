"""Rules of one's own: found, asked, tried, and kept to what they may do."""

from pathlib import Path

import pytest

import taskwall
from taskwall.cli import main
from taskwall.library import rule as rule_module

RULE = '''"""{id}: {title}.

What: Something.
Why: Because.
Terraform: it = false
CloudFormation: It: false
"""

import sys
from collections.abc import Iterator

from taskwall import Fact, Network, Verdict, rule


@rule("{severity}")
def judged(network: Network) -> Iterator[Verdict]:
    {body}
'''
FAILS = """for group in network.security_groups:
        yield Verdict(group, group, Fact.known(True, "it is so"), f"{group.name} is wrong")"""
SOURCE = 'resource "aws_security_group" "api" {}\n'


def write(
    folder: Path, id_: str = "ACME101", body: str = FAILS, severity: str = "high", title: str = "T"
) -> Path:
    """A rule's file."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{id_.lower()}_name.py"
    file.write_text(RULE.format(id=id_, title=title, severity=severity, body=body))
    return file


def scanned(tmp_path: Path, source: str = SOURCE) -> taskwall.Report:
    """What own rules say of a source."""
    (tmp_path / "infra").mkdir(exist_ok=True)
    (tmp_path / "infra" / "main.tf").write_text(source)
    return taskwall.scan(tmp_path / "infra", rules=[tmp_path / "rules"], select=["ACME"])


def test_a_rule_of_ones_own_has_findings_like_ours(tmp_path: Path) -> None:
    """Its id, severity, message, chain and fix are in the report."""
    write(tmp_path / "rules")
    report = scanned(tmp_path)

    (finding,) = report.findings
    assert (finding.rule, finding.severity, finding.line) == ("ACME101", "high", 1)
    assert finding.message == "aws_security_group.api is wrong"
    assert finding.fix
    assert finding.fix.text == "it = false"
    assert report.exit_status == 1


def test_it_is_suppressed_like_ours(tmp_path: Path) -> None:
    """A comment with its id and a reason, and a date, keeps it silent."""
    write(tmp_path / "rules")
    report = scanned(tmp_path, f"# taskwall:skip=ACME101: not now\n{SOURCE}")

    assert not report.findings
    assert [one.finding.rule for one in report.suppressed] == ["ACME101"]


def test_rules_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """TASKWALL_RULES names folders, and every command knows the rules in them."""
    write(tmp_path / "env", "ACME102", title="Of the environment")
    monkeypatch.setenv("TASKWALL_RULES", str(tmp_path / "env"))

    assert main(["rules"]) == 0
    assert "ACME102  high" in capsys.readouterr().out
    assert main(["explain", "acme102"]) == 0
    assert "Of the environment" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text", "line", "message"),
    [
        ("acme101_x.py", "def judged(:\n", 1, "SyntaxError"),
        ("acme101_x.py", '"""ACME101: X."""\n\n1 / 0\n', 3, "division by zero"),
        ("acme101_x.py", '"""ACME101: X."""\n', 1, "one function under @rule"),
        ("tw900_x.py", RULE.format(id="TW900", title="T", severity="low", body=FAILS), 1, "TW are"),
        (
            "acme101_x.py",
            '"""ACME101: X.\n\nWhat: W\n"""\nfrom taskwall import rule\n@rule("low")\ndef f(n): 1',
            6,
            "needs the sections What, Why, Terraform, CloudFormation",
        ),
        (
            "acme101_x.py",
            RULE.format(id="ACME101", title="T", severity="bad", body=FAILS),
            15,
            '"bad" is not a severity',
        ),
        (
            "acme101_x.py",
            RULE.format(id="ACME101", title="T", severity="low", body=FAILS).replace(
                "network: Network", ""
            ),
            15,
            "must take one argument",
        ),
    ],
)
def test_a_rule_that_cannot_be_loaded_is_an_error(
    tmp_path: Path, name: str, text: str, line: int, message: str
) -> None:
    """It has its file and line, the other rules go on, and the run ends with 2."""
    write(tmp_path / "rules", "ACME103")
    (tmp_path / "rules" / name).write_text(text)
    report = scanned(tmp_path)

    (error,) = report.errors
    assert error.file.endswith(name)
    assert error.line == line
    assert message in error.message
    assert [one.rule for one in report.findings] == ["ACME103"]
    assert report.exit_status == 2


def test_an_id_is_taken_once(tmp_path: Path) -> None:
    """Of two rules with one id the second is an error."""
    file = write(tmp_path / "rules")
    (tmp_path / "rules" / "acme101_zweite.py").write_text(file.read_text())

    (error,) = scanned(tmp_path).errors
    assert error.file.endswith("acme101_zweite.py")
    assert "ACME101 is the id of another rule" in error.message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise ValueError('no')\n    yield", "ValueError: no"),
        ("yield 1", "yields taskwall.Verdict, not int"),
        ("yield Verdict(network, network, Fact.known(True, 'x'), 'm')", "is a view, not Network"),
        ("network.stack = 'x'\n    yield", "read-only"),
    ],
)
def test_a_rule_that_raises_is_a_crash(tmp_path: Path, body: str, message: str) -> None:
    """The report says so and goes on."""
    write(tmp_path / "rules", "ACME103")
    write(tmp_path / "rules", "ACME104", body=body)
    report = scanned(tmp_path)

    (crash,) = report.crashes
    assert crash.rule == "ACME104"
    assert message in crash.message
    assert [one.rule for one in report.findings] == ["ACME103"]
    assert report.exit_status == 2


def test_a_rule_that_never_ends_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit of time holds for each rule, and the others go on."""
    monkeypatch.setattr(rule_module, "MAX_SECONDS", 0.05)
    write(tmp_path / "rules", body="while True: pass\n    yield")

    (crash,) = scanned(tmp_path).crashes
    assert "took longer than 0.05 seconds" in crash.message


def test_what_a_rule_prints_is_not_in_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard output is the report's alone."""
    write(tmp_path / "rules", body=f"print('hello')\n    {FAILS}")
    (tmp_path / "main.tf").write_text(SOURCE)
    status = main(["scan", str(tmp_path / "main.tf"), "--rules", str(tmp_path / "rules")])
    captured = capsys.readouterr()

    assert status == 1
    assert "hello" not in captured.out
    assert "hello" in captured.err


def test_settings_of_the_sources_name_no_rules(tmp_path: Path) -> None:
    """Nothing that a scanned tree says is imported; a file given by --settings may."""
    folder = tmp_path / "infra"
    write(tmp_path / "rules")
    folder.mkdir()
    (folder / "main.tf").write_text(SOURCE)
    (folder / "taskwall.toml").write_text('rules = ["../rules"]\nfail-on = "never"\n')

    assert not [one for one in taskwall.scan(folder).findings if one.rule == "ACME101"]
    given = taskwall.scan(folder, settings=folder / "taskwall.toml")
    assert [one.rule for one in given.findings] == ["ACME101"]


def test_a_new_rule_passes_its_fixtures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`rules new` writes what `rules test` accepts; a fixture that is wrong is reported."""
    monkeypatch.chdir(tmp_path)
    assert main(["rules", "new", "ACME201", "no-public-address"]) == 0
    assert main(["rules", "test", "rules"]) == 0
    assert "ACME201: 4 fixture files, all as marked" in capsys.readouterr().out

    wrong = tmp_path / "rules/fixtures/acme201/pass/main.tf"
    wrong.write_text(wrong.read_text().replace("ACME201 ok", "ACME201"))
    assert main(["rules", "test", "rules"]) == 1
    assert "main.tf:10: expected ACME201, found ACME201 ok" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["new", "TW900"], "not an id of your own"),
        (["new", "ACME101", "a b"], "is not words"),
        (["test", "nowhere"], "no folder nowhere"),
        (["old"], "write new ID"),
    ],
)
def test_wrong_words_are_refused(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with a sentence that says what is right."""
    assert main(["rules", *words]) == 2
    assert message in capsys.readouterr().err
