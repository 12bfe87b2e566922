"""In checkov: findings stand on checkov's entities, with their message, chain and fix."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from checkov_runs import OPEN, OPEN_TEMPLATE, Run, plan

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
GROUPS = {
    "terraform": "aws_security_group.web",
    "cloudformation": "AWS::EC2::SecurityGroup.Group",
    "terraform_plan": "aws_security_group.web",
}
ONLY = ("--check", "TW204")


def source(folder: Path, framework: str) -> Path:
    """Write the source of a framework that opens tasks to the internet."""
    name, text = {
        "terraform": ("main.tf", OPEN),
        "cloudformation": ("stack.yaml", OPEN_TEMPLATE),
        "terraform_plan": ("plan.json", plan()),
    }[framework]
    path = folder / name
    path.write_text(text)
    return path


@pytest.fixture(params=GROUPS)
def framework(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Each framework that is judged, with its source alone in the working directory."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    source(tmp_path, request.param)
    return str(request.param)


@pytest.mark.parametrize("how", ["-d", "-f"])
def test_a_finding_stands_on_its_entity(framework: str, how: str, checkov: Run) -> None:
    """Of a folder and of a file alike: id, message, place, severity and guideline."""
    (path,) = [one for one in Path().iterdir() if one.is_file()]
    shown = checkov(how, "." if how == "-d" else path, *ONLY, "--framework", framework)

    assert (shown.status, shown.err) == (1, "")
    assert shown.told() == {("TW204", GROUPS[framework]): 1}
    (record,) = shown.records()
    assert "allows ingress from 0.0.0.0/0 to" in record["check_name"]
    assert "on port 8080" in record["check_name"]
    assert "; because " in record["check_name"]
    assert "; fix: " in record["check_name"]
    assert record["severity"] == "HIGH"
    assert record["guideline"].startswith("https://docs.aws.amazon.com/")
    assert record["file_line_range"][0] > 1


def test_a_pass_is_told_of_what_was_judged_only(framework: str, checkov: Run) -> None:
    """The closed group passes; resources that the rule is not about are not mentioned."""
    (path,) = [one for one in Path().iterdir() if one.is_file()]
    path.write_text(path.read_text().replace("0.0.0.0/0", "10.0.0.0/16"))
    shown = checkov("-d", ".", *ONLY, "--framework", framework)

    assert shown.status == 0
    assert shown.told("passed") == {("TW204", GROUPS[framework]): 1}


def test_other_formats_tell_the_same(stack: Path, checkov: Run) -> None:
    """SARIF, JUnit and the command line show the message and the guideline."""
    run = ("-d", ".", "--framework", "terraform", *ONLY)
    checkov(*run, form="sarif")
    document = json.loads((stack / "results.sarif").read_text())
    (result,) = document["runs"][0]["results"]
    (rule,) = document["runs"][0]["tool"]["driver"]["rules"]
    assert result["ruleId"] == "TW204"
    assert "allows ingress from 0.0.0.0/0 to aws_ecs_service.web" in result["message"]["text"]
    assert rule["helpUri"].startswith("https://docs.aws.amazon.com/")

    junit = checkov(*run, form="junitxml")
    failures = ET.fromstring(junit.out[junit.out.index("<?xml") :]).findall(".//failure")
    assert ["allows ingress from 0.0.0.0/0" in str(one.get("message")) for one in failures] == [
        True
    ]

    plain = checkov(*run, form="cli")
    assert "FAILED for resource: aws_security_group.web" in plain.out
    assert "; fix: " in plain.out


def test_instances_and_modules(checkov: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each instance of a module or resource is an entity of its own, dots in its key or not."""
    monkeypatch.chdir(FIXTURES / "demo" / "terraform")
    shown = checkov("-d", ".", "--framework", "terraform", "--check", "TW*")

    failed, passed = shown.told(), shown.told("passed")
    assert failed[
        "TW215", 'module.mailer.aws_vpc_security_group_ingress_rule.ranges["web and api"]'
    ]
    assert any('aws_vpc_endpoint.interface["ecr.api"]' in resource for _, resource in passed)
    assert not any(rule == "TW000" for rule, _ in failed)


SECRET = "postgres://shop:" + "hunter2" + "@db.internal/shop"


@pytest.mark.parametrize("form", ["json", "cli", "sarif", "junitxml"])
@pytest.mark.parametrize("file", ["main.tf", "stack.yaml"])
def test_secrets_are_starred(
    tmp_path: Path, checkov: Run, file: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines that checkov shows with a finding of ours tell no value of an environment."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    if file == "main.tf":
        text = OPEN.replace('"awsvpc"', '"host"').replace(
            'image = "web:1"',
            f'image = "web:1", environment = [{{ name = "DB", value = "{SECRET}" }}]',
        )
    else:
        text = OPEN_TEMPLATE.replace("awsvpc\n", "host\n").replace(
            "          Image: web:1\n",
            f"          Image: web:1\n          Environment: [{{Name: DB, Value: '{SECRET}'}}]\n",
        )
    Path(file).write_text(text)
    shown = checkov(
        "-d", ".", "--check", "TW201", "--framework", "terraform", "cloudformation", form=form
    )
    sarif = Path("results.sarif")
    told = shown.out + (sarif.read_text() if sarif.exists() else "")

    assert shown.status == 1
    assert "TW201" in told
    assert "hunter2" not in told
    assert ("****" in told) or form == "sarif"
