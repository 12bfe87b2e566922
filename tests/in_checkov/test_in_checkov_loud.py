"""In checkov: what goes wrong within taskwall fails the run, in a sentence; nothing vanishes."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from checkov_runs import OPEN, OPEN_JSON, Run
from taskwall.checkov_plugin import command, entities
from taskwall.checkov_plugin.entities import Entities, _Name
from taskwall.engine import judge as engine


def test_a_crash_of_the_analysis(
    stack: Path, checkov: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checkov swallows exceptions: ours fail a check about taskwall itself."""

    def broken(*_: object, **__: object) -> None:
        raise ValueError("a defect")

    with monkeypatch.context() as patched:
        patched.setattr(engine, "judge", broken)
        (record,) = checkov("-d", ".", "--framework", "terraform").records()
        assert record["check_id"] == "TW000"
        assert "reading crashed in .: ValueError (broken, line " in record["check_name"]

    monkeypatch.setattr("taskwall.api.scan.ReportBuilder", broken)
    shown = checkov("-d", ".", "--framework", "terraform")

    assert shown.status == 1
    (record,) = shown.records()
    assert record["check_id"] == "TW000"
    assert "crashed: ValueError: a defect" in record["check_name"]
    assert "taskwall: crashed: ValueError: a defect" in shown.err
    assert "Traceback" not in shown.err

    (record,) = checkov("-d", ".", "--framework", "terraform", "--check", "TW204").records()
    assert (record["check_id"], "a defect" in record["check_name"]) == ("TW204", True)


def test_a_crash_of_a_rule(stack: Path, checkov: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other rules still speak."""
    from taskwall.rules.tw204_open_task import open_task

    def broken(*_: object, **__: object) -> None:
        raise ValueError("a defect")

    code = open_task.judge.__code__
    monkeypatch.setattr(open_task.judge, "__code__", broken.__code__)
    shown = checkov("-d", ".", "--framework", "terraform", "--check", "TW204,TW401,TW000")
    monkeypatch.setattr(open_task.judge, "__code__", code)

    assert {record["check_id"] for record in shown.records()} == {"TW000", "TW401"}
    assert "TW204 crashed" in shown.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('profil = "strict"', 'did you mean "profile"'),
        ('baseline = "none.json"', "none.json"),
        ('exclude = ["*.tf"]', "it read none of the files that checkov scans; perhaps the setting"),
    ],
)
def test_settings_that_cannot_be_meant(stack: Path, checkov: Run, text: str, says: str) -> None:
    """A mistake in them, and settings under which nothing is seen, fail the run."""
    (stack / "taskwall.toml").write_text(text)
    shown = checkov("-d", ".", "--framework", "terraform")

    assert shown.status == 1
    (record,) = shown.records()
    assert record["check_id"] == "TW000"
    assert says in record["check_name"]
    assert says in shown.err


def test_a_finding_where_checkov_sees_nothing(stack: Path, checkov: Run) -> None:
    """Checkov reads no .tofu files: a finding in one fails the check about taskwall itself."""
    group = OPEN.index('resource "aws_security_group"')
    task = OPEN.index('resource "aws_ecs_task_definition"')
    (stack / "main.tf").write_text(OPEN[:group] + OPEN[task:])
    (stack / "group.tofu").write_text(OPEN[group:task])
    shown = checkov("-d", ".", "--framework", "terraform", "--check", "TW204,TW000")

    (record,) = shown.records()
    assert record["check_id"] == "TW000"
    assert "TW204 at group.tofu:" in record["check_name"]
    assert "`taskwall scan` shows it" in shown.err


def test_a_finding_on_an_entity_that_checkov_does_not_tell_apart(stack: Path, checkov: Run) -> None:
    """Instances over what checkov leaves open are one entity of its own, and fail as one."""
    text = OPEN.replace(
        '"aws_security_group" "web" {',
        '"aws_security_group" "web" {\n  for_each = toset(concat(["a.b"], ["c"]))',
    )
    (stack / "main.tf").write_text(text.replace("group.web.id", 'group.web["a.b"].id'))
    shown = checkov("-d", ".", "--framework", "terraform", "--check", "TW204,TW000")

    (record,) = shown.records()
    assert record["check_id"] == "TW204"
    assert record["resource"].startswith("aws_security_group.web")


def test_a_source_that_cannot_be_read(stack: Path, checkov: Run) -> None:
    """It is said on standard error, and the rest is judged."""
    (stack / "broken.yaml").write_text("AWSTemplateFormatVersion: 1\nResources:\n  A: [\n")
    (stack / "more.tf").write_text('resource "aws_vpc" {\n')
    shown = checkov("-d", ".", "--framework", "terraform", "--check", "TW204")

    assert shown.told() == {("TW204", "aws_security_group.web"): 1}
    assert "taskwall: more.tf:" in shown.err


def test_a_module_that_is_not_downloaded(stack: Path, checkov: Run) -> None:
    """It is said on standard error, with its call and what brings it."""
    call = 'module "vpc" {\n  source  = "acme/vpc/aws"\n  version = "5.0.0"\n}\n'
    (stack / "more.tf").write_text(call)
    shown = checkov("-d", ".", "--framework", "terraform", "--check", "TW204")

    assert shown.told() == {("TW204", "aws_security_group.web"): 1}
    assert "taskwall: 1 module not read: module.vpc [more.tf:2]; in .: terraform get" in shown.err


BROKEN = {
    "main.tf": 'resource "aws_vpc" {\n',
    "template.yaml": "Resources:\n  Vpc:\n    Type: AWS::EC2::VPC\n  A: [\n",
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("by", ["-d", "-f"])
def test_where_no_source_can_be_read(stack: Path, checkov: Run, name: str, by: str) -> None:
    """Checkov alone ends well there; the check about taskwall fails, on a file."""
    (stack / "main.tf").unlink()
    (stack / name).write_text(BROKEN[name])
    run = (by, "." if by == "-d" else name)
    shown = checkov(*run)

    assert shown.status == 1
    (record,) = shown.records()
    assert (record["check_id"], record["resource"]) == ("TW000", f"/{name}")
    assert f"checkov could not read any source here: {name}:" in record["check_name"]
    assert f"taskwall: {name}:" in shown.err
    for choice in ("--skip-check=TW000,TW*", "--check=CKV_AWS_23"):
        skipped = checkov(*run, "--framework", "terraform", "cloudformation", choice)
        assert (skipped.status, skipped.records()) == (0, [])


def test_where_checkov_reads_another_language(stack: Path, checkov: Run) -> None:
    """What neither reads nor should is no concern of ours: a chart of Helm's, say."""
    (stack / "main.tf").unlink()
    (stack / "chart.yaml").write_text("kind: Pod\nmetadata:\n  {{- if .a }}\n  b: c\n")
    shown = checkov("-d", ".")

    assert shown.status == 0
    assert shown.records() == []
    assert "taskwall" not in shown.err


PASSED_OVER = {"main.tofu": OPEN, "main.tf.json": OPEN_JSON}


@pytest.mark.parametrize("name", PASSED_OVER)
def test_where_all_is_in_files_that_checkov_passes_over(
    stack: Path, checkov: Run, name: str
) -> None:
    """A finding there fails the check about taskwall, though checkov has no entity at all."""
    (stack / "main.tf").unlink()
    (stack / name).write_text(PASSED_OVER[name])
    shown = checkov("-d", ".", "--framework", "terraform", "--check", "TW204,TW000")

    assert shown.status == 1
    (record,) = shown.records()
    assert (record["check_id"], record["resource"]) == ("TW000", f"/{name}")
    assert f"TW204 at {name}:" in record["check_name"]


@pytest.mark.parametrize("frameworks", [("terraform",), ("terraform", "cloudformation")])
def test_a_graph_that_is_not_known(
    stack: Path, checkov: Run, monkeypatch: pytest.MonkeyPatch, frameworks: tuple[str, ...]
) -> None:
    """Where no entity can be shown as failed, the run ends with a sentence."""
    monkeypatch.setattr(entities, "vertices", lambda graph: graph.corners)
    shown = checkov("-d", ".", "--framework", *frameworks)

    assert shown.status == 2
    assert shown.err.startswith("taskwall: crashed: AttributeError: ")
    assert "Traceback" not in shown.err


REGISTRY = "taskwall.checkov_plugin.registry"


def _old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{REGISTRY}.version", "3.2.9")


def _another_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_checks(*_: object) -> dict[object, object]:
        return {}

    monkeypatch.setattr(f"{REGISTRY}.Registry.run_checks", run_checks)


def _checks_asked_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{REGISTRY}.BaseRunner.run_graph_checks_results", lambda *_: {})


def _another_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{REGISTRY}.CustomAttributes.BLOCK_TYPE", "kind_")


def _nothing_beside_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, REGISTRY, None)


Change = Callable[[pytest.MonkeyPatch], None]

CHANGES: dict[Change, str] = {
    _old: "checkov is too old: this is checkov 3.2.9",
    _another_signature: "checkov has changed how it runs checks",
    _checks_asked_elsewhere: "checkov has changed how it runs checks",
    _another_graph: "checkov has changed what its graph holds",
    _nothing_beside_the_folder: "install taskwall there",
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("frameworks", [("terraform",), ("terraform", "cloudformation")])
def test_a_checkov_that_is_not_known(
    stack: Path,
    checkov: Run,
    monkeypatch: pytest.MonkeyPatch,
    change: Change,
    frameworks: tuple[str, ...],
) -> None:
    """The run ends with a sentence; checkov itself would go on without the rules."""
    change(monkeypatch)
    shown = checkov("-d", ".", "--framework", *frameworks)

    assert shown.status == 2
    lines = shown.err.splitlines()
    assert len(lines) == len(frameworks)
    for line in lines:
        assert line.startswith("taskwall: no rule was run: ")
        assert CHANGES[change] in line


def test_frameworks_of_others_go_on(
    stack: Path, checkov: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing is judged anyway, there is nothing to say."""
    _old(monkeypatch)
    (stack / "Dockerfile").write_text("FROM scratch\n")
    shown = checkov("-d", ".", "--framework", "dockerfile")

    assert shown.err == ""
    assert [report["check_type"] for report in shown.reports] == ["dockerfile"]


@pytest.mark.parametrize("change", [_old, _another_graph])
def test_the_command_with_a_checkov_that_is_not_known(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    change: Change,
) -> None:
    """It does not begin."""
    change(monkeypatch)

    assert command.main() == 2
    told = capfd.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"taskwall-checkov: {CHANGES[change]}")


def test_names_are_split_between_their_parts() -> None:
    """As checkov splits them, but for what stands in an instance key."""
    assert _Name("aws_x.y").split(".") == ["aws_x", "y"]
    assert _Name('aws_x.y["a.b"]').split(".") == ["aws_x", 'y["a.b"]']
    assert _Name('data.aws_x.y["a.b"]').split(".") == ["data", "aws_x", 'y["a.b"]']


class _Graph:
    """A graph with one entity, `aws_x.y["a/b"]` in `net/main.tf`."""

    def nodes(self) -> list[tuple[int, dict[str, str]]]:
        name, file = 'aws_x.y["a/b"]', "net/main.tf"
        return [(0, {"block_type_": "resource", "block_name_": name, "file_path_": file})]


@pytest.mark.parametrize("root", ["", "net/", "live/net/"])
@pytest.mark.parametrize("key", ['["a/b"]', "[*]", ""])
def test_what_joined_roots_call_apart_is_found(root: str, key: str) -> None:
    """Of roots that are judged as one, addresses that several have begin with their root."""
    entities = Entities(_Graph(), "terraform")
    assert len(entities._named(os.path.abspath("net/main.tf"), f"{root}aws_x.y{key}")) == 1
    assert entities._named(os.path.abspath("net/main.tf"), f"{root}aws_x.z{key}") == []
