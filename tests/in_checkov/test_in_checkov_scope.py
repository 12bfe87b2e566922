"""In checkov: what is judged is what checkov scans, with the inputs that it was given."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checkov_runs import OPEN, OPEN_JSON, OPEN_TEMPLATE, Run, plan
from taskwall.api import scan as api
from taskwall.findings.finding import Report

ONLY = ("--check", "TW204")
GROUP = ("TW204", "aws_security_group.web")


def test_several_frameworks(stack: Path, checkov: Run) -> None:
    """Each runs in a process of its own, and says its own."""
    (stack / "stack.yaml").write_text(OPEN_TEMPLATE)
    (stack / "plans").mkdir()
    (stack / "plans" / "plan.json").write_text(plan())
    shown = checkov("-d", ".", *ONLY)

    assert {r["check_type"]: len(r["results"]["failed_checks"]) for r in shown.reports} == {
        "terraform": 1,
        "cloudformation": 1,
        "terraform_plan": 1,
    }


@pytest.mark.parametrize("frameworks", [(), ("--framework", "terraform_json")])
def test_terraform_in_json(stack: Path, checkov: Run, frameworks: tuple[str, ...]) -> None:
    """It is a framework of its own, which asks the checks of Terraform's: each says its share."""
    (stack / "json").mkdir()
    (stack / "json" / "main.tf.json").write_text(OPEN_JSON)
    shown = checkov("-d", ".", *frameworks, *ONLY)

    found = {r["check_type"]: r["results"]["failed_checks"] for r in shown.reports}
    assert found.keys() == ({"terraform_json"} if frameworks else {"terraform", "terraform_json"})
    (record,) = found["terraform_json"]
    assert (record["file_path"], record["resource"]) == ("/json/main.tf.json", GROUP[1])
    assert "hunter2" not in shown.out
    if not frameworks:
        assert [record["file_path"] for record in found["terraform"]] == ["/main.tf"]


def test_folders_that_are_skipped(stack: Path, checkov: Run) -> None:
    """What --skip-path and hidden folders keep from checkov is not judged either."""
    for name in ("attic", ".hidden"):
        (stack / name).mkdir()
        (stack / name / "main.tf").write_text(OPEN)
    shown = checkov("-d", ".", "--framework", "terraform", "--skip-path", "attic", *ONLY)

    assert [record["file_path"] for record in shown.records()] == ["/main.tf"]


def test_variables(stack: Path, checkov: Run) -> None:
    """A file of --var-file gives variables their values."""
    (stack / "main.tf").write_text(OPEN.replace('"0.0.0.0/0"', "var.from") + 'variable "from" {}\n')
    (stack / "open.tfvars").write_text('from = "0.0.0.0/0"\n')
    (stack / "closed.tfvars").write_text('from = "10.0.0.0/16"\n')
    run = ("-d", ".", "--framework", "terraform", *ONLY, "--var-file")

    assert checkov(*run, "open.tfvars").told() == {GROUP: 1}
    assert checkov(*run, "closed.tfvars").told("passed") == {GROUP: 1}


def test_a_file_is_seen_within_its_root(stack: Path, checkov: Run) -> None:
    """Checkov hands over one file; what the others of its folder say counts, and is not shown."""
    service = OPEN.index('resource "aws_ecs_task_definition"')
    (stack / "main.tf").write_text(OPEN[:service])
    (stack / "service.tf").write_text(OPEN[service:])

    assert checkov("-f", "main.tf", *ONLY).told() == {GROUP: 1}
    assert checkov("-f", "service.tf", *ONLY).told() == {}


def test_several_folders(stack: Path, checkov: Run) -> None:
    """Of several -d checkov reads the first again and again: what is found in others is not lost.

    It fails a check all the same, on an entity that checkov has.
    """
    for name in ("one", "two"):
        (stack / name).mkdir()
        (stack / name / "main.tf").write_text(OPEN)
    shown = checkov("-d", "one", "-d", "two", "--framework", "terraform", *ONLY)

    (other,) = (r["check_name"] for r in shown.records() if r["resource"] != GROUP[1])
    assert GROUP in shown.told()
    assert "TW204 at two/main.tf:17 (in a file that checkov does not show)" in other


def told(scan: Callable[..., Report]) -> Callable[..., Report]:
    """A scan that tells when it is done."""

    def telling(*arguments: Any) -> Report:
        sys.stderr.write("a scan\n")
        return scan(*arguments)

    return telling


@pytest.mark.parametrize(
    "environment", [{"TF_SPLIT_GRAPH": "true"}, {"CHECKOV_GRAPH_FRAMEWORK": "NETWORKX"}]
)
def test_other_graphs(
    stack: Path, checkov: Run, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A graph for each root, and the other library of graphs: it is one analysis all the same."""
    for name in ("one", "two"):
        (stack / name).mkdir()
        (stack / name / "main.tf").write_text(OPEN)
        (stack / name / "call.tf").write_text(f'module "it" {{\n  source = "../of_{name}"\n}}\n')
        (stack / f"of_{name}").mkdir()
        (stack / f"of_{name}" / "main.tf").write_text('resource "aws_eip" "a" {}\n')
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("taskwall.checkov_plugin.findings.scan", told(api.scan))
    shown = checkov("-d", ".", "--framework", "terraform", "--check", "TW*")

    assert (shown.told()[GROUP], shown.err) == (3, "a scan\n")
    assert not any(rule == "TW000" for rule, _ in shown.told())


def test_a_plan_with_its_sources(stack: Path, checkov: Run) -> None:
    """With --repo-root-for-plan-enrichment a finding of a plan is shown, and skipped, there."""
    (stack / "plans").mkdir()
    (stack / "plans" / "plan.json").write_text(plan())
    plan_of = ("-f", "plans/plan.json", "--repo-root-for-plan-enrichment", ".")
    run = (*plan_of, "--framework", "terraform_plan", *ONLY)
    (record,) = checkov(*run).records()
    assert (record["file_path"].strip("/"), record["resource"]) == ("main.tf", GROUP[1])

    text = OPEN.replace("  ingress {", "  # checkov:skip=TW204:a test\n  ingress {")
    (stack / "main.tf").write_text(text)
    shown = checkov(*run)
    assert (shown.status, shown.told("skipped")) == (0, {GROUP: 1})


def test_modules_that_checkov_downloads(stack: Path, checkov: Run) -> None:
    """They are read where checkov put them, which is not where Terraform looks for them."""
    folder = stack / ".external_modules" / "example.com" / "web" / "v1"
    folder.mkdir(parents=True)
    (stack / "main.tf").rename(folder / "main.tf")
    call = 'module "web" {\n  source = "git::https://example.com/web.git?ref=v1"\n}\n'
    (stack / "main.tf").write_text(call)
    run = ("-d", ".", "--framework", "terraform", *ONLY, "--download-external-modules", "true")

    assert checkov(*run).told() == {("TW204", "module.web.aws_security_group.web"): 1}


def test_a_file_of_checkovs_settings(stack: Path, checkov: Run) -> None:
    """`.checkov.yaml` may name the folder of checks, and what is to be checked."""
    from taskwall.checkov_plugin import directory

    folder = os.path.dirname(directory.__file__)
    (stack / ".checkov.yaml").write_text(
        f"external-checks-dir:\n  - {folder}\ncheck:\n  - TW204\nframework:\n  - terraform\n"
    )

    assert checkov("-d", ".", folder=False).told() == {GROUP: 1}
