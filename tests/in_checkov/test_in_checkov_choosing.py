"""In checkov: which rules run and which findings fail, by its options, the settings, and skips."""

import json
from pathlib import Path

import pytest

from checkov_runs import OPEN, OPEN_TEMPLATE, Run

GROUP = ("TW204", "aws_security_group.web")


def settings(folder: Path, *lines: str) -> None:
    """Write a settings file."""
    (folder / "taskwall.toml").write_text("\n".join(lines) + "\n")


def test_the_profile_chooses(stack: Path, checkov: Run) -> None:
    """Without a word it is the default one; a settings file names another, and ignores."""
    run = ("-d", ".", "--framework", "terraform", "--check", "TW*")
    rules = {rule for rule, _ in checkov(*run).told()}
    assert {"TW204", "TW401", "TW701"} <= rules
    assert "TW211" not in rules

    settings(stack, 'profile = "strict"', 'ignore = ["TW7"]')
    rules = {rule for rule, _ in checkov(*run).told()}
    assert {"TW204", "TW211"} <= rules
    assert "TW701" not in rules


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        (("--check", "TW204"), {"TW204"}),
        (("--check", "TW2*"), {"TW204"}),
        (("--check", "TW211"), {"TW211"}),
        (("--check", "TW701"), {"TW701"}),
        (("--check", "TW*", "--skip-check", "TW204,TW4*"), {"TW215", "TW701"}),
        (("--check", "HIGH"), {"TW204", "TW401"}),
        (("--check", "TW*", "--skip-check", "HIGH"), set()),
        (("--check", "CKV_AWS_1"), set()),
        (("--check", "CKV_AWS_1", "--run-all-external-checks"), {"TW204", "TW401", "TW701"}),
    ],
)
def test_options_of_the_host(
    stack: Path, checkov: Run, options: tuple[str, ...], rules: set[str]
) -> None:
    """They choose among the rules of the profile; a whole id runs whatever the settings say.

    TW215 speaks of what TW204 has precedence for, where that does not run.
    """
    settings(stack, 'ignore = ["TW701"]' if "TW701" in options else "")
    shown = checkov("-d", ".", "--framework", "terraform", *options)

    assert {rule for rule, _ in shown.told()} == rules
    assert shown.status == (1 if rules else 0)


@pytest.mark.parametrize(
    ("text", "skips"),
    [
        (OPEN.replace("  ingress {", "  # checkov:skip=TW204:a test\n  ingress {"), "a test"),
        (OPEN.replace("  ingress {", "  # taskwall:skip=TW204: a test\n  ingress {"), "a test"),
        (OPEN.replace("  ingress {", "  # checkov:skip=CKV_AWS_1:a test\n  ingress {"), None),
    ],
)
def test_comments_of_terraform(stack: Path, checkov: Run, text: str, skips: str | None) -> None:
    """Those of the host and ours skip a finding, with the reason; those of other checks do not."""
    (stack / "main.tf").write_text(text)
    shown = checkov("-d", ".", "--framework", "terraform", "--check", "TW204")

    reasons = [record["check_result"]["suppress_comment"] for record in shown.records("skipped")]
    assert reasons == ([] if skips is None else [skips])
    assert shown.status == (1 if skips is None else 0)


def test_comments_on_a_module_call(stack: Path, checkov: Run) -> None:
    """A skip there holds for all inside the call, and for no other call of the module."""
    (stack / "web").mkdir()
    (stack / "main.tf").rename(stack / "web" / "main.tf")
    calls = 'module "one" {\n  # checkov:skip=TW204:a test\n  source = "./web"\n}\n'
    (stack / "main.tf").write_text(calls + 'module "two" {\n  source = "./web"\n}\n')
    shown = checkov("-d", ".", "--framework", "terraform", "--check", "TW204")

    assert shown.told("skipped") == {("TW204", "module.one.aws_security_group.web"): 1}
    assert shown.told() == {("TW204", "module.two.aws_security_group.web"): 1}


METADATA = """\
  Group:
    Metadata:
      checkov:
        skip:
          - id: TW204
            comment: a test
"""


@pytest.mark.parametrize(
    "text",
    [
        OPEN_TEMPLATE.replace("  Group:\n", METADATA, 1),
        OPEN_TEMPLATE.replace("  Group:\n", "  Group:\n    # checkov:skip=TW204:a test\n", 1),
        OPEN_TEMPLATE.replace("  Group:\n", "  # taskwall:skip=TW204: a test\n  Group:\n", 1),
    ],
)
def test_skips_in_a_template(stack: Path, checkov: Run, text: str) -> None:
    """Metadata and comments of the host, and comments of ours."""
    (stack / "stack.yaml").write_text(text)
    shown = checkov("-d", ".", "--framework", "cloudformation", "--check", "TW204")

    (record,) = shown.records("skipped")
    assert record["check_result"]["suppress_comment"] == "a test"
    assert (shown.status, shown.told()) == (0, {})


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (("--soft-fail-on", "TW204"), 0),
        (("--soft-fail-on", "HIGH"), 0),
        (("--soft-fail-on", "MEDIUM"), 1),
        (("--hard-fail-on", "CRITICAL"), 0),
        (("--hard-fail-on", "HIGH"), 1),
        (("--soft-fail",), 0),
    ],
)
def test_severities_of_the_host(
    stack: Path, checkov: Run, options: tuple[str, ...], status: int
) -> None:
    """They decide the exit status over what failed, by id and by severity."""
    shown = checkov("-d", ".", "--framework", "terraform", "--check", "TW204", *options)

    assert shown.told() == {GROUP: 1}
    assert shown.status == status


def test_findings_below_the_threshold(stack: Path, checkov: Run) -> None:
    """They are shown as skipped, with the reason, and fail nothing; those at it fail."""
    settings(stack, 'profile = "strict"', 'fail-on = "high"')
    shown = checkov("-d", ".", "--framework", "terraform", "--check", "TW*")

    assert {rule for rule, _ in shown.told()} == {"TW204", "TW401"}
    below = {r["check_id"]: r["check_result"]["suppress_comment"] for r in shown.records("skipped")}
    assert {"TW211", "TW701"} <= below.keys()
    assert set(below.values()) == {'below the setting fail-on = "high"'}

    shown = checkov("-d", ".", "--framework", "terraform", "--check", "TW211")
    assert (shown.status, shown.told()) == (0, {})
    assert shown.told("skipped") == {("TW211", "aws_vpc.main"): 1}


@pytest.mark.parametrize(("setting", "status"), [("", 0), ('[checkov]\nunknown = "fail"', 1)])
def test_unknown_verdicts(stack: Path, checkov: Run, setting: str, status: int) -> None:
    """They are silent, and no pass, unless the settings make them fails."""
    settings(stack, setting)
    (stack / "main.tf").write_text(OPEN.replace('"0.0.0.0/0"', "var.from") + 'variable "from" {}\n')
    shown = checkov("-d", ".", "--framework", "terraform", "--check", "TW204")

    assert shown.status == status
    assert shown.told("passed") == {}
    names = [record["check_name"] for record in shown.records()]
    assert ["cannot tell whether" in n and "depends on var.from" in n for n in names] == [
        True
    ] * status


def test_baselines(stack: Path, checkov: Run) -> None:
    """What the host's baseline, or the one of the settings, knows does not fail."""
    only = ("-d", ".", "--framework", "terraform", "--check", "TW204")
    assert checkov(*only, "--create-baseline").status == 1
    kept = json.loads((stack / ".checkov.baseline").read_text())
    (finding,) = kept["failed_checks"][0]["findings"]
    assert finding == {"resource": "aws_security_group.web", "check_ids": ["TW204"]}
    assert checkov(*only, "--baseline", ".checkov.baseline").status == 0

    from taskwall import cli

    settings(stack, 'baseline = "known.json"')
    cli.main(["scan", ".", "--no-progress", "--write-baseline"])
    shown = checkov(*only)
    (record,) = shown.records("skipped")
    assert (shown.status, record["check_result"]["suppress_comment"]) == (0, "in the baseline")
