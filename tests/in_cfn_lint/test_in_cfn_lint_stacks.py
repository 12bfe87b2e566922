"""In cfn-lint: templates that belong together, parameters, and what goes wrong."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import cfnlint.version
import pytest
from cfnlint.config import ConfigMixIn
from cfnlint.runner import main

from linted import TASKS, Lint, told
from taskwall.api import scan as api
from taskwall.cfnlint import host
from taskwall.readers.cloudformation import document, template
from taskwall.source.files import Files

DEPLOYMENTS = hasattr(ConfigMixIn([]), "deployment_files")
since_deployments = pytest.mark.skipif(
    not DEPLOYMENTS, reason="cfn-lint has parameters and deployments since 1.21"
)

PARENT = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Shop:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: web.yaml
      Parameters:
        Range: 0.0.0.0/0
        Vpc: vpc-1
        Subnet: subnet-1
"""
CLOSED = TASKS.replace("Default: 0.0.0.0/0", "Default: 10.0.0.0/16")
MINE = "ETW204 20:11"
PASSED = "ETW204 8:9"
"""The same, told where the parent passes what is wrong."""


def test_what_a_parent_passes_is_told_there(here: Path, lint: Lint) -> None:
    """It is what has to change; the nested template has nothing wrong."""
    Path("web.yaml").write_text(CLOSED)
    assert MINE not in told(lint("web.yaml"))
    Path("main.yaml").write_text(PARENT)
    assert told(lint("main.yaml")) == [PASSED]
    assert MINE not in told(lint("web.yaml"))


def test_a_nested_template_is_told_where_it_is_nested(here: Path, lint: Lint) -> None:
    """What is wrong in it is told there, with its parent; the parent itself shows nothing."""
    parameters = "Parameters: {Range: {Type: String, Default: 0.0.0.0/0}}\n"
    Path("web.yaml").write_text(CLOSED)
    Path("main.yaml").write_text(PARENT.replace("0.0.0.0/0", "!Ref Range") + parameters)
    assert told(lint("main.yaml")) == []
    (found,) = (one for one in lint("web.yaml") if one.rule.id == "ETW204")
    assert told([found]) == [MINE]
    assert "; called from main.yaml:3 (Shop)" in found.message


def test_steps_in_other_files_are_told_in_the_message(here: Path, lint: Lint) -> None:
    """Those of the template itself are children, and not told twice."""
    group = CLOSED[CLOSED.index("  Group:") : CLOSED.index("  Cluster:")]
    assert "CidrIp: !Ref Range" in group
    parameters = "Parameters: {Vpc: {Type: String}, Range: {Type: String, Default: 0.0.0.0/0}}\n"
    export = 'Export: {Name: !Sub "${AWS::StackName}-Group"}'
    Path("net.yaml").write_text(
        f"{parameters}Resources:\n{group}Outputs: {{Group: {{Value: !Ref Group, {export}}}}}\n"
    )
    Path("web.yaml").write_text(
        CLOSED.replace(group, "").replace("[!Ref Group]", '[!ImportValue "net-Group"]')
    )
    (found, *steps) = (
        one for one in lint("-c", "STW", "--", "net.yaml") if one.rule.id in ("ETW204", "STW000")
    )
    assert told([found]) == ["ETW204 12:11"]
    assert re.search(r"; because Web uses security group Group \(web.yaml:\d+\)", found.message)
    assert told(steps) == ["STW000 12:11", "STW000 1:1"]


def parameters(**values: str) -> str:
    """A file of parameters as cfn-lint takes it."""
    return json.dumps(
        [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]
    )


@since_deployments
def test_parameters_count(here: Path, lint: Lint) -> None:
    """Those of files, each a deployment, and those of the command; a finding is told once."""
    Path("web.yaml").write_text(CLOSED)
    Path("open.json").write_text(parameters(Range="0.0.0.0/0"))
    Path("shut.json").write_text(parameters(Range="10.0.0.0/16"))
    Path("open-too.json").write_text(parameters(Range="0.0.0.0/0", Vpc="vpc-2"))
    for files, count in (
        (("shut.json",), 0),
        (("open.json",), 1),
        (("open.json", "open-too.json", "shut.json"), 1),
    ):
        found = told(lint("web.yaml", "--parameter-files", *files))
        assert found.count(MINE) == count, files
        assert len(found) == len(set(found)), files
    assert MINE in told(lint("--parameters", "Range=0.0.0.0/0", "--", "web.yaml"))
    Path("web.yaml").rename("web.cfn")
    found = told(lint("web.cfn", "--parameter-files", "open.json"))
    assert (found.count(MINE), len(found)) == (1, len(set(found)))


@since_deployments
def test_parameters_stand_for_defaults(here: Path, lint: Lint) -> None:
    """What only the defaults would bring is not told beside parameters that are given."""
    Path("web.yaml").write_text(TASKS)
    Path("shut.json").write_text(parameters(Range="10.0.0.0/16"))
    assert MINE in told(lint("web.yaml"))
    assert MINE not in told(lint("web.yaml", "--parameter-files", "shut.json"))


@since_deployments
def test_deployment_files_count(here: Path, lint: Lint) -> None:
    """A deployment names its template and parameters."""
    Path("web.yaml").write_text(CLOSED)
    deployment = {"template-file-path": "web.yaml", "parameters": {"Range": "0.0.0.0/0"}}
    Path("deployment.json").write_text(json.dumps(deployment))
    assert MINE in told(lint("--deployment-files", "deployment.json"))


def test_each_template_gets_only_its_own(
    here: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stacks are judged once a run, however many of their templates are looked at."""
    judged: list[str] = []
    judge = api.judge_stack

    def counted(stack: Any, *others: Any) -> Any:
        judged.append(os.path.basename(stack.name))
        return judge(stack, *others)

    monkeypatch.setattr(api, "judge_stack", counted)
    Path("web.yaml").write_text(CLOSED)
    Path("main.yaml").write_text(PARENT)
    Path("lone.yaml").write_text(TASKS)
    matches = lint("lone.yaml", "main.yaml", "web.yaml")
    assert sorted(judged) == ["lone.yaml", "main.yaml"]
    by_file = {
        file: told([one for one in matches if one.filename == file])
        for file in ("lone.yaml", "main.yaml", "web.yaml")
    }
    assert by_file["main.yaml"] == [PASSED]
    assert MINE in by_file["lone.yaml"]
    assert MINE not in by_file["web.yaml"]


def test_an_error_beside_a_template_is_not_its_own(here: Path, lint: Lint) -> None:
    """What cannot be read elsewhere is told there."""
    Path("web.yaml").write_text(CLOSED)
    Path("main.yaml").write_text(PARENT + "  Shop: {}\n")
    assert all("ETW0" not in one for one in told(lint("web.yaml")))


def test_what_cannot_be_read_is_told_where_it_is(here: Path, lint: Lint) -> None:
    """The rest of the template is judged; whom cfn-lint's own rules tell enough can ignore it."""
    Path("web.yaml").write_text(TASKS.replace("!Ref Cluster", "!Ref Clutter"))
    matches = lint("web.yaml", alone=False)
    assert told(matches) == ["ETW001 39:16", MINE, "WTW203 44:11"]
    assert [one.linenumber for one in matches if one.rule.id == "E1020"] == [39]
    assert told(lint("-i", "ETW001", "--", "web.yaml")) == [MINE, "WTW203 44:11"]


def test_a_crash_is_loud_and_told_once(
    here: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a rule, and of whatever else: cfn-lint would tell it of every rule."""
    Path("web.yaml").write_text(TASKS)

    def broken(*_: object, **__: object) -> None:
        raise ValueError("out of order")

    with monkeypatch.context() as patched:
        patched.setattr("taskwall.engine.judge.lower", broken)
        (found,) = lint("web.yaml")
    assert found.rule.id == "ETW000"
    assert "taskwall: crashed in reading: ValueError (broken, line " in found.message

    with monkeypatch.context() as patched:
        patched.setattr("taskwall.cfnlint.run.ReportBuilder", broken)
        (found,) = lint("web.yaml")
    version = re.escape(cfnlint.version.__version__)
    assert re.fullmatch(
        rf"taskwall: crashed with cfn-lint {version}: ValueError: out of order", found.message
    )

    with monkeypatch.context() as patched:
        patched.setattr(Files, "text", broken)
        assert [one.rule.id for one in lint("web.yaml")] == ["ETW000"]


@pytest.mark.parametrize(
    ("version", "ends"), [("0.87.9", True), ("1.2.5", True), ("1.3.0", False), ("2.0.0", False)]
)
def test_an_older_cfn_lint_is_refused(
    version: str, ends: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one sentence that says which it takes."""
    monkeypatch.setattr("cfnlint.version.__version__", version)
    if not ends:
        host.insist()
        return
    with pytest.raises(SystemExit) as ended:
        host.insist()
    assert (
        str(ended.value)
        == f"taskwall: its rules need cfn-lint 1.3 or later, and this is {version}."
    )


@pytest.mark.parametrize(
    "gone",
    [
        "rules.RuleMatch",
        "rules.CloudFormationLintRule.configure",
        "rules.CloudFormationLintRule.matchall",
        "template.Template.get_location_yaml",
        "decode.decode_str",
    ],
)
def test_a_cfn_lint_that_changed_is_refused(gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the name of what is gone."""
    monkeypatch.delattr(f"cfnlint.{gone}")
    with pytest.raises(SystemExit) as ended:
        host.insist()
    name = re.escape(gone.partition(".")[2])
    assert re.fullmatch(rf"taskwall: cfn-lint [\d.]+ has no {name} any more: .*", str(ended.value))


def test_a_cfn_lint_whose_matches_changed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else each rule would fail, with a line of its own."""

    class Match:
        def __init__(self, path: list[str], message: str) -> None:
            self.told = path, message

    monkeypatch.setattr("cfnlint.rules.RuleMatch", Match)
    with pytest.raises(SystemExit, match="has no RuleMatch with a location any more"):
        host.insist()


@pytest.mark.parametrize("module", ["cfnlint.template", "cfnlint.rules"])
def test_a_cfn_lint_without_a_module_is_refused(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the name of the module."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SystemExit, match=rf"has no {module} any more"):
        host.insist()


def test_matches_that_cannot_be_made_are_one_error(
    here: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one for each rule that has found something."""
    Path("web.yaml").write_text(TASKS)

    def refused(*_: object, **__: object) -> None:
        raise TypeError("no such argument")

    monkeypatch.setattr("taskwall.cfnlint.classes.RuleMatch", refused)
    found = lint("web.yaml", alone=False)
    (only,) = [one for one in found if "taskwall" in one.message or "TW" in one.rule.id]
    assert only.rule.id == "E0002"
    assert (
        f"taskwall crashed with cfn-lint {host.version()}: TypeError: no such argument"
        in only.message
    )


def test_the_version_is_known_however_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the package's metadata, where cfn-lint itself does not say it."""
    told = host.version()
    monkeypatch.setitem(sys.modules, "cfnlint.version", None)
    assert host.version() == told


def test_the_command_ends_with_one_sentence(here: Path) -> None:
    """Not with the stack of calls that led there."""
    Path("web.yaml").write_text(TASKS)
    program = "import cfnlint.runner, cfnlint.version as v; v.__version__ = '1.2.1'"
    command = [sys.executable, "-c", f"{program}; cfnlint.runner.main()"]
    command += ["-a", "taskwall.cfnlint", "--", "web.yaml"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "taskwall: its rules need cfn-lint 1.3 or later, and this is 1.2.1.\n"


@pytest.mark.parametrize(
    ("form", "needs"),
    [
        ("json", "json"),
        ("parseable", "json"),
        ("pretty", "json"),
        ("quiet", "json"),
        ("junit", "junit_xml"),
        ("sarif", "sarif_om"),
    ],
)
def test_formats(
    here: Path,
    form: str,
    needs: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each of cfn-lint's own formats takes our ids, those of letters that it does not know too."""
    pytest.importorskip(needs)
    Path("web.yaml").write_text(TASKS)
    options = ("-a", "taskwall.cfnlint", "--format", form, "-c", "I", "UTW", "STW", "--")
    monkeypatch.setattr(sys, "argv", ["cfn-lint", *options, "web.yaml"])
    with pytest.raises(SystemExit):
        main()
    shown = capsys.readouterr()
    assert shown.err == ""
    assert "ETW204" in shown.out
    assert "UTW701" in shown.out


def test_json_templates(here: Path, lint: Lint) -> None:
    """With blanks or with tabs, which cfn-lint reads in another way."""
    from cfnlint.decode import decode_str

    template = decode_str(TASKS)[0]
    for indent in (1, "\t"):
        Path("web.json").write_text(json.dumps(template, indent=indent))
        found = {one.rule.id: one for one in lint("web.json")}
        assert set(found) == {"ETW204", "WTW203"}
        lines = Path("web.json").read_text().splitlines()
        assert '"CidrIp"' in lines[found["ETW204"].linenumber - 1]
        assert found["ETW204"].path[-1] == "CidrIp"


NET = "Net:\n    Type: String"


def test_each_template_is_parsed_once(
    here: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run, though it is read with others for each that it belongs to; anew in the next run."""
    parsed: list[str] = []
    read = document.read_nodes

    def counted(path: str, text: str) -> document.TemplateFile:
        parsed.append(os.path.basename(path))
        return read(path, text)

    monkeypatch.setattr(template, "read_nodes", counted)
    export = "Outputs: {V: {Value: v, Export: {Name: !Sub '${AWS::StackName}-Vpc'}}}\n"
    for name in ("a.yaml", "b.yaml"):
        Path(name).write_text(f"{TASKS}{export}")
    wanted = TASKS.replace("!Ref Vpc", "{Fn::ImportValue: !Sub '${Net}-Vpc'}")
    Path("web.yaml").write_text(wanted.replace("Vpc:\n    Type: AWS::EC2::VPC::Id", NET))
    assert told(lint("a.yaml", "b.yaml", "web.yaml")).count(MINE) == 3
    assert sorted(parsed) == ["a.yaml", "b.yaml", "web.yaml"]
    Path("a.yaml").write_text(CLOSED)
    assert MINE not in told(lint("a.yaml"))
