"""Whatever is edited, a session says what a scan from scratch says."""

import re
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from budgets import examples
from taskwall.api.scan import Options, scan
from taskwall.engine import judge
from taskwall.engine.defaults import TriedDefaults
from taskwall.findings.finding import Report
from taskwall.outputs import json
from taskwall.session.session import Session
from taskwall.source.files import Files
from taskwall.source.kinds import TEMPLATES, TERRAFORM

ROOT = Path(__file__).parents[2]
CASES = sorted(
    {path.parent for path in (ROOT / "fixtures").rglob("*") if path.suffix in (".tf", ".yaml")}
)
MORE = """\
resource "aws_vpc" "edited" {
  cidr_block = "10.9.0.0/16"
}
resource "aws_security_group" "edited" {
  vpc_id = aws_vpc.edited.id
  ingress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_ecs_service" "edited" {
  name        = "edited"
  launch_type = "FARGATE"
  network_configuration {
    subnets         = []
    security_groups = [aws_security_group.edited.id]
  }
}
"""


def fresh(session: Session) -> Report:
    """What a scan from scratch says of the texts of a session, which tries no other defaults."""
    options = Options(paths=(session.folder,), cwd=session.folder, allow_empty=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judge, "tried_defaults", lambda *_: TriedDefaults())
        report = scan(options, Files(dict(session.texts)))
    return session._with_broken_texts(report)  # it adds what cannot be parsed


def told(report: Report) -> object:
    """All that a report says."""
    return json.render(report), report.findings, report.notes, report.status, report.reasons


def _shift(text: str, data: DataObject) -> str:
    lines = text.split("\n")
    at = data.draw(st.integers(0, len(lines)))
    return "\n".join([*lines[:at], data.draw(st.sampled_from(["", "# comment"])), *lines[at:]])


def _drop_line(text: str, data: DataObject) -> str:
    lines = text.split("\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    return "\n".join([*lines[:at], *lines[at + 1 :]])


def _double_line(text: str, data: DataObject) -> str:
    lines = text.split("\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    return "\n".join([*lines[:at], lines[at], *lines[at:]])


def _break(text: str, data: DataObject) -> str:
    at = data.draw(st.integers(0, len(text)))
    return text[:at] + data.draw(st.sampled_from(["{", "}", '"', "=", "${"])) + text[at:]


def _value(text: str, data: DataObject) -> str:
    """Another value for one of those that stand in the text."""
    found = list(re.finditer(r'"[^"\n$]*"|\b\d+\b|\btrue\b|\bfalse\b', text))
    if not found:
        return text
    match = data.draw(st.sampled_from(found))
    other = data.draw(
        st.sampled_from(
            [each[0] for each in found]
            + ["1", "true", '"0.0.0.0/0"', "null", "var.edited", "443", '"443"', "local.edited"]
        )
    )
    return text[: match.start()] + other + text[match.end() :]


def _rename(text: str, data: DataObject) -> str:
    names = sorted(set(re.findall(r"[A-Za-z_]{3,}", text)))
    if not names:
        return text
    name = data.draw(st.sampled_from(names))
    return re.sub(rf"\b{name}\b", name + "2", text, count=data.draw(st.sampled_from([0, 1])))


def _multiply(text: str, data: DataObject) -> str:
    """A count or for_each in one of the resources, or an open one."""
    found = list(re.finditer(r"(?m)^(resource|module) .*\{$", text))
    if not found:
        return text
    at = data.draw(st.sampled_from(found)).end()
    how = data.draw(st.sampled_from([
        "count = 2", "count = 0", "count = var.edited", 'for_each = toset(["a", "b"])',
        "count = local.edited",
    ]))  # fmt: skip
    return f"{text[:at]}\n  {how}{text[at:]}"


def _declare(text: str, data: DataObject) -> str:
    return text + data.draw(st.sampled_from([
        'variable "edited" {}\n', 'variable "edited" {\n  default = 3\n}\n',
        'locals {\n  edited = "10.0.0.0/8"\n}\n', "locals {\n  edited = var.edited\n}\n",
        'variable "edited" {\n  default = local.edited\n}\n', MORE,
        "# taskwall:skip=TW2: for a test\n",
        'variable "edited" {\n  default   = "10.0.0.0/8"\n  sensitive = true\n}\n',
        'variable "edited_password" {\n  default = "0.0.0.0/0"\n}\n',
        'locals {\n  edited = join("/", ["10.0.0.0", split("/", var.edited)[1]])\n}\n',
    ]))  # fmt: skip


EDITS = (_shift, _drop_line, _double_line, _break, _value, _value, _rename, _multiply, _declare)


def edited(session: Session, files: list[Path], data: DataObject) -> None:
    """One edit of a session's files."""
    path = data.draw(st.sampled_from(files))
    known = session.texts.get(str(path))
    text = path.read_text(errors="replace") if known is None else known
    kind = data.draw(st.integers(0, 11))
    if kind == 0:
        session.change(str(path), None)
    elif kind == 1:
        session.change(str(path), "")
    elif kind == 2 and path.suffix == ".tf":
        values = path.parent / "terraform.tfvars"
        session.change(str(values), data.draw(st.sampled_from(["edited = 1\n", "edited = 2\n"])))
    else:
        session.change(str(path), data.draw(st.sampled_from(EDITS))(text, data))


def sources(folder: Path) -> list[Path]:
    """The files of a folder that a scan reads."""
    return [
        path for path in sorted(folder.rglob("*")) if path.name.endswith((*TERRAFORM, *TEMPLATES))
    ]


@examples(60)
@given(st.data())
def test_session_says_what_a_scan_says(data: DataObject) -> None:
    """Edits of every kind, one after the other, over stacks in both languages."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for case in data.draw(st.lists(st.sampled_from(CASES), min_size=1, max_size=2)):
            # Some as modules of their own, others in one folder.
            to = root / case.name if data.draw(st.booleans()) else root
            for path in sorted(case.iterdir()):
                to.mkdir(exist_ok=True)
                if path.is_file():
                    shutil.copy(path, to / f"{case.parent.name}_{path.name}")
                else:
                    shutil.copytree(path, to / path.name, dirs_exist_ok=True)
        session = Session(str(root))
        assert told(session.report()) == told(fresh(session))
        files = sources(root)
        for _ in range(data.draw(st.integers(1, 8))):
            edited(session, files, data)
            assert told(session.report()) == told(fresh(session))


@pytest.mark.parametrize(
    "name",
    [
        "terraform/services.tf",
        "terraform/variables.tf",
        "terraform/modules/service/main.tf",
        "cloudformation/template.yaml",
    ],
)
def test_session_follows_edits_of_the_demo(name: str, tmp_path: Path) -> None:
    """Values of the demo changed one by one, and lines above them."""
    language, _, name = name.partition("/")
    root = tmp_path / "demo"
    shutil.copytree(ROOT / "fixtures" / "demo" / language, root)
    session = Session(str(root))
    session.report()
    path = root / name
    text = path.read_text()
    scanned: dict[str, object] = {}
    values = list(re.finditer(r"\b\d+\b|\btrue\b|\bfalse\b", text))
    for match in values[:: max(5, len(values) // 10)]:
        before, after = text[: match.start()], text[match.end() :]
        for changed in (f"{before}0{after}", f"\n{text}", text):
            session.change(str(path), changed)
            if changed not in scanned:
                scanned[changed] = told(fresh(session))
            assert told(session.report()) == scanned[changed]


def test_a_tie_stays_on_its_line(tmp_path: Path) -> None:
    """What a data source may mean in another root is at the line that it has now."""
    (tmp_path / "net").mkdir()
    subnets = "".join(
        f'resource "aws_subnet" "{name}" {{\n  vpc_id = aws_vpc.main.id\n}}\n' for name in "ab"
    )
    (tmp_path / "net" / "main.tf").write_text('resource "aws_vpc" "main" {}\n' + subnets)
    path = tmp_path / "main.tf"
    path.write_text(
        'data "aws_subnets" "own" {\n'
        '  filter {\n    name   = "vpc-id"\n    values = [var.vpc]\n  }\n}\n'
        'variable "vpc" {}\n'
    )
    text = path.read_text()
    session = Session(str(tmp_path))
    for above in ("", "\n" * 20, "\n" * 2000, "\n"):
        session.change(str(path), above + text)
        assert [tie.line for tie in session.report().document.ties] == [len(above) + 1]


def test_a_call_that_comes_to_mean_no_module(tmp_path: Path) -> None:
    """While a source is being typed its module is absent, and so is all that was taken from it."""
    path = tmp_path / "main.tf"
    network = tmp_path / "network" / "main.tf"
    network.parent.mkdir()
    network.write_text(
        'resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }\n'
        'resource "aws_subnet" "a" { vpc_id = aws_vpc.main.id }\n'
        'output "subnets" { value = [aws_subnet.a.id] }\n'
    )
    text = (
        'module "network" {\n  source = "./network"\n}\n'
        'resource "aws_ecs_service" "web" {\n  launch_type = "FARGATE"\n'
        "  network_configuration {\n    subnets = module.network.subnets\n  }\n}\n"
    )
    path.write_text(text)
    session = Session(str(tmp_path))
    for source in ('"./network"', "= ./network", '"acme/network/aws"', '"./network"'):
        session.change(str(path), text.replace('"./network"', source))
        assert told(session.report()) == told(fresh(session))


def test_a_provider_of_another_region(tmp_path: Path) -> None:
    """A default VPC of another region is not that of the tasks, in an editor as in a scan."""
    path = tmp_path / "main.tf"
    shutil.copy(ROOT / "fixtures/rules/tw701/unknown_elsewhere_default_vpc/main.tf", path)
    text = path.read_text()
    session = Session(str(tmp_path))
    for alias in ('alias  = "west"', "", 'alias  = "west"'):
        session.change(str(path), text.replace('alias  = "west"', alias))
        assert told(session.report()) == told(fresh(session))


@pytest.mark.parametrize("case", ["fail_only_subnets", "fail_filtered_zones"])
def test_a_setting_that_leaves_no_subnet(case: str) -> None:
    """Nothing is reported under it, here as in a scan, so that fails need no `when`."""
    session = Session(str(ROOT / "fixtures" / "rules" / "tw603" / case))

    report = session.report()

    assert {one.when for one in report.findings if one.rule == "TW603"} == {None}
    assert told(report) == told(fresh(session))
