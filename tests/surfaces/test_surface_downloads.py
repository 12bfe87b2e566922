"""What downloaded modules do wrong is told in the files that users edit, in every format.

The modules are laid out as `terraform init` does: below `.terraform`, which git ignores, with
`modules.json` to say which call is where.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from taskwall import cli, outputs
from taskwall.api.scan import Options, scan
from taskwall.findings.finding import Finding, Report
from taskwall.session.session import Session
from taskwall.source.files import Files

FAIL = Path(__file__).parents[2] / "fixtures" / "rules" / "tw101" / "fail" / "main.tf"

CALL = """\
module "web" {
  source   = "shop/web/aws"
  version  = "1.2.0"
  internal = false
  listeners = {
    http = {
      port     = 80
      protocol = "HTTP"
    }
  }
}
"""
INNER = 'module "gone" {\n  source = "shop/gone/aws"\n}\n'


def module() -> str:
    """The stack of a fixture as a module, whose listeners its caller chooses."""
    text = FAIL.read_text().replace("internal = false", "internal = var.internal")
    listener = 'resource "aws_lb_listener" "web" {\n  load_balancer_arn = aws_lb.web.arn\n'
    assert listener in text
    text = text.replace(listener, f"{listener}  for_each = var.listeners\n")
    text = text.replace('protocol          = "HTTP" #', "protocol = each.value.protocol #")
    return (
        'variable "internal" {}\nvariable "listeners" {}\n'
        f"# taskwall:skip=TW101: we know better\n{text}{INNER}"
    )


def install(root: Path, text: str, folder: str = ".terraform/modules/web") -> None:
    """Put the module where `terraform init` puts it."""
    where = root / folder
    where.mkdir(parents=True, exist_ok=True)
    (where / "main.tf").write_text(text)
    entries = [
        {"Key": "", "Source": "", "Dir": "."},
        {"Key": "web", "Source": "registry.terraform.io/shop/web/aws", "Dir": folder},
    ]
    noted = root / ".terraform" / "modules" / "modules.json"
    noted.write_text(json.dumps({"Modules": entries}))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root in a repository of git, with its module installed."""
    subprocess.run(("git", "init", "--quiet", str(tmp_path)), check=True)
    (tmp_path / ".gitignore").write_text(".terraform/\n")
    (tmp_path / "main.tf").write_text(CALL)
    install(tmp_path, module())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(report: Report, rule: str = "TW101") -> list[Finding]:
    """The findings of a rule."""
    return [one for one in report.document.findings if one.rule == rule]


def test_the_argument_that_is_wrong(root: Path) -> None:
    """A finding is at the line of the call that brings it; the module's line is a step."""
    (one,) = found(scan(Options()))
    line = CALL.split("\n").index('      protocol = "HTTP"') + 1
    assert (one.file, one.line, one.column) == ("main.tf", line, 7)
    assert one.resource == 'module.web.aws_lb_listener.web["http"]'
    assert [(call.file, call.line) for call in one.called_from] == [("main.tf", 1)]
    inside = root / ".terraform" / "modules" / "web" / "main.tf"
    steps = [step for step in one.because if step.file == ".terraform/modules/web/main.tf"]
    lines = [inside.read_text().split("\n")[step.line - 1] for step in steps]
    assert any("protocol = each.value.protocol" in line for line in lines)
    assert one.fix is not None
    assert one.fix.edits == ()
    told = "\nmodule.web makes this: where it has arguments for it, set them."
    assert one.fix.text.endswith(told)


def annotations(report: Report) -> Iterator[tuple[str, str]]:
    """Each format, and each file at whose lines it shows something."""
    made = {name: outputs.render(name, report, outputs.View()) for name in outputs.formats()}
    for file in re.findall(r"^::\w+ file=([^,]+),", made["github"], re.MULTILINE):
        yield "github", file
    for issue in json.loads(made["gitlab"]):
        yield "gitlab", issue["location"]["path"]
    (run,) = json.loads(made["sarif"])["runs"]
    told = run["invocations"][0]["toolExecutionNotifications"]
    for result in (*run["results"], *told):
        for place in result.get("locations", ()):
            yield "sarif", place["physicalLocation"]["artifactLocation"]["uri"]
    for case in ElementTree.fromstring(made["junit"]).iter("testcase"):
        if file := case.get("file"):
            yield "junit", file
    for line in made["markdown"].split("\n"):
        if line.startswith(("| ", "- <code>")):
            yield from (("markdown", file) for file in re.findall(r"<code>([^:<]+):\d", line))
    for part in ("findings", "errors", "absent"):
        for one in json.loads(made["json"])[part]:
            yield "json", one["file"]
    for file in re.findall(r"^(\S.*)\n +\d+:\d+  TW", made["text"], re.MULTILINE):
        yield "text", file


def test_every_annotation_is_in_a_tracked_file(root: Path) -> None:
    """No format shows anything at a file that the repository does not hold."""
    inside = root / ".terraform" / "modules" / "web" / "main.tf"
    wrong = 'resource "aws_vpc" "b" {\n  a = 1\n  a = 2\n}\n'
    tasks = 'resource "aws_ecs_task_definition" "b" {\n  container_definitions = "["\n}\n'
    inside.write_text(inside.read_text() + wrong + tasks)
    report = scan(Options(show=("fail", "unknown", "pass")))
    assert {one.verdict for one in report.document.findings} >= {"fail", "pass"}
    assert len(report.document.errors) == 2
    assert report.document.absent
    subprocess.run(("git", "add", "--all"), check=True)
    tracked = subprocess.run(("git", "ls-files"), check=True, capture_output=True, text=True)
    shown = set(annotations(report))
    assert {name for name, _ in shown} == set(outputs.formats()) - {
        "csv"
    }  # it counts, and annotates nothing
    assert {file for _, file in shown} <= set(tracked.stdout.split())


def test_a_suppression_in_the_module_does_not_count(root: Path) -> None:
    """It is listed; one beside the line that is told, or on the call, does count."""
    report = scan(Options())
    assert found(report)
    place = ".terraform/modules/web/main.tf:3"
    assert f"{place}: a suppression in a downloaded module does not count" in report.notes
    skip = " # taskwall:skip=TW101: demo"
    for beside in ('"HTTP"', 'module "web" {', '"shop/web/aws"'):
        (root / "main.tf").write_text(CALL.replace(beside, beside + skip))
        report = scan(Options())
        assert found(report) == []
        assert [one.reason for one in report.document.suppressed] == ["demo"]
    (root / "main.tf").write_text(CALL.replace("= false", f"= false{skip}"))
    assert found(scan(Options()))


def test_a_baseline_outlives_another_init(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A finding keeps its fingerprint where the module's own text, and its folder, change."""
    assert cli.main(["scan", ".", "--write-baseline", "known.json"]) == 0
    shutil.rmtree(root / ".terraform")
    install(root, "# 1.2.1\n\n" + module(), ".terraform/modules/web.2")
    assert cli.main(["scan", ".", "--baseline", "known.json"]) == 0
    assert "no longer found" not in capsys.readouterr().out


def test_without_an_argument_it_is_the_call(root: Path) -> None:
    """What the module does by itself is told at the header of its call."""
    install(root, module().replace("each.value.protocol", '"HTTP"'))
    (one,) = found(scan(Options()))
    assert (one.file, one.line) == ("main.tf", 1)


def test_the_editor_says_what_a_scan_says(root: Path) -> None:
    """While a call is edited, a session finds the same places as a scan of what is written then."""
    session = Session(str(root))
    inside = str(root / ".terraform" / "modules" / "web" / "main.tf")
    texts = {str(root / "main.tf"): CALL, inside: module()}
    edited = ("\n# above\n" + CALL, CALL.replace('"HTTP"', '"HTTPS"'), "\n\n" + CALL)
    for text, inner in ((CALL, ""), *((text, "") for text in edited), (CALL, "# inside\n\n")):
        for path, now in ((str(root / "main.tf"), text), (inside, inner + module())):
            session.change(path, now)
            texts[path] = now
        options = Options(paths=(str(root),), cwd=str(root))
        expected = scan(options, Files(dict(texts)))
        assert session.report().document == expected.document
        assert [one.file for one in found(expected)] == ["main.tf"] * ("HTTPS" not in text)


@pytest.mark.parametrize("repository", [True, False])
def test_a_file_of_a_downloaded_module_is_no_root(root: Path, repository: bool) -> None:
    """Given by name, it is analysed as what its call makes of it, and not by itself as well."""
    if not repository:
        shutil.rmtree(root / ".git")
    report = scan(Options(paths=(".terraform/modules/web/main.tf",)))
    assert report.document.summary.stacks == 1
    assert {(one.file, one.stack) for one in found(report)} == {("main.tf", ".")}


def test_the_folder_of_a_downloaded_module_is_what_was_asked_for(root: Path) -> None:
    """Whoever gives the folder itself wants to know what the module is by itself."""
    report = scan(Options(paths=(".terraform/modules/web",)))
    assert report.document.summary.stacks == 1
    assert {one.stack for one in report.findings} == {".terraform/modules/web"}
