"""An estate of Terragrunt gets the verdicts that the same estate of root modules gets."""

import re
from pathlib import Path

import pytest

from taskwall.api.scan import Options, scan
from taskwall.findings.finding import Finding, Report, ReportDocument
from taskwall.session.session import Session

ESTATE = Path(__file__).parent.parent.parent / "fixtures" / "estate"


def verdicts(report: Report) -> set[tuple[str, str, str, int]]:
    """What the rules say, at which places."""
    return {(one.verdict, one.rule, one.file, one.line) for one in report.document.findings}


def test_the_twin_of_root_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same findings at the same places; as many passes, and no error."""
    monkeypatch.chdir(ESTATE)
    units, roots = scan(Options(paths=("terragrunt",))), scan(Options(paths=("terraform",)))
    assert in_words(verdicts(units)) == in_words(verdicts(roots)) != set()
    assert units.document.summary.passed == roots.document.summary.passed
    assert (units.document.errors, units.document.absent) == ((), ())
    (web,) = (one for one in units.document.findings if one.rule == "TW603")
    (call,) = web.called_from
    assert (call.file, call.text) == ("terragrunt/dev/web/terragrunt.hcl", "unit web")


def in_words(found: set[tuple[str, str, str, int]]) -> set[tuple[str, str, str]]:
    """Verdicts at what is written at their places: inputs have the words of a call's arguments."""
    lines = {place: Path(place).read_text().splitlines() for _, _, place, _ in found}
    return {
        (verdict, rule, "".join(lines[file][line - 1].split()))
        for verdict, rule, file, line in found
    }


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the estate in a repository."""
    for file in ESTATE.rglob("*.*"):
        if "terraform" not in file.relative_to(ESTATE).parts:
            copy = tmp_path / file.relative_to(ESTATE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(file.read_text())
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


PLAN = """\
{"format_version": "1.2", "terraform_version": "1.9.0",
 "planned_values": {"root_module": {"resources": []}}, "resource_changes": [],
 "configuration": {"root_module": {}}}
"""


def test_a_plan_stands_for_its_unit(estate: Path) -> None:
    """What a unit comes to is not judged twice."""
    (estate / "terragrunt/dev/web/plan.json").write_text(PLAN)
    report = scan(Options())
    assert not [one for one in report.document.findings if "TW603" in one.rule]


@pytest.mark.parametrize(
    "given",
    ["terragrunt/dev/web/terragrunt.hcl", "terragrunt/root.hcl", "terragrunt/dev/env.hcl"],
)
def test_a_file_given_by_itself(estate: Path, given: str) -> None:
    """It is read in the units that it takes part in; findings are told at their places in it."""
    report = scan(Options(paths=(given,)))
    assert report.document.errors == ()
    assert report.document.summary.stacks == 1


def test_suppressions_in_units(estate: Path) -> None:
    """At the `terraform` block, for all of the unit; a reason is wanted as anywhere."""
    file = estate / "terragrunt/dev/web/terragrunt.hcl"
    text = file.read_text()
    skip = "# taskwall:skip=TW603: the edge of the network\nterraform {"
    file.write_text(text.replace("terraform {", skip))
    report = scan(Options())
    assert "TW603" not in {one.rule for one in report.document.findings}
    assert report.document.summary.suppressed == 1


def test_a_session_sees_what_changes(estate: Path) -> None:
    """In the file of a unit, in what it includes and in what that reads: as a scan would."""
    session = Session(str(estate), Options())
    before = verdicts(session.report())
    web, env = estate / "terragrunt/dev/web/terragrunt.hcl", estate / "terragrunt/dev/env.hcl"
    for path, old, new in (
        (web, "public  = true", "public  = false"),
        (env, "10.0.0.0/16", "10.0.0.0/28"),
        (web, "outputs.public", "outputs.private"),
    ):
        assert old in session.texts.get(str(path), path.read_text())
        session.change(str(path), session.texts.get(str(path), path.read_text()).replace(old, new))
        path.write_text(path.read_text().replace(old, new))
        assert verdicts(session.report()) == verdicts(scan(Options()))
    assert verdicts(session.report()) != before


LIVE = {
    "live/net/terragrunt.hcl": 'terraform { source = "git::https://git.example.com/net?ref=v1" }\n',
    "live/web/terragrunt.hcl": """\
terraform { source = "../../modules/web" }
dependency "net" { config_path = "../net" }
inputs = { vpc = dependency.net.outputs.vpc }
""",
    "live/gone/terragrunt.hcl": 'terraform { source = "../../modules/gone" }\n',
    "live/made/terragrunt.stack.hcl": """\
unit "jobs" {
  source = "git::https://git.example.com/units//jobs?ref=v1"
  path   = "jobs"
}
""",
    "modules/web/main.tf": 'module "group" {\n  source = "example/group/aws"\n}\n',
    "roots/net/main.tf": """\
terraform {
  backend "s3" { key = "net" }
}
module "vpc" {
  source = "example/vpc/aws"
}
output "vpc" { value = module.vpc.id }
""",
    "roots/web/main.tf": """\
data "terraform_remote_state" "net" {
  backend = "s3"
  config  = { key = "net" }
}
module "web" {
  source = "example/web/aws"
  vpc    = data.terraform_remote_state.net.outputs.vpc
}
""",
}


def test_what_is_absent_is_brought_where_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each root and unit has its folder and command, also where they are judged together."""
    for path, text in LIVE.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path)
    assert {(one.name, one.stack, one.cure) for one in scan(Options()).document.absent} == {
        ("unit net", "live/net", "terragrunt init"),
        ("module.group", "live/web", "terragrunt init"),
        ("unit gone", "live/gone", "check out the whole repository"),
        ("unit jobs", "live/made", "terragrunt stack run init"),
        ("module.vpc", "roots/net", "terraform get"),
        ("module.web", "roots/web", "terraform get"),
    }


@pytest.mark.parametrize("taken", ["network", "cluster"])
def test_a_unit_without_its_module_contradicts_nothing(estate: Path, taken: str) -> None:
    """What fails with the module passes nowhere without it, and nothing fails by its absence."""
    # TW203 says nothing where TW603 fails.
    every = ("fail", "unknown", "pass")
    asked = Options(profile="strict", show=every, ignore=("TW203",))
    there = scan(asked).document
    unit = estate / "terragrunt" / "dev" / taken / "terragrunt.hcl"
    source = 'source = "tfr:///example/gone/aws?version=1.0.0"'
    unit.write_text(re.sub("source = .*", source, unit.read_text()))
    gone = scan(asked).document

    assert [one.kind for one in gone.absent] == ["unit"]
    left = {one.resource for one in gone.findings}
    for one in (*there.findings, *gone.findings):
        other = gone if one in there.findings else there
        said = {each.verdict for each in other.findings if (each.rule, each.resource) == key(one)}
        if one.verdict == "fail" and (one.resource in left or other is there):
            assert said & {"fail", "unknown"} or waits(other, one.rule), one


def key(one: Finding) -> tuple[str, str]:
    """The rule and the resource of a finding."""
    return one.rule, one.resource


def waits(document: ReportDocument, rule: str) -> bool:
    """Whether a rule waits for what a unit puts out."""
    unknowns = (one for one in document.findings if (one.rule, one.verdict) == (rule, "unknown"))
    return any(need.startswith("unit ") for one in unknowns for need in one.missing)
