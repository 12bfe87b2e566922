"""Stacks that a pipeline deploys are nested in the template of the pipeline."""

import json

import pytest

from taskwall.core.values import Known, Unknown, Value, dereferenced, symbol
from taskwall.readers import cloudformation
from taskwall.source.files import Files
from taskwall.source.resource import Resource
from taskwall.source.stack import Inputs

PIPELINE = """\
Parameters:
  Group: {Type: String, Default: web}
Resources:
  Cluster: {Type: AWS::ECS::Cluster}
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Stages:
        - Name: Source
          Actions:
            - Name: Code
              ActionTypeId: {Category: Source, Provider: GitHub}
              OutputArtifacts: [{Name: Code}]
            - Name: Build
              ActionTypeId: {Category: Build, Provider: CodeBuild}
              OutputArtifacts: [{Name: Built}]
        - Name: Deploy
          Actions:
            - Name: Web
              ActionTypeId: {Category: Deploy, Owner: AWS, Provider: CloudFormation, Version: 1}
              Configuration:
                ActionMode: CREATE_UPDATE
                StackName: web
                TemplatePath: Code::cfn/web.yaml
                ParameterOverrides: !Sub |
                  {
                    "Cluster": "${Cluster}",
                    "Group": "${Group}-${AWS::Region}",
                    "Count": 1,
                    "Tag": { "Fn::GetParam": ["Build", "build.json", "tag"] }
                  }
"""

WEB = """\
Parameters:
  Cluster: {Type: String}
  Group: {Type: String}
  Count: {Type: Number}
  Tag: {Type: String, Default: none}
Resources:
  Service:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !Ref Cluster
      ServiceName: !Ref Group
      DesiredCount: !Ref Count
      TaskDefinition: !Ref Tag
"""


def resources(**texts: str) -> dict[str, Resource]:
    """All resources of the stacks of some templates, by address."""
    files = {f"{name.replace('_', '/')}.yaml": text for name, text in texts.items()}
    stacks, errors = cloudformation.stacks(files, Files(files), Inputs())
    assert errors == []
    every = [one for stack in stacks for one in stack.evaluate({}).resources]
    return {one.origin.address: one for one in every}


def text(value: Value) -> object:
    """What is known of a value: itself, what it is the name of, or what it waits for."""
    found = dereferenced(value)
    if isinstance(found, Unknown):
        return [str(need) for need in found.needs]
    return str(found.data) if isinstance(found, Known) else symbol(value)


def test_a_pipeline_deploys_a_stack() -> None:
    """Its resources are those of a nested stack, with what the action gives."""
    found = resources(ci=PIPELINE, cfn_web=WEB)
    service = found["Pipeline.Deploy.Web/Service"]
    assert [call.name for call in service.origin.called_from] == ["Pipeline.Deploy.Web"]
    assert service.origin.called_from[0].place.line == 24
    body = service.body.fields
    assert text(body["Cluster"]) == "Cluster.Ref"
    assert text(body["DesiredCount"]) == "1"
    assert text(body["TaskDefinition"]) == ["Fn::GetParam is read by the pipeline"]
    assert text(body["ServiceName"]) == "web-${AWS::Region}"


BASE = """\
Resources:
  Hosts: {Type: AWS::ECS::Cluster}
Outputs:
  Name: {Value: !Ref Hosts}
"""
BESIDE = """\
            - Name: Base
              Namespace: base
              ActionTypeId: {Category: Deploy, Owner: AWS, Provider: CloudFormation, Version: 1}
              Configuration:
                ActionMode: CREATE_UPDATE
                TemplatePath: Code::cfn/base.yaml
"""


@pytest.mark.parametrize(
    ("taken", "is_there", "said"),
    [
        ("#{base.Name}", True, "Pipeline.Deploy.Base/Hosts.Ref"),
        ("#{base.Name}", False, "#{base.Name}"),
        ("#{other.Name}", True, "#{other.Name}"),
        ("a-#{base.Name}", True, "a-#{base.Name}"),
    ],
)
def test_what_actions_take_of_each_other(taken: str, is_there: bool, said: str) -> None:
    """An output of the stack of another action goes by the namespace of that action."""
    pipeline = PIPELINE.replace("${Cluster}", taken) + BESIDE
    texts = {"ci": pipeline, "cfn_web": WEB, **({"cfn_base": BASE} if is_there else {})}
    found = resources(**texts)
    assert text(found["Pipeline.Deploy.Web/Service"].body.fields["Cluster"]) == said


@pytest.mark.parametrize(
    ("asked", "is_there", "said"),
    [
        (["Made", "base.json", "Name"], True, "Pipeline.Deploy.Base/Hosts.Ref"),
        (["Made", "base.json", "Name"], False, ["Fn::GetParam is read by the pipeline"]),
        (["Made", "other.json", "Name"], True, ["Fn::GetParam is read by the pipeline"]),
        (["Code", "base.json", "Name"], True, ["Fn::GetParam is read by the pipeline"]),
        (["Made", "base.json"], True, ["Fn::GetParam is read by the pipeline"]),
        (["Made", "base.json", 1], True, ["Fn::GetParam is read by the pipeline"]),
    ],
)
def test_what_actions_take_of_files_of_outputs(
    asked: list[object], is_there: bool, said: object
) -> None:
    """The outputs of a stack stand in a file of an artifact that its action makes."""
    made = (
        "                OutputFileName: base.json\n              OutputArtifacts: [{Name: Made}]\n"
    )
    taken = json.dumps({"Fn::GetParam": asked})
    pipeline = PIPELINE.replace('"${Cluster}"', taken) + BESIDE + made
    assert taken in pipeline
    texts = {"ci": pipeline, "cfn_web": WEB, **({"cfn_base": BASE} if is_there else {})}
    found = resources(**texts)
    assert text(found["Pipeline.Deploy.Web/Service"].body.fields["Cluster"]) == said


@pytest.mark.parametrize(
    ("path", "is_found"),
    [
        ("!Sub '${Project}::cfn/web.yaml'", True),
        ("!Sub 'Code::cfn/web.yaml'", True),
        ("!Sub 'Code::cfn/${Project}.yaml'", False),
        ("!Sub ['${P}::cfn/web.yaml', {P: Code}]", False),
    ],
)
def test_the_path_of_a_template_in_an_artifact(path: str, is_found: bool) -> None:
    """What the artifact is called is of no matter: the path in it is."""
    found = resources(ci=PIPELINE.replace("Code::cfn/web.yaml", path), cfn_web=WEB)
    assert ("Pipeline.Deploy.Web/Service" in found) is is_found


def test_actions_of_one_name() -> None:
    """Names are those of one stage: others may have actions that are called alike."""
    stages = PIPELINE[PIPELINE.index("        - Name: Deploy") :]
    again = stages.replace("Name: Deploy", "Name: Production").replace("Group}-", "Group}-live-")
    found = resources(ci=PIPELINE + again, cfn_web=WEB)
    names = {one: text(found[one].body.fields["ServiceName"]) for one in found if "/" in one}
    assert names == {
        "Pipeline.Deploy.Web/Service": "web-${AWS::Region}",
        "Pipeline.Production.Web/Service": "web-live-${AWS::Region}",
    }


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({"- Name: Deploy\n          Actions": "- Actions"}, "Pipeline.1.Web"),
        ({"- Name: Web\n              Action": "- Action"}, "Pipeline.Deploy.0"),
        (
            {"- Name: Web\n              Action": "- Action", "- Name: Deploy\n ": "- Other: x\n "},
            "Pipeline.1.0",
        ),
    ],
    ids=["no name of a stage", "no name of an action", "neither"],
)
def test_what_has_no_name_goes_by_its_number(changes: dict[str, str], address: str) -> None:
    """That of a stage counts from the first of all stages, that of an action within its stage."""
    text = PIPELINE
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    assert f"{address}/Service" in resources(ci=text, cfn_web=WEB)


@pytest.mark.parametrize("mode", ["CREATE_UPDATE", "REPLACE_ON_FAILURE", "CHANGE_SET_REPLACE"])
def test_the_modes_that_bring_a_template(mode: str) -> None:
    """Also one that makes a change set: what is carried out later is what that one has."""
    found = resources(ci=PIPELINE.replace("CREATE_UPDATE", mode), cfn_web=WEB)
    assert "Pipeline.Deploy.Web/Service" in found


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("1", "1"),
        ("1.5", "1.5"),
        ("true", "true"),
        ("false", "false"),
        ('"2"', "2"),
        ('""', ""),
    ],
)
def test_values_of_overrides(written: str, count: str) -> None:
    """Each is a text, as parameters are."""
    ci = PIPELINE.replace('"Count": 1', f'"Count": {written}')
    body = resources(ci=ci, cfn_web=WEB)["Pipeline.Deploy.Web/Service"].body.fields
    assert text(body["DesiredCount"]) == count


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Provider: CloudFormation", "Provider: S3"),
        ("Code::cfn/web.yaml", "!Ref Group"),
        ("ActionMode: CREATE_UPDATE\n", "\n"),
        ("ActionMode: CREATE_UPDATE\n", "ActionMode: CHANGE_SET_EXECUTE\n"),
        ("CREATE_UPDATE", "DELETE_ONLY"),
        ("cfn/web.yaml", "cfn/other.yaml"),
        ("cfn/web.yaml", "ci.yaml"),
    ],
)
def test_an_action_that_deploys_nothing_known(old: str, new: str) -> None:
    """The template is a stack of its own, with open parameters."""
    found = resources(ci=PIPELINE.replace(old, new), cfn_web=WEB)
    assert text(found["Service"].body.fields["Cluster"]) == ["Cluster has no default"]
    assert not any("Web/" in address for address in found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"Count": 1,', '"Count": 1 1,'),
        ("!Sub |", "!ImportValue |"),
    ],
)
def test_parameters_that_cannot_be_read(old: str, new: str) -> None:
    """All of them are unknown, whatever their defaults are."""
    found = resources(ci=PIPELINE.replace(old, new), cfn_web=WEB)
    body = found["Pipeline.Deploy.Web/Service"].body.fields
    asked = {"Cluster": "Cluster", "ServiceName": "Group", "TaskDefinition": "Tag"}
    for name, parameter in asked.items():
        passed = f"Pipeline.Deploy.Web/{parameter} is passed by the parent stack"
        assert text(body[name]) == [passed]


def with_file(name: str, files: dict[str, str]) -> dict[str, Value]:
    """The service's properties where the action names a file of parameters."""
    named = f"TemplateConfiguration: {name}\n                ParameterOverrides:"
    ci = PIPELINE.replace("ParameterOverrides:", named).replace('"Count": 1,', "")
    templates = {"/app/cfn/ci.yaml": ci, "/app/cfn/web.yaml": WEB}
    inputs = Inputs(boundary="/app")
    stacks, errors = cloudformation.stacks(list(templates), Files(templates | files), inputs)
    assert errors == []
    every = [one for stack in stacks for one in stack.evaluate({}).resources]
    return next(one.body.fields for one in every if one.origin.address.endswith("Web/Service"))


@pytest.mark.parametrize("name", ["prod.json", "values/prod.json", "cfn/prod.json"])
def test_a_file_of_parameters(name: str) -> None:
    """Its path is from the top of the sources; overrides stand before it."""
    given = '{"Parameters": {"Count": "3", "Group": "api"}}'
    body = with_file(f"Code::{name}", {f"/app/{name}": given})
    assert text(body["DesiredCount"]) == "3"
    assert text(body["ServiceName"]) == "web-${AWS::Region}"


@pytest.mark.parametrize(
    ("name", "file", "content"),
    [
        ("Code::../prod.json", "/prod.json", '{"Parameters": {"Count": "3"}}'),
        ("Code::prod.json", "/app/prod.json", "{"),
        ("Code::prod.json", "/app/prod.json", '{"Parameters": {"Count": {"a": 1}}}'),
        ("Built::prod.json", "/app/prod.json", '{"Parameters": {"Count": "3"}}'),
        ("!Ref Group", "/app/prod.json", '{"Parameters": {"Count": "3"}}'),
    ],
)
def test_a_file_of_parameters_that_cannot_be_read(name: str, file: str, content: str) -> None:
    """Its parameters are unknown: none is read from beyond the sources. The overrides stand."""
    body = with_file(name, {file: content})
    passed = "Pipeline.Deploy.Web/Count is passed by the parent stack"
    assert text(body["DesiredCount"]) == [passed]
    assert text(body["ServiceName"]) == "web-${AWS::Region}"


def test_overrides_that_are_known() -> None:
    """The variables of a `Fn::Sub` may be literals."""
    literal = PIPELINE[: PIPELINE.index("ParameterOverrides")] + (
        'ParameterOverrides: !Sub [\'{"Count": "${X}"}\', {X: 3}]\n'
    )
    found = resources(ci=literal, cfn_web=WEB)
    assert text(found["Pipeline.Deploy.Web/Service"].body.fields["DesiredCount"]) == "3"


def test_a_pipeline_that_changes_a_nested_stack() -> None:
    """What a template nests already is one stack, however it is brought up to date."""
    parent = """\
Resources:
  Ci:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: ./ci.yaml}
  Web:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./cfn/web.yaml
      Parameters: {Cluster: main, Group: web, Count: 2}
"""
    found = resources(main=parent, ci=PIPELINE, cfn_web=WEB)
    services = [one for one in found if one.endswith("Service")]
    assert services == ["Web/Service"]


def test_a_pipeline_that_deploys_what_it_is_in() -> None:
    """Nothing nests itself."""
    parent = """\
Resources:
  Ci:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: ../ci.yaml}
"""
    found = resources(ci=PIPELINE, cfn_web=parent)
    assert [one for one in found if one.endswith("Pipeline")] == ["Ci/Pipeline"]


def test_a_pipeline_that_deploys_another_one() -> None:
    """Also where each template of the scan has a pipeline."""
    other = PIPELINE.replace("cfn/web.yaml", "cfn/none.yaml")
    found = resources(ci=PIPELINE, cfn_web=other)
    assert sorted(one for one in found if one.endswith("Pipeline")) == [
        "Pipeline",
        "Pipeline.Deploy.Web/Pipeline",
    ]
