"""Rules of one's own: found, asked, tried, and kept to what they may do."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import taskwall
from library.rules import FAILS, RULE, write_rule
from taskwall.cli import main
from taskwall.library import rule as rule_module

SOURCE = 'resource "aws_security_group" "api" {}\n'


def scanned(tmp_path: Path, source: str = SOURCE) -> taskwall.Report:
    """What own rules say of a source."""
    (tmp_path / "infra").mkdir(exist_ok=True)
    (tmp_path / "infra" / "main.tf").write_text(source)
    return taskwall.scan(tmp_path / "infra", rules=[tmp_path / "rules"], select=["ACME"])


def test_a_rule_of_ones_own_has_findings_like_ours(tmp_path: Path) -> None:
    """Its id, severity, message, chain and fix are in the report."""
    write_rule(tmp_path / "rules")
    report = scanned(tmp_path)

    (finding,) = report.findings
    assert (finding.rule, finding.severity, finding.line) == ("ACME101", "high", 1)
    assert finding.message == "aws_security_group.api is wrong"
    assert finding.fix
    assert finding.fix.text == "it = false"
    assert report.exit_status == 1


def test_it_is_suppressed_like_ours(tmp_path: Path) -> None:
    """A comment with its id and a reason, and a date, keeps it silent."""
    write_rule(tmp_path / "rules")
    report = scanned(tmp_path, f"# taskwall:skip=ACME101: not now\n{SOURCE}")

    assert not report.findings
    assert [one.finding.rule for one in report.suppressed] == ["ACME101"]


@pytest.mark.parametrize(
    ("language", "wish"),
    [
        ("tf", "# checkov:skip=ACME101: theirs"),
        ("yaml", "# taskwall:skip=ACME101: not now"),
        ("yaml", "# checkov:skip=ACME101: theirs"),
        ("yaml", "Metadata: {checkov: {skip: [{id: ACME101, comment: theirs}]}}"),
        ("yaml", "Metadata: {cfn-lint: {config: {ignore_checks: [EACME101]}}}"),
    ],
)
def test_what_hosts_have_already_suppresses_it(tmp_path: Path, language: str, wish: str) -> None:
    """In every surface, without a reason too."""
    write_rule(tmp_path / "rules")
    file = tmp_path / f"main.{language}"
    terraform = f'resource "aws_security_group" "api" {{\n  {wish}\n}}\n'
    template = f"Resources:\n  Api:\n    Type: AWS::EC2::SecurityGroup\n    {wish}\n"
    file.write_text(terraform if language == "tf" else template)
    report = taskwall.scan(file, rules=[tmp_path / "rules"], select=["ACME"])

    assert [one.finding.rule for one in report.suppressed] == ["ACME101"]
    assert not report.findings


def test_a_suppression_that_does_nothing_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One of a rule that passes, and one of a rule that is nearly one of them."""
    write_rule(tmp_path / "rules", body=FAILS.replace("True", "False"))
    wishes = "# taskwall:skip=ACME101: a\n# taskwall:skip=ACME110: b\n# checkov:skip=CKV_AWS_1:c\n"
    (tmp_path / "main.tf").write_text(wishes + SOURCE)
    main(["scan", str(tmp_path / "main.tf"), "--rules", str(tmp_path / "rules")])
    said = capsys.readouterr().out

    assert "the suppression of ACME101 no longer suppresses anything" in said
    assert 'no rule is ACME110 (did you mean "ACME101"?): nothing is suppressed' in said
    assert "CKV" not in said


def test_it_has_profile_severity_precedence_and_baseline_like_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each as its decorator, the settings and the baseline say."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "rules"
    write_rule(folder, "ACME101")
    write_rule(folder, "ACME102", more=", default=False, pci=True")
    write_rule(folder, "ACME103", more=", yields_to=('ACME101',)")
    write_rule(folder, "ACME104", severity="low")
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(SOURCE)
    settings = tmp_path / "own.toml"
    settings.write_text('rules = ["rules"]\n[severity]\nACME104 = "critical"\n')

    def found(*, profile: str = "default", baseline: str | None = None) -> dict[str, str]:
        report = taskwall.scan("infra", settings=settings, profile=profile, baseline=baseline)
        assert not report.errors
        return {one.rule: one.severity for one in report.findings}

    assert found() == {"ACME101": "high", "ACME104": "critical"}
    assert found(profile="pci") == {"ACME101": "high", "ACME102": "high", "ACME104": "critical"}
    words = ["--settings", str(settings), "--select", "ACME101", "--write-baseline", "known.json"]
    assert main(["scan", "infra", *words]) == 0
    assert found(baseline="known.json") == {"ACME104": "critical"}


def test_files_that_are_no_rules_are_told(tmp_path: Path) -> None:
    """A rule whose file is misnamed, and a folder without any, are not silently passed over."""
    file = write_rule(tmp_path / "rules")
    file.rename(file.with_name("acme_one.py"))
    with pytest.raises(taskwall.SettingsError, match=r'no rule is "ACME".*acme_one\.py:15: the'):
        scanned(tmp_path)
    empty, misnamed = taskwall.scan(tmp_path / "infra", rules=[tmp_path / "rules"]).errors

    assert "holds no rules: the file of a rule is named by its id" in empty.message
    assert (misnamed.file.rpartition("/")[2], misnamed.line) == ("acme_one.py", 15)


def test_rules_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """TASKWALL_RULES names folders, and every command knows the rules in them."""
    write_rule(tmp_path / "env", "ACME102", title="Of the environment")
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
    write_rule(tmp_path / "rules", "ACME103")
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
    file = write_rule(tmp_path / "rules")
    (tmp_path / "rules" / "acme101_zweite.py").write_text(file.read_text())

    (error,) = scanned(tmp_path).errors
    assert error.file.endswith("acme101_zweite.py")
    assert error.message == f"ACME101 is the id of the rule in {file} as well"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("raise ValueError('no')\n    yield", "ValueError: no (acme104_name.py:17)"),
        ("yield 1", "yields taskwall.Verdict, not int (acme104_name.py:15)"),
        ("yield Verdict(network, network, Fact.known(True, 'x'), 'm')", "is a view, not Network"),
        ("network.stack = 'x'\n    yield", "read-only: stack cannot be set (acme104_name.py:17)"),
        ("sys.exit(0)\n    yield", "must not end the program (acme104_name.py:17)"),
    ],
)
def test_a_rule_that_raises_is_a_crash(tmp_path: Path, body: str, message: str) -> None:
    """The report says so and goes on."""
    write_rule(tmp_path / "rules", "ACME103")
    write_rule(tmp_path / "rules", "ACME104", body=body)
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
    monkeypatch.setattr(rule_module, "MAX_SECONDS", 0.5)
    write_rule(tmp_path / "rules", body="while True: pass\n    yield")
    write_rule(tmp_path / "rules", "ACME102")
    report = scanned(tmp_path)

    (crash,) = report.crashes
    assert "took longer than 0.5 seconds (acme101_name.py:17)" in crash.message
    assert crash.advice == "It is a rule of your own."
    assert [one.rule for one in report.findings] == ["ACME102"]
    monkeypatch.setattr(rule_module, "MAX_SECONDS", 60.0)
    assert "took longer than 0.5 seconds" in scanned(tmp_path).crashes[0].message


def test_what_a_rule_prints_is_not_in_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard output is the report's alone."""
    write_rule(tmp_path / "rules", body=f"print('hello')\n    {FAILS}")
    (tmp_path / "main.tf").write_text(SOURCE)
    status = main(["scan", str(tmp_path / "main.tf"), "--rules", str(tmp_path / "rules")])
    captured = capsys.readouterr()

    assert status == 1
    assert "hello" not in captured.out
    assert "hello" in captured.err


def test_settings_of_the_sources_name_no_rules(tmp_path: Path) -> None:
    """Nothing that a scanned tree says is imported; a file given by --settings may."""
    folder = tmp_path / "infra"
    write_rule(tmp_path / "rules")
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
    assert main(["rules", "docs", "rules", "--to", "pages"]) == 0
    page = (tmp_path / "pages" / "ACME201.md").read_text()
    assert page.startswith("# ACME201: Services have no public address\n")
    headings = [line for line in page.splitlines() if line.startswith("## ")]
    assert headings == ["## What it finds", "## Why it matters", "## What to write instead"]
    assert main(["scan", "rules/fixtures/acme201/fail", "--rules", "rules", "--format", "sarif"])
    (run,) = json.loads(capsys.readouterr().out.partition("\n")[2])["runs"]
    (described,) = [one for one in run["tool"]["driver"]["rules"] if one["id"] == "ACME201"]
    assert described["shortDescription"]["text"] == "Services have no public address."
    assert {one["ruleId"] for one in run["results"]} >= {"ACME201"}

    wrong = tmp_path / "rules/fixtures/acme201/pass/main.tf"
    right = wrong.read_text()
    wrong.write_bytes(right.encode() + b"\xff")
    assert main(["rules", "test", "rules"]) == 2
    assert "is not UTF-8" in capsys.readouterr().out
    wrong.write_text(right.replace("ACME201 ok", "ACME201"))
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


@pytest.mark.parametrize("words", [["rules"], ["rules", "test", "rules"], ["explain", "TW206"]])
def test_what_cannot_be_loaded_steers_no_terminal(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The message of a rule's exception is one line, without control characters."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TASKWALL_RULES", "rules")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "acme101_bad.py").write_text("raise ValueError('a\\x1b[2J\\nb')\n")

    assert main(words) == 2
    where = Path("rules", "acme101_bad.py")
    assert capsys.readouterr().err == f"taskwall: {where}:1: ValueError: a\ufffd[2J\ufffdb\n"


AUDIT = """
import sys
seen = []
sys.addaudithook(lambda event, given: event in ("exec", "import") and seen.append(str(given[0])))
import taskwall
report = taskwall.scan(sys.argv[1])
assert report.findings or report.passes
print(*[one for one in seen if sys.argv[1] in one or "acme" in one], sep="\\n")
"""


def test_nothing_of_a_scanned_tree_is_executed(tmp_path: Path) -> None:
    """No Python below it is imported or run, whatever its settings and names say."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.tf").write_text('resource "aws_vpc" "a" {}\n' + SOURCE)
    (tmp_path / "taskwall.toml").write_text('rules = ["policy"]\n')
    write_rule(tmp_path / "policy")
    for name in ("conftest.py", "sitecustomize.py", "taskwall_rules.py"):
        (tmp_path / name).write_text("raise SystemExit(3)\n")
    (tmp_path / "net.tf").write_text(
        'resource "aws_ecs_service" "a" {\n  launch_type = "FARGATE"\n}\n'
    )
    command = [sys.executable, "-c", AUDIT, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path.parent)

    assert done.stdout.strip() == ""
