"""The edits that rules offer: each mends its finding, and nothing else changes.

They are tried on every fail fixture of every rule, in Terraform, in YAML, and in the same template
as JSON.
"""

import re
import shutil
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from mending import Scan, as_json, mended, scanned
from taskwall.api.fix import as_diff, cautions, fix
from taskwall.api.options import Options
from taskwall.cli import main
from taskwall.core.change import AttributeChange
from taskwall.engine.judgement import LocatedFinding
from taskwall.findings.finding import Edit
from taskwall.fixes.replacement import replacement
from taskwall.fixes.steps import path_steps
from taskwall.rules import all_rules
from taskwall.rules._rule import Rule
from taskwall.settings import Settings
from taskwall.settings.loading import load

FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "rules"
OFFERS = {
    "TW101", "TW102", "TW103", "TW104", "TW105", "TW106", "TW108", "TW202", "TW203", "TW204",
    "TW205", "TW206", "TW207", "TW208", "TW209", "TW210", "TW211", "TW212", "TW213", "TW214",
    "TW215", "TW301", "TW302", "TW303", "TW306", "TW307", "TW308", "TW401", "TW402", "TW404",
    "TW405", "TW406", "TW407", "TW408", "TW409", "TW410", "TW411", "TW501", "TW502", "TW503",
    "TW504", "TW603", "TW604", "TW605", "TW701", "TW702", "TW703", "TW704", "TW705", "TW706",
    "TW707",
}  # fmt: skip
"""The rules that have edits for some of their fails."""

_DECRYPTED = {"TW103", "TW108", "TW705"}
NEEDED = {
    "TW101": _DECRYPTED,
    "TW104": _DECRYPTED,
    "TW402": {"TW404"},
    "TW706": {"TW401"},
}
"""Rules that may ask for more once an edit is made: what a load balancer decrypts has to be
encrypted and logged anew, a policy that an endpoint is given may name the organisation, too, and
logs need an endpoint where there is no NAT."""

TERRAFORM_ONLY = {"TW211"}
"""Rules whose edits CloudFormation has no words for."""

PROVED_ONLY = {
    "TW204", "TW205", "TW206", "TW207", "TW208", "TW209", "TW210", "TW211", "TW212", "TW213",
    "TW214", "TW215", "TW401", "TW408", "TW603", "TW701",
}  # fmt: skip
"""Rules whose edits may do harm where others do not look: `taskwall fix` leaves those out, and
some of the fixtures have edits that it makes."""

FILLED_IN = {"TW210", "TW401", "TW402", "TW404", "TW405", "TW407", "TW410", "TW603"}
"""Rules whose edits mend once somebody fills in a placeholder: where these are made is tried."""


USER_DATA = {"user_data", "user_data_base64", "UserData", "LaunchTemplateData", "Metadata"}
"""The attributes that user data is in, and what cfn-init makes files of."""


def sources(rule: str, spelling: str) -> list[Path]:
    """The fail fixtures of a rule that are written in a language."""
    name = "main.tf" if spelling == "terraform" else "template.yaml"
    return sorted((FIXTURES / rule.lower()).glob(f"fail*/{name}"))


def scan_of(
    source: Path,
    spelling: str,
    overlay: dict[str, str] | None = None,
    rules: Sequence[Rule] = all_rules(),
) -> Scan:
    """The scan of a fixture, in one of three spellings, by all rules or some."""
    given = (source.parent / "taskwall.toml").exists()
    settings = load(str(source.parent), all_rules()) if given else Settings()
    texts = dict(overlay or {})
    if spelling == "json":
        texts.setdefault(str(source), as_json(source.read_text()))
    return scanned(str(source), settings, texts, rules)


def own(rule: str) -> list[Rule]:
    """A rule by itself."""
    return [each for each in all_rules() if each.id == rule]


def offered(scan: Scan, rule: str) -> list[tuple[LocatedFinding, tuple[Edit, ...]]]:
    """The fails of a rule that have edits."""
    return [(one, edits) for one, edits in scan.judged if edits and one.finding.rule == rule]


@pytest.mark.parametrize("spelling", ["terraform", "yaml", "json"])
@pytest.mark.parametrize("rule", sorted(OFFERS))
def test_an_edit_mends_its_finding_and_changes_nothing_else(rule: str, spelling: str) -> None:
    """With its edits made a fail is gone, no other is new, and nothing differs but what it names.

    Rules that the fail silenced may speak, and one that asks for what the edit needs. As JSON a
    template has the same resources, so that the other rules are asked in YAML only.
    """
    tried, rules = 0, own(rule) if spelling == "json" else all_rules()
    for source in sources(rule, spelling):
        before = scan_of(source, spelling, rules=rules)
        for judged, edits in offered(before, rule):
            after = scan_of(source, spelling, mended(before, edits), rules)

            texts = mended(before, edits).items()
            assert all(_ragged(new) <= _ragged(before.files.text(file)) for file, new in texts)
            finding = judged.finding
            gone = (rule, "fail", finding.resource, finding.message)
            where = f"{source.parent.name}, {finding.resource}: {edits}"
            asks = [bool(re.search(r"<[A-Za-z][^<>\n]*>", edit.text)) for edit in edits]
            assert [edit.placeholder for edit in edits] == asks, where
            if not (rule in FILLED_IN and any(edit.placeholder for edit in edits)):
                new = {said[0] for said in after.said() - before.said()}
                mends = after.said()[gone] < before.said()[gone] and new <= _following(rule)
                if rule in PROVED_ONLY and not mends:
                    continue
                assert mends, f"{where} {new}"
            added = any(change.form == "beside" for change, _ in judged.changes)
            removed = {
                _in_its_module(resource.origin.address)
                for change, resource in judged.changes
                if change.form == "removed" and not change.attribute.path
            }
            differing = _differing(before, after, added, removed)
            if any(change.form == "agent" for change, _ in judged.changes):
                differing = {(address, "") for address, name in differing if name in USER_DATA}
            assert differing == {
                (_without_keys(resource.origin.address), name)
                for change, resource in judged.changes
                for name in _names(change)
            }, where
            tried += 1

    if rule in TERRAFORM_ONLY and spelling != "terraform":
        return
    assert tried, f"no fail fixture of {rule} gets edits in {spelling}"


@pytest.mark.parametrize(
    ("case", "old", "new"),
    [
        ("tw503/fail", "", ""),
        ("tw106/fail_cache", "", ""),
        ("tw106/fail_kafka", "", ""),
        (
            "tw503/fail_launch_configuration",
            "echo ECS_CLUSTER",
            "curl http://169.254.169.254/latest/meta-data/instance-id\n    echo ECS_CLUSTER",
        ),
        (
            "tw208/fail_ssh_from_bastion",
            "security_groups = [aws_security_group.bastion.id]",
            'cidr_blocks = ["0.0.0.0/0"]',
        ),
    ],
)
def test_what_somebody_meant_has_no_edit(case: str, old: str, new: str) -> None:
    """A hop limit that is written, and a port that the tasks do not serve, have reasons.

    Tokens are not required of instances whose user data reads metadata without one, nor TLS of
    clients that a store would refuse until they use it.
    """
    source, rule = FIXTURES / case / "main.tf", case[:5].upper()
    text = source.read_text()
    assert old in text
    scan = scan_of(source, "terraform", {str(source): text.replace(old, new)} if old else None)

    assert any(key[:2] == (rule, "fail") for key in scan.said())
    assert offered(scan, rule) == []


@pytest.mark.parametrize("spelling", ["terraform", "yaml", "json"])
@pytest.mark.parametrize(
    ("case", "family"),
    [("fail_no_group", "postgres14"), ("fail_aurora_mysql", "aurora-mysql8.0"), ("fail", "")],
)
def test_a_database_gets_a_parameter_group(case: str, family: str, spelling: str) -> None:
    """One that names none gets one of the family of its version; one that does keeps its own."""
    [source] = [one for one in sources("TW106", spelling) if one.parent.name == case]
    [(_, edits), *_] = offered(scan_of(source, spelling), "TW106")

    made = "".join(edit.text for edit in edits)
    assert family in made
    assert (len(edits) == 2) == bool(family)


@pytest.mark.parametrize(
    ("ports", "edited"),
    [((10000, 60000), (32768, 60000)), ((1024, 65535), (32768, 65535)), ((22, 22), None)],
)
def test_ports_are_narrowed_and_never_widened(
    ports: tuple[int, int], edited: tuple[int, int] | None
) -> None:
    """Of a range with ports that tasks publish those stay; one without any was meant otherwise."""
    source = FIXTURES / "tw208" / "fail_every_protocol" / "main.tf"
    text = source.read_text().replace('"-1"', '"tcp"')
    for name, port in zip(("from_port", "to_port"), ports, strict=True):
        text = text.replace(f"{name:15} = 0", f"{name:15} = {port}", 1)
    scan = scan_of(source, "terraform", {str(source): text})

    assert any(key[:2] == ("TW208", "fail") for key in scan.said())
    made = [edit.text for _, edits in offered(scan, "TW208") for edit in edits]
    assert made == ([] if edited is None else [str(port) for port in edited])


@pytest.mark.parametrize(("rule", "replaced"), [("TW703", "aws_flow_log.vpc"), ("TW102", "")])
def test_what_aws_replaces_is_said_in_text_and_diff(
    rule: str, replaced: str, tmp_path: Path
) -> None:
    """A flow log with another format is a new one; a TLS policy is set in place."""
    # Beside the other fixtures they all would be read: they may be joined to this one.
    shutil.copy(FIXTURES / rule.lower() / "fail" / "main.tf", tmp_path)
    found = fix(Options(cwd=str(tmp_path), paths=(str(tmp_path),), select=(rule,)))
    sentence = f"AWS replaces {replaced} for this"
    assert found.findings
    assert all(one.fix and (sentence in one.fix.text) == bool(replaced) for one in found.findings)
    assert as_diff(found).startswith(f"{sentence}.\n--- a/" if replaced else "--- a/")


@pytest.mark.parametrize(
    ("rule", "name", "caution"),
    [
        ("TW106", "main.tf", "Let clients connect by TLS first: {} will refuse others."),
        ("TW106", "template.yaml", "Let clients connect by TLS first: {} will refuse others."),
        ("TW701", "main.tf", None),
        ("TW701", "template.yaml", "Deploy {file} with CAPABILITY_IAM: it makes a role now."),
    ],
)
def test_what_comes_first_is_said_where_files_are_written_too(
    rule: str,
    name: str,
    caution: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A store that will refuse plain text, and a template that makes its first role."""
    shutil.copy(FIXTURES / rule.lower() / "fail" / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    found = fix(Options(paths=(".",), select=(rule,)))
    assert found.findings
    every = [caution.format(one.resource, file=name) for one in found.findings if caution]
    said = [*dict.fromkeys(every)]

    assert [*cautions(found)] == said
    before = [*said, f"--- a/{name}"]
    assert as_diff(found).splitlines()[: len(before)] == before
    assert main(["fix", "--write", "--select", rule, "."]) == 0
    assert capsys.readouterr().err.splitlines()[:-1] == [f"taskwall: {each}" for each in said]


@pytest.mark.parametrize("spelling", ["terraform", "yaml"])
@pytest.mark.parametrize(
    ("rule", "case", "replaced"),
    [
        ("TW202", "fail_task_set", True),
        ("TW307", "fail", True),
        ("TW501", "fail_launch_configuration", True),
        ("TW503", "fail_launch_configuration", True),
        ("TW603", "fail_single_instance", True),
        ("TW603", "fail_instance_interface", True),
        ("TW603", "fail_task_set", True),
        ("TW605", "fail_broker", True),
        ("TW605", "fail_influxdb", True),
        ("TW702", "fail", True),
        ("TW707", "fail", True),
        ("TW202", "fail", False),
        ("TW501", "fail_instance", False),
        ("TW501", "fail", False),
        ("TW605", "fail_kafka", False),
        ("TW701", "fail", False),
    ],
)
def test_both_languages_say_what_is_replaced(
    rule: str, case: str, replaced: bool, spelling: str
) -> None:
    """By the attribute that changes: user data of an instance is set in place, its subnet is not.

    Nor is anything lost where something is added beside it.
    """
    [source] = [one for one in sources(rule, spelling) if one.parent.name == case]
    found = [one.changes for one, _ in scan_of(source, spelling, rules=own(rule)).judged]

    said = [replacement(changes) for changes in found if changes]

    assert said
    assert all(text.startswith("AWS replaces ") == replaced for text in said)


@pytest.mark.parametrize("spelling", ["terraform", "yaml", "json"])
def test_two_rules_about_one_format_ask_for_the_same(spelling: str) -> None:
    """Both can be made at once, and the flow log is replaced once."""
    [source] = [one for one in sources("TW703", spelling) if one.parent.name == "fail"]
    scan = scan_of(source, spelling)
    [(_, places)], [(_, tasks)] = offered(scan, "TW703"), offered(scan, "TW704")

    assert places == tasks


@pytest.mark.parametrize(("blank", "apart"), [("\n", "\n\n"), ("", "\n")])
def test_added_resources_stand_as_others_do(blank: str, apart: str) -> None:
    """With blank lines between resources or without, as it is behind the one that they are for."""
    source = FIXTURES / "tw701" / "fail" / "template.yaml"
    text = source.read_text().replace("\n\n  WebSubnet:", f"\n{blank}  WebSubnet:")
    [(_, [edit])] = offered(scan_of(source, "yaml", {str(source): text}), "TW701")

    assert edit.text.startswith(f"{apart}  VpcFlowLog:\n")
    assert f"{apart}  VpcFlowLogGroup:\n" in edit.text


def test_added_resources_are_indented_as_the_template() -> None:
    """A template that indents the members of resources by four blanks gets some that do."""
    source = FIXTURES / "tw701" / "fail" / "template.yaml"
    text = re.sub(r"(?m)^    ", "      ", source.read_text())
    [(_, [edit])] = offered(scan_of(source, "yaml", {str(source): text}), "TW701")

    assert "\n  VpcFlowLog:\n      Type: AWS::EC2::FlowLog\n      Properties:\n" in edit.text


def _following(rule: str) -> set[str]:
    """The rules that a fail of a rule silences, and those that ask what its fix needs."""
    return {each.id for each in all_rules() if rule in each.yields_to} | NEEDED.get(rule, set())


def _names(change: AttributeChange) -> set[str]:
    """The attributes of a resource in which a change is seen."""
    if change.form == "agent":
        return {""}
    if change.form in ("beside", "removed") and not change.attribute.path.strip("+[]"):
        return set()
    if not change.attribute.path:
        assert isinstance(change.terraform, Mapping)
        return set(change.terraform)
    first, *inner = path_steps(change.attribute.path)
    return {str(first), change.name} if change.name and not inner else {str(first)}


def _ragged(text: str) -> int:
    """How many neighbouring attributes of Terraform have equals signs that are not aligned."""
    found = [re.match(r"( *[\w]+ *)= .*[^\[{(]$", line) for line in text.splitlines()]
    pairs = ((one, other) for one, other in pairwise(found) if one and other)
    return sum(len(one[1]) != len(other[1]) for one, other in pairs)


def _without_keys(address: str) -> str:
    return re.sub(r"\[[^]]*\]", "", address)


def _in_its_module(address: str) -> str:
    return re.sub(r"^(?:module\.\w+\.)+", "", _without_keys(address))


def _differing(one: Scan, other: Scan, added: bool, removed: set[str]) -> set[tuple[str, str]]:
    """The attributes that two scans of a source differ in, each with its resource.

    The second one has further resources if some were `added`, and lacks those that were `removed`.
    """
    before, after = one.bodies(), other.bodies()
    assert {_in_its_module(each) for each in before.keys() - after.keys()} == removed
    assert bool(after.keys() - before.keys()) == added
    before = {address: body for address, body in before.items() if address in after}
    return {
        (_without_keys(address), key)
        for address in before
        for key in before[address].keys() | after[address].keys()
        if before[address].get(key) != after[address].get(key)
    }


def test_rules_that_offer_edits_are_known() -> None:
    """No other rule has edits for its fail fixtures: one that gets some is tried here as well."""
    others = {rule.id for rule in all_rules()} - OFFERS

    found = {
        rule
        for rule in others
        for spelling in ("terraform", "yaml")
        for source in sources(rule, spelling)
        if offered(scan_of(source, spelling, rules=own(rule)), rule)
    }

    assert found == set()


def test_a_rule_without_edits_leaves_a_decision() -> None:
    """The other rules say that what to do is to be decided, and give the steps."""
    for rule in all_rules():
        texts = [rule.sections[name] for name in ("Terraform", "CloudFormation")]
        assert rule.id in OFFERS or all("is a design decision" in text for text in texts), rule.id


def test_the_page_names_the_rules() -> None:
    """The page on fixes lists the rules that have edits."""
    page = (FIXTURES.parent.parent / "docs" / "fixes.md").read_text()

    assert set(re.findall(r"TW\d{3}", page.partition("## Rules")[2])) == OFFERS
