"""What cfn-init makes of its orders: the configurations of sets, their files and commands."""

import pytest

from lowering.networks import network
from lowering.user_data import BLOCK, FILE, OPEN, SCRIPT, VAR, read, told
from taskwall.core.values import Fields, Items, Known, Reference, Text, Value
from taskwall.model.compute.container_instances import Instances


def fields(**values: Value) -> Fields:
    """An object of metadata."""
    return Fields(dict(values))


def file(content: Value | None, **more: Value) -> Fields:
    """A configuration that writes the agent's file."""
    held = more if content is None else {"content": content, **more}
    return fields(files=Fields({FILE: Fields(dict(held))}))


def command(value: Value, **more: Value) -> Fields:
    """A configuration with one command."""
    return fields(commands=Fields({"1": fields(command=value, **more)}))


CALL = f"{SCRIPT}echo {BLOCK}=false > {FILE}\ncfn-init -s x -r aws_instance.a"
LINE = Known(f"{BLOCK}=true\n")
APPEND = f"echo {BLOCK}=true > {FILE}"


def after(init: Fields, call: str = CALL) -> object:
    """What a setting, which was off, is after cfn-init."""
    return told(read(call, metadata=fields(**{"AWS::CloudFormation::Init": init})))


CFN: dict[str, tuple[Value, object]] = {
    "a file": (file(LINE), True),
    "a file known in part": (file(Text((f"{BLOCK}=true\nA=", VAR))), True),
    "a file of a text that is not known": (file(VAR), OPEN),
    "an empty file": (file(Known(None)), None),
    "a file from elsewhere": (file(None, source=Known("https://example.com")), OPEN),
    "a file in base64": (file(LINE, encoding=Known("base64")), OPEN),
    "a file that is a template": (file(LINE, context=fields(a=Known("b"))), OPEN),
    "a file that nobody knows": (fields(files=Fields({FILE: VAR})), OPEN),
    "a command": (command(Known(APPEND)), True),
    "a command where it stands": (
        command(Known(f"echo {BLOCK}=true > ecs.config"), cwd=Known("/etc/ecs")), True,
    ),
    "a command that stands elsewhere": (
        command(Known(f"echo {BLOCK}=true > ecs.config"), cwd=Known("/opt")), False,
    ),
    "a command of which nobody knows where it stands": (
        command(Known(f"echo {BLOCK}=true > ecs.config"), cwd=VAR), OPEN,
    ),
    "a command of words": (
        command(Items((Known("sh"), Known("-c"), Known(APPEND.replace("=true", "='true'"))))), True,
    ),
    "a command with a word that is not known": (
        command(Items((Known("sh"), Known("-c"), fields()))), OPEN,
    ),
    "a command that is not known": (command(VAR), OPEN),
    "a command under a test": (command(Known(APPEND), test=Known("x")), OPEN),
    "an order that is not known": (fields(commands=Fields({"1": VAR})), OPEN),
    "an order without a command": (fields(commands=Fields({"1": fields(cwd=Known("/"))})), OPEN),
    "commands by their names": (
        fields(commands=Fields({
            "2": fields(command=Known(APPEND)),
            "1": fields(command=Known(f"echo {BLOCK}=false > {FILE}")),
        })),
        True,
    ),
    "commands after files": (
        fields(**file(LINE).fields, **command(Known(f"rm {FILE}")).fields), None,
    ),
    "what is not known": (VAR, OPEN),
    "files that are not known": (fields(files=VAR), OPEN),
    "files of which some are not known": (fields(files=Fields({"/a": fields()}, rest=VAR)), OPEN),
    "commands that are not known": (fields(commands=VAR), OPEN),
    "commands of which some are not known": (
        fields(commands=Fields({"1": fields(command=Known(APPEND))}, rest=VAR)), OPEN,
    ),
    "parts that are not known": (Fields({}, rest=VAR), OPEN),
    "commands behind files that are not known": (
        fields(files=VAR, **command(Known(APPEND)).fields), True,
    ),
    "commands that are referred to": (
        fields(commands=Reference("R", "", value=command(Known(APPEND)).fields["commands"])), True,
    ),
    "no files": (fields(files=Known(None), **command(Known(APPEND)).fields), True),
}  # fmt: skip


@pytest.mark.parametrize(("config", "expected"), CFN.values(), ids=CFN)
def test_orders_of_cfn_init(config: Value, expected: object) -> None:
    """Files, then commands, as far as the template tells what they do."""
    assert after(fields(config=config)) == expected


SETS_OF: dict[str, tuple[dict[str, Value], str, object]] = {
    "without sets": ({}, "", True),
    "a set that a template lacks": ({"other": Known("on")}, "", False),
    "one name for a set": ({"default": Known("on")}, "", True),
    "several sets": ({"a": Known("off"), "b": Known("on")}, " -c 'a, b'", True),
    "several sets, the other way round": ({"a": Known("off"), "b": Known("on")}, " -c b,a", False),
    "--configsets": ({"b": Known("on")}, " --configsets b", True),
    "a set in a set": (
        {"default": Items((fields(ConfigSet=Known("b")),)), "b": Known("on")},
        "",
        True,
    ),
    "several configurations in a set": ({"default": Items((Known("off"), Known("on")))}, "", True),
    "a list in a list": ({"default": Items((Known("off"), Items((Known("on"),))))}, "", True),
    "a set behind a name of the template": ({"default": Reference("P", "", Known("on"))}, "", True),
    "several of a name of the template": (
        {"default": Reference("P", "", Items((Known("off"), Known("on"))))}, "", True,
    ),
    "one of a name of the template": (
        {"default": Items((Known("off"), Reference("P", "", Known("on"))))}, "", True,
    ),
    "a set in a set, before a configuration": (
        {"default": Items((fields(ConfigSet=Known("b")), Known("off"))), "b": Known("on")},
        "", False,
    ),
    "a set that is not there in a set": (
        {"default": Items((fields(ConfigSet=Known("b")), Known("on")))}, "", True,
    ),
    "a set whose name is not known in a set": (
        {"default": Items((fields(ConfigSet=VAR),)), "b": Known("on")}, "", OPEN,
    ),
    "a set that nobody knows": ({"default": VAR}, "", OPEN),
    "another set that nobody knows": ({"a": VAR, "b": Known("on")}, " -c b", True),
    "a configuration behind what nobody knows": ({"default": Items((VAR, Known("on")))}, "", True),
    "a set that may have more": (
        {"default": Items((Known("on"),), (Known("off"),))}, "", OPEN,
    ),
    "a set in itself": ({"default": Items((fields(ConfigSet=Known("default")),))}, "", OPEN),
    "a number for a name": ({"default": Known(1)}, "", True),
    "something else in a set": ({"default": Items((VAR,))}, "", OPEN),
    "a configuration that is missing": ({"default": Known("none")}, "", OPEN),
}  # fmt: skip


@pytest.mark.parametrize(("sets", "more", "expected"), SETS_OF.values(), ids=SETS_OF)
def test_sets_of_cfn_init(sets: dict[str, Value], more: str, expected: object) -> None:
    """Configurations act in the order of the sets that the call names, else of the default one."""
    off = file(Known(f"{BLOCK}=false\n"))
    init = fields(on=file(LINE), off=off, config=file(LINE))
    init = Fields({**init.fields, "1": file(LINE)})
    if sets:
        init = Fields({**init.fields, "configSets": Fields(sets)})

    assert after(init, CALL + more) == expected


@pytest.mark.parametrize(
    ("sets", "expected"),
    [
        (Known(None), True),
        (VAR, OPEN),
        (Reference("P", ""), OPEN),
        (Fields({}, rest=VAR), OPEN),
        (Fields({"default": Known("config")}, rest=VAR), True),
        (Reference("P", "", Fields({"default": Known("config")})), True),
    ],
    ids=["null", "unknown", "a name", "all unknown", "others unknown", "a name that is known"],
)
def test_sets_of_cfn_init_that_are_not_known(sets: Value, expected: object) -> None:
    """What is in the set that is called is not known; others are not asked."""
    assert after(Fields({"config": file(LINE), "configSets": sets})) is expected


@pytest.mark.parametrize("sets", [{}, {"configSets": Known(None)}], ids=["none", "null"])
def test_cfn_init_without_sets_and_without_the_one_configuration(sets: dict[str, Value]) -> None:
    """Others act only where a set names them."""
    assert after(Fields({"other": file(LINE), **sets})) is False


def test_cfn_init_of_another_resource() -> None:
    """What it does is not known, nor where the call leaves open which sets it takes."""
    assert after(fields(config=file(LINE)), CALL.replace("aws_instance.a", "other")) is OPEN
    assert after(fields(config=file(LINE)), CALL + " -c $SETS") is OPEN
    assert after(fields(config=file(LINE)), CALL.replace("-r ", "--resource=")) is True
    assert after(fields(config=file(LINE)), CALL.replace("-r ", "--resource ")) is True
    assert after(fields(config=file(LINE)), CALL.replace("-r aws_instance.a", "-v")) is OPEN


def test_cfn_init_of_metadata_in_part() -> None:
    """Where more may be in the metadata, anything may be done."""
    assert after(Fields({"config": file(LINE)}, {}, VAR)) is OPEN


def test_cfn_init_in_a_branch() -> None:
    """It may not have run, and so may the files that it writes not be there."""
    call = CALL.replace("cfn-init", "if x; then cfn-init") + "; fi"

    assert after(fields(config=file(LINE)), call) is OPEN
    assert after(command_config := fields(config=command(Known(APPEND))), call) is OPEN
    assert after(command_config) is True


INIT = "'AWS::CloudFormation::Init'"
INCLUDE = "Metadata: {'Fn::Transform': {Name: 'AWS::Include', Parameters: {Location: 's3://b/x'}}}"


@pytest.mark.parametrize(
    ("metadata", "named", "stack", "truth"),
    [
        ("", "Template", "--stack ${AWS::StackName}", False),
        ("Metadata: {Note: none}", "Template", "--stack ${AWS::StackName}", False),
        ("Metadata: {Note: !Ref P}", "Template", "--stack ${AWS::StackName}", False),
        (
            f"Metadata: {{{INIT}: {{config: !Ref P}}}}",
            "Template",
            "--stack ${AWS::StackName}",
            None,
        ),
        (f"Metadata: {{{INIT}: !Ref P}}", "Template", "--stack ${AWS::StackName}", None),
        (INCLUDE, "Template", "--stack ${AWS::StackName}", None),
        ("", "Other", "--stack ${AWS::StackName}", None),
        ("", "Template", "--stack another", None),
        ("", "Template", "-s another", None),
        ("", "Template", "-s ${AWS::StackName}", False),
    ],
)
def test_a_resource_without_orders_has_none_for_cfn_init(
    metadata: str, named: str, stack: str, truth: bool | None
) -> None:
    """All that it is told is in its template."""
    text = """
Parameters: {P: {Type: String}}
Resources:
  Template:
    Type: AWS::EC2::LaunchTemplate
    METADATA
    Properties:
      LaunchTemplateData:
        UserData:
          Fn::Base64: !Sub |
            #!/bin/bash
            cfn-init -v STACK --resource NAMED --region eu-west-1
            yum update -y
"""
    text = text.replace("METADATA", metadata).replace("NAMED", named).replace("STACK", stack)
    (instances,) = network(text.replace("    \n", "")).every(Instances)

    assert instances.agent is not None
    assert instances.agent.joins.truth is truth


EXPANDED = "{'Fn::Transform': {Name: 'AWS::Include', Parameters: {Location: 's3://b/x'}}}"


@pytest.mark.parametrize(
    ("config", "is_open"),
    [
        ("{packages: {yum: {git: []}}}", False),
        ("{files: {/etc/motd: {content: hello}}}", False),
        (f"{{files: {EXPANDED}}}", True),
        (f"{{commands: {EXPANDED}}}", True),
        ("{files: {/etc/motd: {content: hello}}, commands: !Ref P}", True),
    ],
)
def test_orders_that_a_template_includes(config: str, is_open: bool) -> None:
    """What is expanded only at deployment may write any file, that of the agent too."""
    text = f"""
Parameters: {{P: {{Type: String}}}}
Resources:
  Template:
    Type: AWS::EC2::LaunchTemplate
    Metadata: {{{INIT}: {{config: {config}}}}}
    Properties:
      LaunchTemplateData:
        UserData:
          Fn::Base64: !Sub |
            #!/bin/bash
            echo {BLOCK}=true >> {FILE}
            cfn-init -v --stack ${{AWS::StackName}} --resource Template
"""
    (instances,) = network(text).every(Instances)

    assert instances.agent is not None
    assert instances.agent.setting(BLOCK).open is is_open
