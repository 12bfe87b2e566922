"""The whole road with the real readers, engine and rules, from sources to what is printed."""

import json
import shutil
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from msgspec.structs import replace

from taskwall import cli
from taskwall.api.scan import Options, scan
from taskwall.findings.finding import Finding
from taskwall.outputs import View, render
from taskwall.source.files import Files

FIXTURES = Path(__file__).parents[2] / "fixtures" / "rules" / "tw101" / "fail"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a module that a root in another folder calls, and a template."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "module").mkdir()
    (tmp_path / "prod").mkdir()
    shutil.copy(FIXTURES / "main.tf", tmp_path / "module" / "main.tf")
    (tmp_path / "module" / "more.tf").write_text('resource "aws_vpc" "second" {}\n')
    (tmp_path / "prod" / "main.tf").write_text('module "web" {\n  source = "../module"\n}\n')
    shutil.copy(FIXTURES / "template.yaml", tmp_path / "template.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_both_languages_and_all_folders(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One scan of a repository reports Terraform and CloudFormation, as JSON with its contract."""
    assert cli.main(["scan", ".", "--select", "TW101", "--format", "json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert [(one["file"], one["stack"], one["resource"]) for one in document["findings"]] == [
        ("module/main.tf", "prod", "module.web.aws_lb_listener.web"),
        ("template.yaml", "template.yaml", document["findings"][1]["resource"]),
    ]
    assert document["findings"][0]["called_from"] == [
        {"file": "prod/main.tf", "line": 1, "text": "module.web"}
    ]
    assert (document["summary"]["stacks"], document["summary"]["files"]) == (2, 4)


def test_a_single_file_is_seen_from_its_root(repository: Path) -> None:
    """A module's file is analysed as its root calls it, with the same fingerprints as in full."""
    whole = scan(Options(select=("TW101",)))
    one = scan(Options(select=("TW101",), paths=("module/main.tf",)))
    assert one.document.findings == whole.document.findings[:1]
    assert one.document.summary.stacks == 1
    assert scan(Options(select=("TW101",), paths=("module/more.tf",))).document.findings == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("web.golden", (FIXTURES / "template.yaml").read_text()),
        ("infra.tfplan", json.dumps({"format_version": "1.2", "planned_values": {}})),
        ("web", json.dumps({"Resources": {"Vpc": {"Type": "AWS::EC2::VPC"}}})),
    ],
)
def test_a_given_file_is_read_by_what_is_in_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    text: str,
) -> None:
    """A template or a plan by any name is read, and so is what standard input holds."""
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(text)
    report = scan(Options(paths=(name,)))
    assert (report.document.summary.files, report.document.errors) == (1, ())
    assert report.status == int(name == "web.golden")
    piped = scan(Options(paths=("-",)), files=Files({str(tmp_path / "-"): text}))
    assert piped.document.summary == report.document.summary
    assert [replace(one, file=name) for one in map(_bare, piped.document.findings)] == list(
        map(_bare, report.document.findings)
    )


def _bare(finding: Finding) -> Finding:
    """A finding without what depends on the name of its file."""
    because = tuple(replace(step, file="") for step in finding.because)
    return replace(finding, instances=(), stack="", because=because, fix=None, fingerprint="")


def test_a_template_on_standard_input(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-` is what is piped in, shown by that name."""
    text = (FIXTURES / "template.yaml").read_bytes()
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(text)))
    assert cli.main(["-", "--select", "TW101", "--format", "json"]) == 1
    [finding] = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["file"], finding["stack"]) == ("-", "-")
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"\xff\xfe")))
    assert cli.main(["scan", "-"]) == 2
    assert "standard input is not UTF-8" in capsys.readouterr().err


def test_a_broken_neighbour_concerns_only_its_own_stack(repository: Path) -> None:
    """What cannot be read is an error of the full scan, not of a file in another stack."""
    (repository / "other").mkdir()
    (repository / "other" / "main.tf").write_bytes(b'x = "\xff"\n')
    whole = scan(Options())
    assert [(error.file, error.line) for error in whole.document.errors] == [("other/main.tf", 1)]
    assert whole.status == 2
    one = scan(Options(paths=("module/main.tf",)))
    assert (one.document.errors, one.status) == ((), 1)


def test_a_skip_on_the_call_holds_inside(repository: Path) -> None:
    """A suppression beside a module call keeps all inside silent, and its place is reported."""
    (repository / "prod" / "main.tf").write_text(
        '# taskwall:skip=TW101: a demo\nmodule "web" {\n  source = "../module"\n}\n'
    )
    report = scan(Options(select=("TW101",), paths=("prod",)))
    assert report.document.findings == ()
    (silent,) = report.document.suppressed
    assert (silent.reason, silent.file, silent.line) == ("a demo", "prod/main.tf", 1)
    assert report.notes == ()


def test_an_idle_skip_is_noted(repository: Path) -> None:
    """A suppression of what is not found is noted with its place."""
    (repository / "module" / "more.tf").write_text(
        '# taskwall:skip=TW101: once\nresource "aws_vpc" "second" {}\n'
    )
    report = scan(Options(select=("TW101",), paths=("prod",)))
    assert report.notes == (
        "module/more.tf:1: the suppression of TW101 no longer suppresses anything",
    )


def test_what_waits_for_an_absent_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The finding is about the call, which is its one instance, with a fingerprint."""
    monkeypatch.chdir(tmp_path)
    source = Path(__file__).parents[2] / "fixtures" / "rules" / "tw204" / "pass" / "main.tf"
    text = source.read_text()
    call = (
        'module "more" {\n  source            = "acme/security-group/aws"\n'
        "  security_group_id = aws_security_group.api.id\n}\n"
    )
    (tmp_path / "main.tf").write_text(text + call)
    report = scan(Options(select=("TW204",), show=("unknown",)))
    [finding] = [one for one in report.findings if one.resource == "module.more"]
    [instance] = finding.instances
    assert (instance.resource, instance.fingerprint) == ("module.more", finding.fingerprint)
    assert render("json", report, View())


def test_files_with_windows_line_ends(repository: Path) -> None:
    """A file with carriage returns has the same fingerprints, and clean excerpts."""
    before = scan(Options(select=("TW101",))).document.findings
    path = repository / "module" / "main.tf"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    report = scan(Options(select=("TW101",)))
    after = report.document.findings
    assert [replace(one, fix=None) for one in after] == [replace(one, fix=None) for one in before]
    edits = [edit for one in after if one.fix for edit in one.fix.edits]
    written = [edit.text for one in before if one.fix for edit in one.fix.edits]
    assert [edit.text.replace("\r\n", "\n") for edit in edits] == written
    assert not any(
        "\n" in edit.text.replace("\r\n", "") for edit in edits if edit.file == "module/main.tf"
    )
    excerpt = report.excerpt("module/main.tf", before[0].line)
    assert excerpt is not None
    assert not excerpt.endswith("\r")


def test_all_rules_have_pages(capsys: pytest.CaptureFixture[str]) -> None:
    """Every rule that is listed can be explained."""
    assert cli.main(["rules", "--format", "json"]) == 0
    rules = json.loads(capsys.readouterr().out)
    assert rules
    for rule in rules:
        assert cli.main(["explain", rule["id"]]) == 0
        assert capsys.readouterr().out.startswith(f"{rule['id']}: {rule['title']}\n")
