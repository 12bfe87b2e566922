"""Services of the Serverless Framework: what their files of resources say together."""

from pathlib import Path

import pytest

from taskwall.api.scan import Options, scan
from taskwall.core.values import Known, Value, dereferenced, needs, spelled
from taskwall.readers import cloudformation
from taskwall.source.files import Files
from taskwall.source.resource import Resource
from taskwall.source.stack import Inputs, SourceError

VPC = """\
Resources:
  Vpc: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: "AWS::EC2::Subnet", Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
"""
WEB = """\
Parameters:
  Cluster: {Type: String, Default: main}
Resources:
  Task: {Type: "AWS::ECS::TaskDefinition", Properties: {NetworkMode: awsvpc}}
  Service:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !Ref Cluster
      LaunchType: FARGATE
      TaskDefinition: !Ref Task
      NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [!Ref Subnet]}}
"""
SERVICE = """\
service: shop
provider:
  name: aws
  stage: ${opt:stage, 'dev'}
custom:
  name: ${self:service}-web
  circle: ${self:custom.circle}
resources:
  - ${file(resources/vpc.yml)}
  - ${file(./resources/web.yml)}
"""


def read(texts: dict[str, str], given: tuple[str, ...] = ()) -> tuple[
    dict[str, Resource], list[SourceError], list[str]
]:  # fmt: skip
    """The resources of all stacks by their addresses, what is wrong, and the stacks' names."""
    texts = {f"/app/{name}": text for name, text in texts.items()}
    paths = [f"/app/{name}" for name in given] or [path for path in texts if "/aside" not in path]
    found, errors = cloudformation.stacks(paths, Files(texts), Inputs(boundary="/app"))
    evaluations = [one.evaluate({}) for one in found]
    every = {one.origin.address: one for each in evaluations for one in each.resources}
    wrong = [*errors, *(error for each in evaluations for error in each.errors)]
    return every, wrong, [one.name for one in found]


def plain(value: Value | None) -> object:
    """A scalar, or what it waits for."""
    found = dereferenced(value)
    if isinstance(found, Known):
        return spelled(found.data)
    return [str(need) for need in needs(found)] if found is not None else None


SCAN_TOO = "add the missing files to the scan"
PACKAGED = "scan what serverless package writes"
TWO = """\
  - Resources: {A: {Type: AWS::ECS::Cluster}}
  - Resources: {C: {Type: AWS::ECS::Cluster}}
"""
PARTS = {"resources/vpc.yml": VPC, "resources/web.yml": WEB}


@pytest.mark.parametrize(
    "given", [(), ("resources/web.yml",), ("resources/vpc.yml", "resources/web.yml")]
)
def test_files_of_resources_are_one_template(given: tuple[str, ...]) -> None:
    """Wherever the scan begins; the file of the service gives the stack its name."""
    found, errors, names = read({"serverless.yml": SERVICE, **PARTS}, given)

    assert (errors, names) == ([], ["/app/serverless.yml"])
    assert sorted(found) == ["Service", "Subnet", "Task", "Vpc"]
    assert found["Subnet"].origin.header.file == "/app/resources/vpc.yml"
    assert plain(found["Service"].body.fields["Cluster"]) == "main"


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ("  Resources: ${file(aside/more.yml)}\n", ["A", "B"]),
        ("  Resources: ${file(aside/parts.yml):all.these}\n", ["A", "B"]),
        ("  Resources:\n    A: ${file(aside/more.yml):A}\n", ["A"]),
        ("  - Resources: ${file(aside/more.yml)}\n  - ${file(resources/vpc.yml)}\n",
         ["A", "B", "Subnet", "Vpc"]),
        (TWO, ["A", "C"]),
        ("  Resources:\n    A: {Type: AWS::ECS::Cluster}\n", ["A"]),
    ],
)  # fmt: skip
def test_where_resources_may_stand(resources: str, expected: list[str]) -> None:
    """In the file of the service, or each part, section and member in a file of its own."""
    more = "A: {Type: AWS::ECS::Cluster}\nB: {Type: AWS::ECS::Cluster}\n"
    parts = "all:\n  these:\n    A: {Type: AWS::ECS::Cluster}\n    B: {Type: AWS::ECS::Cluster}\n"
    service = f"service: shop\nresources:\n{resources}"
    texts = {"serverless.yml": service, "aside/more.yml": more, "aside/parts.yml": parts}
    found, errors, _ = read({**texts, "resources/vpc.yml": VPC} if "vpc" in resources else texts)

    assert errors == []
    assert sorted(found) == expected


FILLED_IN = "is filled in by the Serverless Framework"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"${self:service}-cluster"', "shop-cluster"),
        ('"${self:custom.name}"', "shop-web"),
        ('!Sub "${self:service}-${AWS::Region}"', ["AWS::Region depends on where it is deployed"]),
        ('"${self:provider.stage}"', [f"${{opt:stage, 'dev'}} {FILLED_IN}"]),
        ('"a-${env:NAME}"', [f"${{env:NAME}} {FILLED_IN}"]),
        ('"${self:custom.none}"', [f"${{self:custom.none}} {FILLED_IN}"]),
        ('"${self:custom.circle}"', [f"${{self:custom.circle}} {FILLED_IN}"]),
        ('"${file(aside/none.yml)}"', [f"${{file(aside/none.yml)}} {FILLED_IN}"]),
        ('"${file(../beyond.yml)}"', [f"${{file(../beyond.yml)}} {FILLED_IN}"]),
        ("plain", "plain"),
    ],
)
def test_variables(written: str, expected: object) -> None:
    """Those of the service's own file are known; CloudFormation's stay what they are."""
    cluster = f"{{Type: AWS::ECS::Cluster, Properties: {{ClusterName: {written}}}}}"
    part = f"resources:\n  - Resources: {{C: {cluster}}}\n"
    found, errors, _ = read({"serverless.yml": SERVICE.partition("resources:")[0] + part})

    assert errors == []
    assert plain(found["C"].body.fields["ClusterName"]) == expected


@pytest.mark.parametrize(
    "service",
    [
        SERVICE.replace("service: shop\n", ""),
        SERVICE.partition("resources:")[0],
        SERVICE.replace("${file(resources/vpc.yml)}", "Conditions: {}").replace(
            "${file(./resources/web.yml)}", "Outputs: {}"
        ),
        SERVICE + "\t[",
    ],
)
def test_what_is_no_service(service: str) -> None:
    """Templates beside it are what they are by themselves."""
    _, _, names = read({"serverless.yml": service, **PARTS})
    assert sorted(names) == ["/app/resources/vpc.yml", "/app/resources/web.yml"]


@pytest.mark.parametrize(
    ("resources", "absent"),
    [
        ("${file(resources/vpc.yml)}", []),
        ("${file(aside/none.yml)}", [("aside/none.yml", SCAN_TOO)]),
        ("${file(../beyond.yml)}", [("../beyond.yml", SCAN_TOO)]),
        ("\n  - ${file(resources/vpc.yml)}\n  - ${file(aside/none.yml)}",
         [("aside/none.yml", SCAN_TOO)]),
        ("\n  - ${file(aside/made.js)}", [("aside/made.js", PACKAGED)]),
        ("\n  - ${file(aside/made.js):vpc}", [("aside/made.js", PACKAGED)]),
        ("\n  - ${file(aside/${opt:stage}.yml)}", [("${file(aside/${opt:stage}.yml)}", PACKAGED)]),
        ("\n  Resources:\n    A: ${file(aside/none.yml)}", [("aside/none.yml", SCAN_TOO)]),
    ],
)  # fmt: skip
def test_a_file_that_is_not_there_is_reported(
    resources: str, absent: list[tuple[str, str]]
) -> None:
    """What it may hold is not known, also where nothing else is left; a program is not run."""
    service = f"service: shop\nresources: {resources}\n"
    texts = {"/app/serverless.yml": service, "/app/resources/vpc.yml": VPC}
    files = Files({**texts, "/app/aside/made.js": "module.exports = {}"})
    found, errors = cloudformation.stacks([*texts], files, Inputs(boundary="/app"))

    said = [one for stack in found for one in stack.evaluate({}).absent]
    assert errors == []
    assert [(one.source, one.cure) for one in said] == absent


def test_a_part_that_is_not_well_formed() -> None:
    """It is an error, once, and the rest is read."""
    broken = "Resources:\n  Vpc: {Type: [\n"
    found, errors, _ = read({"serverless.yml": SERVICE, **PARTS, "resources/vpc.yml": broken})

    assert sorted(found) == ["Service", "Task"]
    assert [error.place.file for error in errors] == ["/app/resources/vpc.yml"]


def test_files_that_name_each_other() -> None:
    """A circle ends, and is no template."""
    texts = {
        "serverless.yml": "service: shop\nresources: ${file(aside/a.yml)}\n",
        "aside/a.yml": "Resources: ${file(aside/b.yml)}\n",
        "aside/b.yml": "A: ${file(aside/a.yml)}\n",
    }
    _, errors, _ = read(texts)
    assert len(errors) <= 2


def test_files_that_come_to_too_much() -> None:
    """Each names the next one many times: that is an error, and ends."""
    parts = "".join(f"A{number}: ${{file(aside/NEXT.yml)}}\n" for number in range(60))
    texts = {f"aside/{one}.yml": parts.replace("NEXT", str(one + 1)) for one in range(5)}
    service = "service: shop\nresources:\n  Resources: ${file(aside/0.yml)}\n"
    texts |= {"serverless.yml": service, "aside/5.yml": "A: {Type: AWS::ECS::Cluster}\n"}
    _, errors, _ = read(texts)
    assert "includes too much: the rest is left out" in [error.message for error in errors]


def test_a_suppression_in_a_part(tmp_path: Path) -> None:
    """It is beside the resource that it is about, and counts as in any template."""
    skip = "  # taskwall:skip=TW701: logged by the account\n  Vpc:"
    texts = {"serverless.yml": SERVICE, **PARTS}
    texts["resources/vpc.yml"] = VPC.replace("  Vpc:", skip)
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    document = scan(Options((str(tmp_path),), cwd=str(tmp_path), select=("TW701",))).document
    assert document.findings == ()
    assert [one.finding.file for one in document.suppressed] == ["resources/vpc.yml"]
