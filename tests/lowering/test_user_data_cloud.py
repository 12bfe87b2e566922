"""What cloud-init and cfn-init make of their orders: parts, files, commands."""

import gzip
from base64 import b64encode

import pytest

from lowering.networks import network
from lowering.user_data import BLOCK, FILE, OPEN, SCRIPT, SETS, VAR, read, told
from taskwall.core.values import Fields, Items, Known, Reference, Text, Value
from taskwall.model.compute.container_instances import Instances

CONFIG = "#cloud-config\n"
ORDER = f"- path: {FILE}\n  content: {BLOCK}=true\n"
HELD = f"write_files:\n- path: {FILE}\n  content: |\n    {BLOCK}=true\n"
MORE = f"- path: {FILE}\n  content: A=b\n"


def coded(text: str) -> str:
    """A text in base64."""
    return b64encode(text.encode()).decode()


CLOUD: dict[str, tuple[tuple[str | Value, ...], object]] = {
    "in capitals": ((f"{CONFIG.upper()}runcmd:\n- echo {BLOCK}=true >> {FILE}\n",), True),
    "a template of Jinja": (("## template: jinja\n#cloud-config\nruncmd: []\n",), OPEN),
    "a handler of parts": (("#part-handler\ndef list_types(): pass\n",), OPEN),
    "what is included": (("#include\nhttps://example.com/ecs\n",), OPEN),
    "no sign": (("hello\n" + SETS,), None),
    "a shell by its name": ((SETS.replace("/bin/bash", "/usr/bin/env bash"),), True),
    "a program that never speaks of ECS": (("#!/usr/bin/python3\nprint(1)\n",), None),
    "a program that does": (("#!/usr/bin/perl\n# ecs\n",), OPEN),
    "no YAML": ((CONFIG + HELD + "a: [\n",), None),
    "no YAML, behind an anchor": ((CONFIG + HELD + "a: &a [\n",), None),
    "perhaps no YAML": ((CONFIG + HELD + "a: [", VAR, "\n"), OPEN),
    "a list": ((CONFIG + "- a\n",), None),
    "an alias of YAML": (
        (f"{CONFIG}a: &a {FILE}\nwrite_files:\n- path: *a\n  content: {BLOCK}=true\n",), OPEN,
    ),
    "what only looks like an alias": (
        (f"{CONFIG}runcmd:\n- rm -f a, *b && true\n- echo {BLOCK}=true >> {FILE}\n",), True,
    ),
    "more for a file": ((CONFIG + HELD + MORE + "  append: true\n",), True),
    "another file in its place": ((CONFIG + HELD + MORE,), None),
    "more for a file, as a text": ((CONFIG + HELD + MORE + "  append: 'yes'\n",), True),
    "not more for a file, as a text": ((CONFIG + HELD + MORE + "  append: 'false'\n",), None),
    "not more in base64, as a text": (
        ((f"{CONFIG}{HELD}- path: {FILE}\n  encoding: b64\n  append: 'no'\n"
         f"  content: {coded('A=bcde')}\n"),),
        None,
    ),
    "not more for a file": ((CONFIG + HELD + MORE + "  append: false\n",), None),
    "more in base64": (
        ((f"{CONFIG}{HELD}- path: {FILE}\n  encoding: b64\n  append: true\n"
         f"  content: {coded('A=bcde')}\n"),),
        True,
    ),
    "another in base64": (
        (f"{CONFIG}{HELD}- path: {FILE}\n  encoding: b64\n  content: {coded('A=bcde')}\n",), None,
    ),
    "gzip in base64": (
        ((f"{CONFIG}write_files:\n- path: {FILE}\n  encoding: gz+b64\n  content: "
         f"{b64encode(gzip.compress(f'{BLOCK}=true'.encode())).decode()}\n"),),
        True,
    ),
    "binary": (
        (f"{CONFIG}write_files:\n- path: {FILE}\n  content: !!binary {coded(f'{BLOCK}=true')}\n",),
        True,
    ),
    "gzip, as binary": (
        ((f"{CONFIG}write_files:\n- path: {FILE}\n  encoding: gzip\n  content: !!binary "
         f"{b64encode(gzip.compress(f'{BLOCK}=true'.encode())).decode()}\n"),),
        True,
    ),
    "binary that is not known": (
        (f"{CONFIG}write_files:\n- path: {FILE}\n  content: !!binary ", VAR, "\n"), OPEN,
    ),
    "an encoding that is none": ((f"{CONFIG}write_files:\n{ORDER}  encoding: utf-8\n",), True),
    "base64 in an encoding that is none": (
        ((f"{CONFIG}write_files:\n- path: {FILE}\n  encoding: 64\n"
         f"  content: {coded(f'{BLOCK}=true')}\n"),),
        None,
    ),
    "an encoding that is not known": (
        (f"{CONFIG}write_files:\n{ORDER}  encoding: ", VAR, "\n"), OPEN,
    ),
    "an encoding in capitals": (
        ((f"{CONFIG}write_files:\n- path: {FILE}\n  encoding: ' B64'\n"
         f"  content: {coded(f'{BLOCK}=true')}\n"),),
        True,
    ),
    "no text": ((f"{CONFIG}write_files:\n- path: {FILE}\n  content: [{BLOCK}=true]\n",), None),
    "plain text": ((f"{CONFIG}write_files:\n{ORDER}  encoding: text/plain\n",), True),
    "base64 of what is not known": (
        (f"{CONFIG}write_files:\n- path: {FILE}\n  encoding: b64\n  content: ", VAR, "\n"), OPEN,
    ),
    "a file that is not known": ((f"{CONFIG}write_files:\n{ORDER}- ", VAR, "\n"), OPEN),
    "files that are not known": ((f"{CONFIG}write_files: ", VAR, "\n"), OPEN),
    "a file whose path is known in part": (
        (f"{CONFIG}write_files:\n- path: /etc/ecs/", VAR, f"\n  content: {BLOCK}=true\n"), OPEN,
    ),
    "a file without content": (
        (f"{CONFIG}write_files:\n- path: {FILE}\nruncmd:\n- echo {BLOCK}=true >> {FILE}\n",), True,
    ),
    "a file from another place": (
        (f"{CONFIG}{HELD}- path: {FILE}\n  source: {{uri: 'https://x'}}\n",), OPEN,
    ),
    "more for a file from another place": (
        (f"{CONFIG}{HELD}- path: {FILE}\n  append: true\n  source: {{uri: 'https://x'}}\n",), OPEN,
    ),
    "another file from another place": (
        (f"{CONFIG}{HELD}- path: /opt/a\n  source: {{uri: 'https://x'}}\n",), True,
    ),
    "a number for a file": (
        ((f"{CONFIG}write_files:\n- path: {FILE}\n  content: 5\nruncmd:\n"
         f"- echo >> {FILE}\n- echo {BLOCK}=true >> {FILE}\n"),),
        True,
    ),
    "commands that are not known": ((f"{CONFIG}{HELD}runcmd: ", VAR, "\n"), OPEN),
    "a command that is not known": ((f"{CONFIG}{HELD}runcmd:\n- ", VAR, "\n"), OPEN),
    "a word of a command that is not known": (
        (f"{CONFIG}{HELD}runcmd:\n- [yum, ", VAR, "]\n"), True,
    ),
    "a command of words with quotes": (
        (f"{CONFIG}runcmd:\n- [sh, -c, \"echo '{BLOCK}=true' >> {FILE}\"]\n",), True,
    ),
    "a command with a number": (
        (f"{CONFIG}runcmd:\n- [sleep, 5]\n- echo {BLOCK}=true >> {FILE}\n",), True,
    ),
    "a number for a command": (
        (f"{CONFIG}runcmd:\n- 5\n- echo {BLOCK}=true >> {FILE}\n",), True,
    ),
    "no list of commands": ((f"{CONFIG}runcmd: echo {BLOCK}=true >> {FILE}\n",), None),
    "no list of files": ((f"{CONFIG}write_files: {FILE}\n",), None),
    "a text for a file": ((f"{CONFIG}write_files:\n- {FILE}\n",), None),
    "a file without a path": ((f"{CONFIG}write_files:\n- content: {BLOCK}=true\n",), None),
    "a command of no words": ((f"{CONFIG}runcmd:\n- []\n- echo {BLOCK}=true >> {FILE}\n",), True),
    "commands at boot, before files": (
        (f"{CONFIG}bootcmd:\n- echo {BLOCK}=false > {FILE}\n{HELD}",), True,
    ),
    "commands after files": ((f"{CONFIG}runcmd:\n- echo {BLOCK}=false > {FILE}\n{HELD}",), False),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CLOUD.values(), ids=CLOUD)
def test_orders_of_cloud_init(text: tuple[str | Value, ...], expected: object) -> None:
    """Orders act in the order of cloud-init, whatever theirs is."""
    assert told(read(*text)) == expected


PACKED = b64encode(gzip.compress(f"{BLOCK}=true".encode())).decode()
ENCODINGS = {
    "gz": f"!!binary {PACKED}",
    "gzip": f"!!binary {PACKED}",
    "b64": coded(f"{BLOCK}=true"),
    "base64": coded(f"{BLOCK}=true"),
    "gz+b64": PACKED,
    "gz+base64": PACKED,
    "gzip+b64": PACKED,
    "gzip+base64": PACKED,
}


@pytest.mark.parametrize(("encoding", "content"), ENCODINGS.items(), ids=ENCODINGS)
def test_encodings_of_cloud_init(encoding: str, content: str) -> None:
    """Those that its module Write Files knows, in letters of either case."""
    for spelled in (encoding, encoding.upper()):
        order = f"- path: {FILE}\n  encoding: {spelled}\n  content: {content}\n"
        assert told(read(f"{CONFIG}write_files:\n{order}")) is True


@pytest.mark.parametrize("on", ["true", "1", "on", "yes", "'TRUE'", "' on '"])
def test_how_cloud_init_says_that_more_comes_to_a_file(on: str) -> None:
    """In the words of its switches; any other replaces the file."""
    assert told(read(f"{CONFIG}{HELD}{MORE}  append: {on}\n")) is True
    assert told(read(f"{CONFIG}{HELD}{MORE}  append: {on[:-1]}x\n")) is None


@pytest.mark.parametrize("order", ["runcmd", "bootcmd", "write_files"])
def test_what_an_order_that_is_not_known_waits_for(order: str) -> None:
    """It may set anything: each setting waits for it."""
    found = read(f"{CONFIG}{order}: ", VAR, "\n").setting(BLOCK)

    assert found.open
    assert [need.name for need in found.needs] == ["var.cluster"]


def test_a_file_in_a_code_that_cannot_be_opened() -> None:
    """What is in it nobody knows: it is waited for by its path."""
    broken = b64encode(b"\x1f\x8bno gzip").decode()
    order = f"write_files:\n- path: {FILE}\n  encoding: gz+b64\n  content: {broken}\n"
    found = read(CONFIG + order).setting(BLOCK)

    assert found.open
    assert [need.name for need in found.needs] == [FILE]
    assert told(read(b64encode(b"\x1f\x8bno gzip").decode())) is OPEN


def archive(*parts: tuple[str, str]) -> str:
    """A MIME archive of parts: their headers and texts."""
    pieces = "".join(f"--B\n{head}\n\n{text}\n" for head, text in parts)
    return f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"\n\n{pieces}--B--\n'


SHELL = "Content-Type: text/x-shellscript"
CLOUDY = "Content-Type: text/cloud-config"
OFF = f"{SCRIPT}echo {BLOCK}=false >> {FILE}\n"
BASE64 = "Content-Transfer-Encoding: base64"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(SHELL, OFF), (SHELL, SETS)], True),
        ([(SHELL, SETS), ("Content-Type: text/cloud-boothook", OFF)], True),
        ([("Content-Type: text/x-include-url", "https://example.com")], OPEN),
        ([("Content-Type: text/plain", SETS)], True),
        ([("Content-Type: text/x-not-multipart", SETS)], True),
        ([("Content-Type: text/x-other", SETS)], None),
        ([(f"{SHELL}\n{BASE64}", coded(SETS))], True),
        ([(f"{CLOUDY}\n{BASE64}", coded(CONFIG + HELD))], True),
        ([(f"{CLOUDY}\n{BASE64}", coded(f"{CONFIG}runcmd:\n- echo {BLOCK}=true >> {FILE}\n"))],
         True),
        ([(f"{SHELL}\nContent-Transfer-Encoding: QUOTED-PRINTABLE", SETS.replace("=", "=3D"))],
         True),
        ([(CLOUDY, CONFIG + HELD), (SHELL, "#!/bin/sh\nyum -y update\n")], True),
        ([(CLOUDY, CONFIG + HELD), (CLOUDY, CONFIG + "runcmd:\n- yum -y update\n")], True),
        ([(CLOUDY, CONFIG + HELD), (CLOUDY, f"{CONFIG}write_files:\n{MORE}")], OPEN),
        ([(SHELL, SETS), ("Content-Type: text/x-include-url", "https://example.com")], OPEN),
        ([("Content-Type: text/x-include-url", "https://example.com"), (SHELL, SETS)], True),
        ([(SHELL, SETS), ("Content-Type: text/plain", "hello")], True),
    ],
    ids=range(16),
)  # fmt: skip
def test_parts_of_an_archive(parts: list[tuple[str, str]], expected: object) -> None:
    """Each is read by its type; what two of them order is merged on the instance."""
    assert told(read(archive(*parts))) == expected


def test_a_part_that_is_not_known() -> None:
    """It may be a script, which runs behind those before it, and before those behind it."""
    head, _, rest = archive((SHELL, OFF), ("X: y", "HERE"), (SHELL, SETS)).partition("HERE")

    assert told(read(head, VAR, rest)) is True
    head, _, rest = archive((SHELL, SETS), ("X: y", "HERE")).partition("HERE")
    assert told(read(head, VAR, rest)) is OPEN


def test_a_part_in_base64_with_a_piece_that_is_not_known() -> None:
    """What it says nobody can read: it may set anything."""
    head, _, rest = archive((f"{SHELL}\n{BASE64}", coded(SETS))).partition(coded(SETS))

    assert told(read(head + coded(SETS)[:8], VAR, coded(SETS)[8:] + rest)) is OPEN
    assert told(read(head, VAR, rest)) is OPEN


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
    "a set in itself": ({"default": Items((fields(ConfigSet=Known("default")),))}, "", OPEN),
    "something else in a set": ({"default": Items((VAR,))}, "", OPEN),
    "a configuration that is missing": ({"default": Known("none")}, "", OPEN),
}


@pytest.mark.parametrize(("sets", "more", "expected"), SETS_OF.values(), ids=SETS_OF)
def test_sets_of_cfn_init(sets: dict[str, Value], more: str, expected: object) -> None:
    """Configurations act in the order of the sets that the call names, else of the default one."""
    off = file(Known(f"{BLOCK}=false\n"))
    init = fields(on=file(LINE), off=off, config=file(LINE))
    if sets:
        init = Fields({**init.fields, "configSets": Fields(sets)})

    assert after(init, CALL + more) == expected


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
