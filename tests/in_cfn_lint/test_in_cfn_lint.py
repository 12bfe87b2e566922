"""The rules in the real cfn-lint: what it shows of them, and what its users say about them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cfnlint.rules import Rules

from linted import TASKS, Lint, told
from reports import everything
from taskwall.cfnlint import run
from taskwall.cli import main as taskwall
from taskwall.rules import all_rules

FOUND = ["ETW204 20:11", "WTW203 44:11"]
NOT_KNOWN = ["UTW401 46:11", "UTW603 46:11", "UTW701 46:11"]


def test_findings_stand_beside_those_of_cfn_lint(here: Path, lint: Lint) -> None:
    """At the very property, by path and by position; the fails of the profile and nothing else."""
    Path("web.yaml").write_text(TASKS.replace("Cpu: ", "Cpux: "))
    matches = lint("web.yaml", alone=False)
    assert told(matches) == FOUND
    assert "E3002" in [one.rule.id for one in matches]
    (found,) = (one for one in matches if one.rule.id == "ETW204")
    assert found.message == "Group allows ingress from 0.0.0.0/0 to Web on port 8080"
    assert found.path == ["Resources", "Group", "Properties", "SecurityGroupIngress", 0, "CidrIp"]
    assert (found.linenumberend, found.columnnumberend) == (20, 29)
    assert (found.filename, found.rule.severity) == ("web.yaml", "error")


def test_each_rule_is_a_rule_of_cfn_lint() -> None:
    """By its id, with its words, its page and its options; and once more for its unknowns."""
    rules = Rules.create_from_module("taskwall.cfnlint")
    assert set(rules) == {
        *(rule.lint_id for rule in all_rules()),
        *(f"U{rule.id}" for rule in all_rules()),
        "ETW000",
        "ETW001",
        "ITW000",
        "STW000",
    }
    for rule in all_rules():
        made = rules[rule.lint_id]
        assert made.shortdesc == rule.title
        assert made.description.startswith(" ".join(rule.sections["What"].split()))
        assert made.source_url == rule.link
        assert "ecs" in made.tags
        assert set(made.config_definition) == {"elsewhere", "fix"}


def test_nothing_of_the_default_profile_hides() -> None:
    """cfn-lint shows what begins with I on request only: no rule that runs by default does."""
    assert [rule.id for rule in all_rules() if rule.default and rule.lint_id[0] == "I"] == []


def test_the_folder_has_the_same_rules(capsys: pytest.CaptureFixture[str]) -> None:
    """`-a FOLDER` and `-a MODULE` load the same."""
    assert taskwall(["cfn-lint-dir"]) == 0
    by_folder = Rules.create_from_directory(capsys.readouterr().out.strip())
    assert set(by_folder) == set(Rules.create_from_module("taskwall.cfnlint"))


def test_the_command_runs(here: Path) -> None:
    """As users call it, with its exit status; JSON says which step belongs to what."""
    Path("web.yaml").write_text(TASKS)
    command = [sys.executable, "-c", "from cfnlint.runner import main; main()"]
    command += ["--format", "json", "-a", "taskwall.cfnlint", "-c", "STW", "--", "web.yaml"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert (ran.returncode, ran.stderr) == (2 | 4, "")
    matches = json.loads(ran.stdout)
    (found,) = (one for one in matches if one["Rule"]["Id"] == "ETW204")
    steps = [one for one in matches if one["ParentId"] == found["Id"]]
    assert [(one["Rule"]["Id"], one["Message"]) for one in steps] == [
        ("STW000", "Range has this value by default"),
        ("STW000", "Group allows ingress from 0.0.0.0/0"),
        ("STW000", "Web uses security group Group"),
    ]
    lines = [one["Location"]["Start"]["LineNumber"] for one in steps]
    assert lines == [9, 20, 45]


def test_unknowns_are_shown_when_asked_for(here: Path, lint: Lint) -> None:
    """They say what they wait for, and never change the exit status."""
    Path("web.yaml").write_text(TASKS)
    matches = lint("-c", "UTW", "--", "web.yaml")
    assert told(matches) == [*FOUND[:1], *NOT_KNOWN, *FOUND[1:]]
    (flow_log,) = (one for one in matches if one.rule.id == "UTW701")
    assert flow_log.message.endswith("; depends on: Vpc has no default")
    assert flow_log.rule.severity not in ("error", "warning", "informational")
    assert told(lint("-c", "UTW7", "--", "web.yaml")) == [FOUND[0], "UTW701 46:11", FOUND[1]]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (("-i", "ETW2"), FOUND[1:]),
        (("-i", "WTW203"), FOUND[:1]),
        (("-i", "ETW", "WTW"), []),
        (("-i", "E", "-m", "ETW204"), FOUND),
        (("-c", "ITW"), FOUND),
        (("-x", "ETW000:profile=strict"), FOUND),
        (("-x", "ETW000:profile=strict", "-c", "I"), [FOUND[0], "ITW210 11:3", FOUND[1]]),
    ],
)
def test_options_of_cfn_lint(
    here: Path, lint: Lint, options: tuple[str, ...], found: list[str]
) -> None:
    """Its filters take the lettered ids and their prefixes; the profile says which rules run."""
    Path("web.yaml").write_text(TASKS)
    assert told(lint(*options, "--", "web.yaml")) == found


def test_the_fix_is_shown_on_request(here: Path, lint: Lint) -> None:
    """For a rule or for all, and a rule's own option counts first."""
    Path("web.yaml").write_text(TASKS)
    for options, shown in (
        ((), [False, False]),
        (("-x", "ETW204:fix=true"), [True, False]),
        (("-x", "ETW000:fix=true"), [True, True]),
        (("-x", "ETW000:fix=true", "-x", "WTW203:fix=false"), [True, False]),
    ):
        matches = lint(*options, "--", "web.yaml")
        by_rule = {one.rule.id: one.message for one in matches}
        assert ["; fix: " in by_rule[rule] for rule in ("ETW204", "WTW203")] == shown, options


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (
            "ETW000:profle=strict",
            'ETW000: "profle" is none of profile, fix (did you mean "profile"?).',
        ),
        ("ETW000:profile=lax", 'ETW000:profile: "lax" is none of default, strict, pci.'),
        ("WTW701:fix=yes", 'WTW701:fix: "yes" is none of true, false.'),
        ("UTW701:elsewhere=true", 'UTW701: "elsewhere" is none of fix.'),
    ],
)
def test_a_wrong_option_is_loud(here: Path, lint: Lint, option: str, message: str) -> None:
    """Though cfn-lint itself passes over options that a rule does not have."""
    Path("web.yaml").write_text(TASKS)
    (found,) = lint("-x", option, "--", "web.yaml")
    assert (found.rule.id, found.message) == ("ETW000", f"taskwall: {message}")


def test_options_in_the_configuration_file(here: Path, lint: Lint) -> None:
    """As the page says they stand there, be they truth values or their names."""
    Path("web.yaml").write_text(TASKS)
    Path(".cfnlintrc").write_text(
        "configure_rules:\n  ETW000: {profile: strict}\n  ETW204: {fix: True}\n"
        "  WTW203: {fix: 'true'}\ninclude_checks: [I]\n"
    )
    matches = {one.rule.id: one.message for one in lint("web.yaml")}
    assert sorted(matches) == ["ETW204", "ITW210", "WTW203"]
    assert ["; fix: " in matches[rule] for rule in sorted(matches)] == [True, False, True]


IGNORED = "    Metadata: {cfn-lint: {config: {ignore_checks: [ETW204]}}}\n"


def test_metadata_silences(here: Path, lint: Lint) -> None:
    """A resource's with whole ids, the template's with prefixes; `--mandatory-checks` overrides."""
    group = "    Type: AWS::EC2::SecurityGroup\n"
    Path("web.yaml").write_text(TASKS.replace(group, group + IGNORED))
    assert told(lint("web.yaml")) == ["WTW203 45:11"]
    assert told(lint("-c", "I", "STW", "--", "web.yaml")) == [
        "STW000 42:7",
        "STW000 44:9",
        "STW000 45:11",
        "WTW203 45:11",
    ]
    assert told(lint("-m", "ETW", "--", "web.yaml")) == ["ETW204 21:11", "WTW203 45:11"]
    Path("web.yaml").write_text(
        "Metadata: {cfn-lint: {config: {ignore_checks: [ETW, W]}}}\n" + TASKS
    )
    assert told(lint("web.yaml")) == []


def test_our_own_suppressions_count(here: Path, lint: Lint) -> None:
    """Comments with a reason; one without is a mistake, and one for nothing a note."""
    cidr = "          CidrIp: !Ref Range"
    skip = f"{cidr} # taskwall:skip=TW204"
    Path("web.yaml").write_text(TASKS.replace(cidr, f"{skip}: a demo"))
    assert told(lint("web.yaml")) == FOUND[1:]
    Path("web.yaml").write_text(TASKS.replace(cidr, skip))
    assert told(lint("web.yaml")) == ["ETW001 20:30", *FOUND]
    Path("web.yaml").write_text(TASKS.replace(cidr, f"{cidr} # taskwall:skip=TW215: a demo"))
    matches = sorted(lint("-c", "I", "--", "web.yaml"), key=lambda one: str(one.rule.id))
    assert told(matches) == [FOUND[0], "ITW000 20:11", FOUND[1]]
    assert "no longer suppresses anything" in matches[1].message


def test_templates_that_are_absent_are_notes() -> None:
    """What a template nests and is not there is a note at the line that calls it."""
    [first, warning, second] = run._notes(everything())

    assert "no longer suppresses anything" in first
    assert warning == "infra/odd.tf:4: an argument is unknown"
    assert second.startswith("infra/main.tf:3: module.vpc is not read")


def test_absent_templates_are_warned_of(
    here: Path, lint: Lint, caplog: pytest.LogCaptureFixture
) -> None:
    """Also where notes are not asked for; the exit status stays what the findings make it."""
    nested = "  Net: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./gone.yaml}}\n"
    Path("web.yaml").write_text(f"Resources:\n{nested}")
    assert told(lint("web.yaml")) == []
    [said] = [one for one in caplog.messages if "taskwall" in one]
    assert said.startswith("taskwall: web.yaml:2: Net is not read: ./gone.yaml is not here; ")


def test_settings_are_those_of_the_command(here: Path, lint: Lint) -> None:
    """The nearest file above the template; options of cfn-lint stand before it."""
    Path("web.yaml").write_text(TASKS)
    settings = Path("taskwall.toml")
    settings.write_text('profile = "strict"\n')
    assert told(lint("-c", "I", "--", "web.yaml")) == [FOUND[0], "ITW210 11:3", FOUND[1]]
    assert told(lint("-c", "I", "-x", "ETW000:profile=default", "--", "web.yaml")) == FOUND
    settings.write_text('ignore = ["TW203"]\nfail-on = "never"\nshow = ["pass"]\n')
    assert told(lint("web.yaml")) == FOUND[:1]
    assert told(lint("-i", "ETW204", "--", "web.yaml")) == []
    settings.write_text('profile = "lax"\n')
    (wrong,) = lint("web.yaml")
    assert wrong.rule.id == "ETW000"
    assert '"lax" is none of default, strict, pci' in wrong.message


def test_elsewhere_is_a_setting_and_an_option(here: Path, lint: Lint) -> None:
    """What is missing here and may be made elsewhere is not known; the option counts first."""
    vpc = "  Vpc:\n    Type: AWS::EC2::VPC::Id\n"
    text = TASKS.replace(vpc, "").replace(
        "Resources:\n",
        "Resources:\n  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}\n"
        "  Inside:\n    Type: AWS::EC2::Subnet\n"
        "    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}\n",
    )
    Path("web.yaml").write_text(text.replace("Subnets: [!Ref Subnet]", "Subnets: [!Ref Inside]"))

    def flow_log(*options: str) -> list[str]:
        return [
            one[:6] for one in told(lint(*options, "-c", "UTW7", "--", "web.yaml")) if "701" in one
        ]

    assert flow_log() == ["WTW701"]
    assert flow_log("-x", "WTW701:elsewhere=true") == ["UTW701"]
    Path("taskwall.toml").write_text('elsewhere = ["TW701"]\n')
    assert flow_log() == ["UTW701"]
    assert flow_log("-x", "WTW701:elsewhere=false") == ["WTW701"]


def test_standard_input(here: Path, lint: Lint) -> None:
    """A template without a file is analysed as one in the working directory."""
    Path("taskwall.toml").write_text('ignore = ["TW203"]\n')
    (found,) = lint("-c", "STW", typed=TASKS)[:1]
    assert (found.rule.id, found.linenumber, found.columnnumber) == ("ETW204", 20, 11)
    assert found.path[-1] == "CidrIp"
    Path("taskwall.toml").unlink()
    as_json = json.dumps({"Resources": {}}, indent=1)
    assert told(lint(typed=as_json)) == []
    assert told(lint(typed=TASKS)) == FOUND


def test_the_api_of_cfn_lint(here: Path) -> None:
    """Programs hand over a text, which is as standard input."""
    from cfnlint.api import lint as lint_text

    matches = lint_text(TASKS, config={"append_rules": ["taskwall.cfnlint"]})
    assert told(matches) == FOUND


def test_any_name_will_do(here: Path, lint: Lint) -> None:
    """cfn-lint takes templates by whatever name, which findings bear."""
    Path("web.cfn").write_text(TASKS)
    matches = lint("web.cfn")
    assert told(matches) == FOUND
    assert {one.filename for one in matches} == {"web.cfn"}


def test_templates_one_after_another(here: Path, lint: Lint) -> None:
    """Each gets its own, and a second run sees what has changed since."""
    Path("a.yaml").write_text(TASKS)
    Path("b.yaml").write_text(TASKS.replace("ENABLED", "DISABLED"))
    assert told(lint("a.yaml", "b.yaml")) == [FOUND[0], *FOUND]
    Path("a.yaml").write_text(TASKS.replace("0.0.0.0/0", "10.0.0.0/8"))
    assert told(lint("a.yaml")) != FOUND
