"""One source never costs the rest: what is hostile, odd or our own defect stays where it is."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from cProfile import Profile
from pathlib import Path

import pytest
from msgspec.structs import replace

from taskwall.api import scan as api
from taskwall.api.options import Options
from taskwall.api.workers import results
from taskwall.core.alternatives import either
from taskwall.core.values import Items, Known, Need, Unknown
from taskwall.engine import judge
from taskwall.engine.merging import merge_verdicts
from taskwall.findings.baseline import BaselineError
from taskwall.findings.finding import ReportDocument
from taskwall.lowering import _network_builder
from taskwall.readers.cloudformation import includes, template
from taskwall.readers.terraform.evaluation import functions
from taskwall.readers.terraform.plan import stacks as plans
from taskwall.readers.terraform.syntax import hcl
from taskwall.session.session import Session
from taskwall.settings import SettingsError
from taskwall.source.stack import Inputs

Texts = Mapping[str, str]

GOOD = (Path(__file__).parent.parent / "fixtures/broken/hcl_latin_1/good.tf").read_text()
"""A root with one finding, of TW201."""

SERVICE = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  S:\n    Type: AWS::ECS::Service\n"


def hcl_value(expression: str, more: str = "") -> Texts:
    """A root with one expression in a task definition."""
    body = f'  family = "t"\n  container_definitions = {expression}\n'
    return {"odd/main.tf": f'{more}\nresource "aws_ecs_task_definition" "t" {{\n{body}}}\n'}


def open_splat(kind: str, address: str) -> Texts:
    """A splat of something that nothing models, with an open `for_each`."""
    uses = f'resource "aws_ecs_service" "s" {{\n  network_configuration {{\n{address}\n  }}\n}}\n'
    return {
        "odd/main.tf": f'variable "v" {{}}\n{kind} "foo_bar" "x" {{\n  for_each = var.v\n}}\n{uses}'
    }


ODD: dict[str, Texts] = {
    "a repository by the name of a cluster": {
        "odd/t.yaml": f"{SERVICE}    Properties: {{Cluster: web}}\n"
        "  web:\n    Type: AWS::ECR::Repository\n"
    },
    "a file that is not known which": hcl_value(
        "data.local_file.d.content",
        'variable "f" {}\ndata "local_file" "d" {\n  filename = var.f\n}\n',
    ),
    "an open splat of a resource": open_splat("resource", "subnets = foo_bar.x[*].id"),
    "an open splat of a data source": open_splat("data", "subnets = data.foo_bar.x[*].id"),
    "lone carriage returns": {"odd/t.yaml": SERVICE.replace("\n", "\r")},
    "doubled carriage returns": {"odd/t.yaml": SERVICE.replace("\n", "\r\r\n")},
    "carriage returns in JSON": {
        "odd/t.json": '{"Resources":\r{"S":\r{"Type": "AWS::ECS::Service",\r"Properties": {}}}}'
    },
    "a count beyond numbers": {
        "odd/main.tf": 'resource "aws_ecs_service" "s" {\n  count = 1e400\n}\n'
    },
    "an index beyond numbers": hcl_value("[1][1e400]"),
    "a remainder beyond numbers": hcl_value("1e400 % 54"),
    "numbers beyond numbers in JSON": hcl_value('jsondecode("[1e400, NaN, -Infinity]")'),
    "numbers beyond numbers in YAML": hcl_value('yamldecode("[.inf, .nan]")'),
    "a sum beyond numbers": hcl_value("sum([1.7e308, 1.7e308])"),
    "a path in values": {
        "odd/main.tf": 'variable "v" {}\nresource "aws_ecs_cluster" "c" {\n  name = var.v\n}\n',
        "odd/terraform.tfvars": "v = path.module\n",
    },
    "files of an empty range": hcl_value('fileset(".", "[z-a]")'),
    "files by many stars": {
        **hcl_value('fileset(".", "*a*a*a*a*a*a*a*a*a*b")'),
        "odd/" + "a" * 120: "",
    },
    "a key that is a list": {"odd/t.yaml": f"{SERVICE}  [a, b]: 1\n  ? [c]\n  : d\n"},
    "a NUL in a source": {"odd/main.tf": 'module "m" {\n  source = "./a\\u0000b"\n}\n' + GOOD},
    "a NUL in a file's name": hcl_value('file("a\\u0000b")'),
    "a NUL in an include": {
        "odd/t.yaml": f"{SERVICE}    Properties:\n      Fn::Transform:\n"
        '        {Name: AWS::Include, Parameters: {Location: "\\0"}}\n'
    },
    "a NUL in a nested template": {
        "odd/t.yaml": "Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n"
        '    Properties: {TemplateURL: "a\\0.yaml"}\n'
    },
    "somebody's home": hcl_value('file("~root/x")'),
    "a range in which steps are lost": hcl_value("range(1e17 + 0.5, 1e17 + 900.5, 1)"),
    "a plan of odd kinds": {
        "odd/plan.json": '{"format_version": "1.2", "planned_values": {"root_module": {"resources":'
        ' [1, {"address": [], "type": {}, "values": []}]}}, "variables": [1]}'
    },
}  # fmt: skip


def laid_out(folder: Path, texts: Texts) -> None:
    """Write texts below a folder, byte for byte."""
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())


def scanned(folder: Path, inputs: Inputs | None = None, jobs: int = 1) -> ReportDocument:
    """The report on a folder, with paths seen from there."""
    options = Options((str(folder),), inputs or Inputs(), cwd=str(folder), jobs=jobs)
    return api.scan(options).document


def good(document: ReportDocument) -> list[str]:
    """What is found in the good root."""
    return [one.rule for one in document.findings if one.file == "good/main.tf"]


@pytest.mark.parametrize("name", ODD)
def test_odd_sources_are_no_crash(name: str, tmp_path: Path) -> None:
    """Each is read, or is an error with a place; what is beside it is judged."""
    laid_out(tmp_path, {**ODD[name], "good/main.tf": GOOD})
    document = scanned(tmp_path)
    assert document.crashes == ()
    assert good(document) == ["TW201"]


@pytest.mark.parametrize("name", ODD)
def test_sessions_outlive_odd_documents(name: str, tmp_path: Path) -> None:
    """While such a text is typed, the rest is judged; afterwards all is as it was."""
    laid_out(tmp_path, {"good/main.tf": GOOD})
    session = Session(str(tmp_path))
    before = session.report().document
    for path, text in ODD[name].items():
        session.change(str(tmp_path / path), text)
        assert good(session.report().document) == ["TW201"]
        session.summaries()
    assert session.report().document.crashes == ()
    for path in ODD[name]:
        session.change(str(tmp_path / path), None)
    assert session.report().document == before


# Defects of our own


def raising(*_: object, **__: object) -> object:
    """A defect, whose text quotes what must not be shown."""
    raise KeyError("hunter2")


def only_for(word: str, work: Callable[..., object]) -> Callable[..., object]:
    """The same work, but a defect where an argument speaks of a word."""

    def worked(*args: object, **more: object) -> object:
        return raising() if word in repr(args) else work(*args, **more)

    return worked


PLAN = json.dumps({"format_version": "1.2", "planned_values": {"root_module": {}}})
TASK = 'resource "aws_ecs_task_definition" "odd" {\n  family = jsonencode(["odd"])\n}\n'

DEFECTS: dict[str, tuple[object, str, Texts, tuple[str, int]]] = {
    "reading Terraform": (hcl.Parse, "read", {"odd/main.tf": TASK}, ("odd", 1)),
    "reading a template": (template, "members", {"odd/t.yaml": SERVICE}, ("odd/t.yaml", 1)),
    "reading a plan": (plans, "mapping", {"odd/plan.json": PLAN}, ("odd/plan.json", 1)),
    "a function": (functions, "breadth", {"odd/main.tf": TASK}, ("odd/main.tf", 2)),
    "the building of the network": (
        _network_builder.NetworkBuilder, "made", {"odd/main.tf": TASK}, ("odd/main.tf", 1),
    ),
    "the merging of findings": (judge, "merge_verdicts", {"odd/main.tf": TASK}, ("odd/main.tf", 1)),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_defects_stay_where_they_are(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What raises is a crash with file and line, without its text; the rest is judged."""
    where, attribute, texts, place = DEFECTS[name]
    laid_out(tmp_path, {**texts, "good/main.tf": GOOD})
    work = getattr(where, attribute)
    if attribute == "read":

        def read(parse: hcl.Parse) -> object:
            return raising() if "odd" in parse._source.path else work(parse)

        monkeypatch.setattr(where, attribute, read)
    else:
        monkeypatch.setattr(where, attribute, only_for("odd", work))
    if attribute in ("members", "mapping"):
        monkeypatch.setattr(where, attribute, raising)
    document = scanned(tmp_path)
    assert [(crash.file, crash.line) for crash in document.crashes] == [place]
    assert "KeyError" in document.crashes[0].message
    assert "hunter2" not in document.crashes[0].message
    assert good(document) == ["TW201"]


# Budgets, by counting: a function call is a step


def steps(work: Callable[[], object]) -> int:
    """How many functions some work calls, C's among them."""
    profile = Profile()
    profile.runcall(work)
    return sum(each.callcount for each in profile.getstats())


LIST = "[for i in range(1000) : [for j in range(100) : tostring(i + j)]]"
LESS = LIST.replace("1000", "200")
INCLUDES = {
    f"i{n}.yaml": "\n".join(
        f"k{j}:\n  Fn::Transform: {{Name: AWS::Include, Parameters: {{Location: i{n + 1}.yaml}}}}"
        for j in range(8)
    )
    for n in range(9)
}
INCLUDING = (
    "    Properties:\n      Fn::Transform: {Name: AWS::Include, Parameters: {Location: i0.yaml}}\n"
)
STATEMENTS = "".join(
    f"  statement {{\n    sid     = {'var.v' if i % 2 else json.dumps(str(i))}\n"
    f'    actions = ["ecr:{i}"]\n  }}\n'
    for i in range(400)
)
BOUNDED: dict[str, Texts] = {
    "a loop that sorts": hcl_value(
        "[for i in range(1000) : [for j in range(400) : sort(local.a)]]",
        f'locals {{\n  a = split(",", "{"a," * 50_000}")\n}}\n',
    ),
    "a loop of lists": hcl_value(f"[for i in range(500_000) : [{'1,' * 5000}]]".replace("_", "")),
    "a loop that compares": hcl_value(
        "[for i in range(100000) : local.a == local.b]",
        f"locals {{\n  a = {LIST}\n  b = {LIST}\n}}\n",
    ),
    "a loop that decodes": hcl_value(
        "[for i in range(1000) : jsondecode(local.a)]",
        f'locals {{\n  a = "[{"1," * 50_000}1]"\n}}\n',
    ),
    "either of two lists": hcl_value(
        "var.v ? local.a : local.b",
        'variable "v" {}\nlocals {\n  a = [for i in range(1000) : { x = i }]\n'
        "  b = [for i in range(1000) : { y = i }]\n}\n",
    ),
    "a large variable of many modules": {
        "main.tf": f'locals {{\n  a = {LESS}\n}}\nmodule "m" {{\n  source = "./m"\n'
        "  count  = 500\n  a      = local.a\n}\n",
        "m/main.tf": 'variable "a" {\n  type = list(list(string))\n}\n'
        'resource "aws_ecs_service" "s" {\n  name = length(var.a)\n}\n',
    },
    "a policy of many statements": hcl_value(
        "data.aws_iam_policy_document.d.json",
        f'variable "v" {{}}\ndata "aws_iam_policy_document" "d" {{\n{STATEMENTS}}}\n',
    ),
    "a text of many parts": hcl_value(f'split(",", "{"," * 400_000}")'),
    "a pattern that matches everywhere": hcl_value(f'regexall("", "{"a" * 400_000}")'),
    "replacements that grow": hcl_value(f'replace("{"a" * 5000}", "/a/", "{"b" * 5000}")'),
    "includes of includes": {"t.yaml": SERVICE + INCLUDING, **INCLUDES, "i9.yaml": "a: b"},
    "a template of many parts": {"t.yaml": f"{SERVICE}    Properties: {{A: [{'1,' * 600_000}]}}\n"},
    "variables of variables in user data": {
        "main.tf": 'resource "aws_launch_template" "l" {\n  user_data = base64encode("#!/bin/sh\\n'
        f'x=abcdefgh\\n{"x=$x$x;" * 60}\\necho $x >> /etc/ecs/ecs.config")\n}}\n'
    },
}  # fmt: skip


ERRORS = {
    "a loop that sorts": "too much work",
    "a loop that decodes": "too much work",
    "includes of includes": "includes too much",
    "a template of many parts": f"more than {includes.MAX_INCLUDED_NODES * 5 // 2} parts",
}
"""What is said of those that a user could have made by mistake."""


@pytest.mark.parametrize("name", BOUNDED)
def test_work_is_bounded(name: str, tmp_path: Path) -> None:
    """Little source makes no endless work: it ends in so many steps, in unknowns and errors."""
    laid_out(tmp_path, {**BOUNDED[name], "good/main.tf": GOOD})
    found: list[ReportDocument] = []
    assert steps(lambda: found.append(scanned(tmp_path))) < 20_000_000
    assert found[0].crashes == ()
    assert good(found[0]) == ["TW201"]
    if name in ERRORS:
        [error] = found[0].errors
        assert ERRORS[name] in error.message
        assert error.line >= 1


@pytest.mark.parametrize(
    "pattern",
    ["a?" * 30 + "a" * 30, "(?:a|a)" * 30 + "b", "a*" * 8 + "b", "(?:a?){30}b", "(a+)+b", "a*b"],
)
def test_patterns_that_may_run_away_are_not_tried(pattern: str, tmp_path: Path) -> None:
    """What they match is unknown; a plain pattern is tried, and fails or not."""
    text = "a" * (30 if pattern != "a*b" else 1_000_000)
    laid_out(tmp_path, {"main.tf": f'locals {{\n  x = regex("{pattern}", "{text}")\n}}\n'})
    assert steps(lambda: scanned(tmp_path)) < 1_000_000
    plain = hcl_value('regex("^([a-z]+)-([0-9]+)$", "web-42")[1] == "42" ? "[]" : 1 / 0')
    laid_out(tmp_path, plain)
    assert scanned(tmp_path).crashes == ()


def test_lists_are_merged_as_before() -> None:
    """What two lists share is certain, whatever kind it is of; too many pairs are unknown."""
    waits = (Need("x", "is open"),)
    one = Items((Known(1), Known("a"), Items((Known("b"),)), Unknown((), "s")))
    other = Items((Known("1"), Items((Known("b"),)), Unknown((), "s"), Unknown(())))
    found = either(one, other, waits)
    assert found == Items((one.items[0], *one.items[2:]), (Known("a"), Unknown(())), None, waits)
    many = tuple(Items((Known(n),)) for n in range(100))
    assert either(Items(many), Items((*many, Known(1))), waits) == Unknown(waits)


# Files that are none


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the platform has no pipes among files")
def test_what_a_user_names_must_be_a_plain_file(tmp_path: Path) -> None:
    """Pipes and devices are said to be none, at once; so are files of absurd size."""
    laid_out(tmp_path, {"good/main.tf": GOOD})
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    for path in (str(pipe), "/dev/zero"):
        with pytest.raises(BaselineError, match="not a plain file"):
            api.scan(Options((str(tmp_path),), baseline=path, cwd=str(tmp_path)))
        document = scanned(tmp_path, Inputs(var_files=(path,)))
        assert any("not a plain file" in error.message for error in document.errors)
        document = api.scan(Options((str(tmp_path),), context=(path,), cwd=str(tmp_path))).document
        places = {os.path.basename(error.file) for error in document.errors}
        assert places == {"pipe.json", os.path.basename(path)}  # the pipe is in the folder, too
        assert {error.message for error in document.errors} == {
            "cannot be read: is not a plain file"
        }
    pipe.rename(tmp_path / "taskwall.toml")
    with pytest.raises(SettingsError, match="not a plain file"):
        scanned(tmp_path)
    (tmp_path / "taskwall.toml").unlink()
    for name, error in (("taskwall.toml", SettingsError), ("baseline.json", BaselineError)):
        with (tmp_path / name).open("wb") as stream:
            stream.truncate(1 << 31)
        with pytest.raises(error, match="larger than"):
            options = Options((str(tmp_path),), baseline=str(tmp_path / name), cwd=str(tmp_path))
            api.scan(options)
        (tmp_path / name).unlink()


@pytest.mark.parametrize("path", ["../b.json", "/b.json", "sub/../../b.json", "a\\u0000b"])
def test_settings_name_no_baseline_beyond_the_repository(path: str, tmp_path: Path) -> None:
    """Whoever may write settings may not read, or write, what is elsewhere."""
    (tmp_path / ".git").mkdir()
    laid_out(tmp_path, {"main.tf": GOOD, "taskwall.toml": f'baseline = "{path}"\n'})
    with pytest.raises(SettingsError, match="outside of the repository"):
        scanned(tmp_path)


@pytest.mark.parametrize("path", [".", "live/prod"])
def test_what_links_lead_to_goes_by_its_own_path(tmp_path: Path, path: str) -> None:
    """A folder that several roots link is read once, where version control has it."""
    laid_out(
        tmp_path,
        {
            ".git/x": "",
            "stack/main.tf": GOOD,
            "live/prod/main.tf": 'module "stack" {\n  source = "./stack"\n}\n',
        },
    )
    (tmp_path / "live/prod/stack").symlink_to("../../stack")

    report = api.scan(Options((path,), cwd=str(tmp_path)))

    assert {(one.stack, one.file) for one in report.document.findings} == {
        ("live/prod", "stack/main.tf")
    }


def test_links_out_of_the_repository_are_not_followed(tmp_path: Path) -> None:
    """By nothing, unless it is allowed, or the user names them; what may be a source is absent."""
    secret = "SECRET_OF_ANOTHER"
    laid_out(
        tmp_path,
        {
            "other/main.tf": GOOD,
            "other/secret.txt": secret,
            "other/t.yaml": SERVICE,
            "repo/.git/x": "",
            "repo/a/main.tf": 'resource "aws_ecs_cluster" "c" {\n  name = file("secret.txt")\n}\n'
            'module "m" {\n  source = "./m"\n}\n',
            "repo/real/main.tf": GOOD,
            "repo/stack.yaml": SERVICE + "  N:\n    Type: AWS::CloudFormation::Stack\n"
            "    Properties: {TemplateURL: nested.yaml}\n",
        },
    )
    repo, other = tmp_path / "repo", tmp_path / "other"
    for name, target in (
        ("folder", other),
        ("a/linked.tf", other / "main.tf"),
        ("a/secret.txt", other / "secret.txt"),
        ("a/terraform.tfvars", other / "secret.txt"),
        ("a/m", other),
        ("nested.yaml", other / "t.yaml"),
        ("inside", repo / "real"),
    ):
        (repo / name).symlink_to(target)
    options = Options((str(repo),), cwd=str(repo))
    report = api.scan(options)
    assert {one.file for one in report.document.findings} == {"real/main.tf"}
    met = [note.partition(": leads out")[0] for note in report.notes if "leads out" in note]
    assert met == ["a/secret.txt"]
    links = [one for one in report.document.absent if one.kind == "link"]
    assert [one.file for one in links] == [
        *("a/linked.tf", "a/m", "a/terraform.tfvars", "folder", "nested.yaml")
    ]
    assert {(one.source, one.cure) for one in links[-2:]} == {
        (str(other), "--allow-outside"),
        (str(other / "t.yaml"), "--allow-outside"),
    }
    for strict in (False, True):
        assert api.scan(replace(options, fail_on="never", fail_on_absent=strict)).status == strict
    for path, among in (("real", []), ("a/main.tf", ["a/linked.tf", "a/m", "a/terraform.tfvars"])):
        near = api.scan(replace(options, paths=(str(repo / path),))).document.absent
        assert [one.file for one in near if one.kind == "link"] == among
    assert report.document.crashes == ()
    allowed = scanned(repo, Inputs(outside=True))
    assert {"a/linked.tf", "folder/main.tf"} & {one.file for one in allowed.findings}
    named = api.scan(Options((str(repo / "a" / "linked.tf"),), cwd=str(repo)))
    assert {one.file for one in named.document.findings} == {"a/linked.tf"}


@pytest.mark.parametrize("name", ["", "below"])
def test_a_folder_that_cannot_be_read_is_an_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given by name or met on the way; the rest is judged."""
    laid_out(tmp_path, {"good/main.tf": GOOD, "odd/below/main.tf": GOOD})
    closed, real = str(tmp_path / "odd" / name), os.scandir

    def opened(folder: str) -> object:
        if folder.rstrip(os.sep) == closed.rstrip(os.sep):
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", opened)
    paths = (str(tmp_path / "odd"), str(tmp_path / "good"))
    report = api.scan(Options(paths, cwd=str(tmp_path)))
    [error] = report.document.errors
    assert error.message == "the folder cannot be read: Permission denied"
    assert error.file == os.path.relpath(closed, tmp_path)
    assert (report.status, good(report.document)) == (2, ["TW201"])


# Processes


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform cannot fork")
def test_a_worker_that_is_killed_costs_its_own_work_only() -> None:
    """Nobody waits for it for ever; what the others do is kept, and in order."""

    def work(number: int) -> int:
        if number in (2, 5):
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    assert list(results(work, 8, 2, lambda number: -number)) == [0, 1, -2, 3, 4, -5, 6, 7]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform cannot fork")
def test_a_stack_whose_process_is_killed_is_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its place; the other stacks are judged."""
    laid_out(tmp_path, {"good/main.tf": GOOD, "odd/main.tf": TASK})
    parent = os.getpid()

    def killed(*args: object) -> object:
        if "odd" in repr(args) and os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return merge_verdicts(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(judge, "merge_verdicts", killed)
    document = scanned(tmp_path, jobs=2)
    assert [(crash.file, crash.line) for crash in document.crashes] == [("odd/main.tf", 1)]
    assert good(document) == ["TW201"]


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize("how", [">&-", "| head -c 0; exit ${PIPESTATUS[0]}", ">/dev/full"])
def test_a_report_that_cannot_be_written_is_no_finding(how: str, tmp_path: Path) -> None:
    """The exit status 1 means findings that somebody was told: here nobody is."""
    if "full" in how and not Path("/dev/full").exists():
        pytest.skip("the platform has no such device")
    laid_out(tmp_path, {"main.tf": GOOD + "# long\n" * 20_000})
    command = f"{sys.executable} -m taskwall scan {tmp_path} --format json --show fail,unknown,pass"
    checks = str(Path(api.__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": checks}

    def run(line: str) -> "subprocess.CompletedProcess[bytes]":
        shell = ["bash", "-c", line]
        return subprocess.run(shell, env=environment, capture_output=True, check=False)

    told = run(command)
    assert told.returncode == 1
    lost = run(f"{command} {how}")
    assert lost.returncode == 2
    assert b"Traceback" not in lost.stderr
    assert b"crashed" not in lost.stderr
