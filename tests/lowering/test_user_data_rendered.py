"""User data that data sources make, where a plan leaves for later what they make."""

import pytest
from msgspec.structs import replace

from lowering.user_data import BLOCK, FILE, HERE, OPEN, SCRIPT, SETS, VAR, instance, read, told
from taskwall.core.values import Fields, Items, Known, Need, Origin, Reference, Text, Unknown, Value
from taskwall.lowering._network_builder import NetworkBuilder
from taskwall.lowering._reader import ResourceReader
from taskwall.lowering.user_data import agent
from taskwall.lowering.user_data.layers import MAX_USER_DATA
from taskwall.model.entities.ecs_agent import Agent
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.resource import Resource
from taskwall.source.stack import Inputs

SOURCE = "data.template_file.x"
RENDERED = Reference(SOURCE, "rendered")


def source(type_: str, fields: dict[str, Value], *, data: bool = True, of: str = "x") -> Resource:
    """A data source, or a resource of the same type."""
    name = f"{'data.' if data else ''}{type_}.{of}"
    origin = Origin(name, name, HERE, "terraform")
    return Resource(type_, origin, Fields(fields), HERE, data=data)


def made(value: Value, *sources: Resource) -> Agent:
    """The agent of user data beside some data sources."""
    host = instance(value)
    reading = ResourceReader(host, NetworkBuilder([host, *sources]))
    return agent(reading, reading.body.get("user_data"))


def deferred(type_: str, **fields: Value) -> Agent:
    """The agent of user data that is what a data source renders, which a plan leaves for later."""
    return made(Reference(f"data.{type_}.x", "rendered"), source(type_, fields))


TEMPLATE = SCRIPT + f"echo ECS_CLUSTER=${{c}} >> {FILE}\necho {BLOCK}=${{ block }} >> {FILE}\n"


def test_a_template_that_a_plan_leaves_for_later() -> None:
    """Its variables are put in; with a directive, or another name, what they make is not known."""
    given = Fields({"block": Known("true"), "c": Unknown((Need("var.c", "has no default"),))})

    assert told(deferred("template_file", template=Known(TEMPLATE), vars=given)) is True
    assert told(deferred("template_file", template=Known(TEMPLATE))) is OPEN
    assert told(deferred("template_file", template=Known(TEMPLATE), vars=VAR)) is OPEN
    assert told(deferred("template_file", template=VAR, vars=given)) is OPEN
    assert told(deferred("template_file", vars=given)) is OPEN
    directive = Known(TEMPLATE.replace("echo", "# %{ if no }\necho") + "# %{ endif }\n")
    assert told(deferred("template_file", template=directive, vars=given)) is OPEN
    escaped = Known(TEMPLATE.replace("${ block }", "$${x}"))
    assert told(deferred("template_file", template=escaped, vars=given)) is OPEN


@pytest.mark.parametrize("type_", ["cloudinit_config", "template_cloudinit_config"])
def test_an_archive_that_a_plan_leaves_for_later(type_: str) -> None:
    """Each part is read by its type, in a list or alone; an attribute of another name is not it."""
    part = Fields({"content_type": Known("text/x-shellscript"), "content": Known(SETS)})

    assert told(deferred(type_, part=Items((part,)))) is True
    assert told(deferred(type_, part=part)) is True
    assert told(deferred(type_)) is OPEN
    assert told(deferred("external", part=part)) is OPEN


def test_settings_of_a_template_are_put_in() -> None:
    """Under their names, spaces apart; what is written as `$${` stays a text."""
    given = Fields({"c": Known("shop"), "block": Known("true")})
    found = deferred("template_file", template=Known(TEMPLATE), vars=given)
    more = Known(TEMPLATE + f"echo ECS_X='$${{c}}' >> {FILE}\n")

    assert (told(found, "ECS_CLUSTER"), told(found)) == ("shop", True)
    assert told(deferred("template_file", template=more, vars=given), "ECS_X") == "${c}"
    waits = deferred("template_file", template=Known(TEMPLATE)).setting(BLOCK).needs
    assert [need.name for need in waits] == ["${block}"]


SET: dict[str, Value] = {"template": Known(SETS)}
LINE: dict[str, Value] = {"template": Known(f"echo {BLOCK}=true >> {FILE}\n")}


def encoded(*names: str) -> Value:
    """What a function makes of values that a plan leaves for later."""
    return Unknown(tuple(Need(name, "is known only after apply") for name in names))


MADE: dict[str, tuple[Value, Resource, object]] = {
    "all of it": (RENDERED, source("template_file", SET), True),
    "all of it, encoded": (encoded(f"{SOURCE}.rendered"), source("template_file", SET), True),
    "all of it, behind a name of the sources": (
        Reference("local.user_data", "", value=RENDERED), source("template_file", SET), True,
    ),
    "encoded, with something else": (
        encoded(f"{SOURCE}.rendered", "var.more"), source("template_file", SET), OPEN,
    ),
    "what another thing renders": (
        encoded("template_file.x.rendered"), source("template_file", SET, data=False), OPEN,
    ),
    "another attribute": (Reference(SOURCE, "id"), source("template_file", SET), OPEN),
    "another attribute, encoded": (encoded(f"{SOURCE}.id"), source("template_file", SET), OPEN),
    "a resource": (
        Reference("template_file.x", "rendered"), source("template_file", SET, data=False), OPEN,
    ),
    "another data source": (RENDERED, source("template_file", SET, of="y"), OPEN),
    "a part": (Text((SCRIPT, RENDERED)), source("template_file", LINE), True),
    "a part that the sources write": (
        Text((SCRIPT, Reference(SOURCE, "rendered", value=LINE["template"]))),
        source("template_file", {}), OPEN,
    ),
    "a part of a part": (
        Text((SCRIPT, Reference("data.a.b", "rendered", value=Text((RENDERED, "ls\n"))))),
        source("template_file", LINE), True,
    ),
    "a part behind another name of the sources": (
        Text((SCRIPT, Reference(SOURCE, "rendered", value=Reference(
            "local.lines", "", value=Text((RENDERED, "ls\n"))
        )))),
        source("template_file", LINE), True,
    ),
    "a part of another attribute": (
        Text((SCRIPT, Reference(SOURCE, "id"), "\n")), source("template_file", LINE), OPEN,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("value", "beside", "expected"), MADE.values(), ids=MADE)
def test_what_is_made_of_a_template(value: Value, beside: Resource, expected: object) -> None:
    """Only the attribute `rendered` of a data source is what it makes."""
    assert told(made(value, beside)) is expected


def test_templates_in_each_other_come_to_an_end() -> None:
    """One that is in itself makes nothing that is known."""
    circle = Text((SCRIPT, RENDERED))
    inner = Reference(SOURCE, "rendered", value=circle)

    assert told(made(Text((SETS, inner)), source("template_file", {}))) is OPEN
    around: Value = Fields({"Fn::Base64": Known(SETS)})
    for layers in range(1, 8):
        assert told(made(around)) is (True if layers <= 5 else OPEN)
        around = Fields({"Fn::Base64": around})


def test_user_data_that_is_too_long() -> None:
    """No instance takes so much: nothing is said of it."""
    fits = MAX_USER_DATA - len(SETS)

    assert told(read(SETS + "#" * fits)) is True
    assert told(read(SETS + "#" * (fits + 1))) is OPEN
    assert told(read(SETS + "# ", VAR, "#" * fits)) is OPEN


def test_user_data_that_may_be_there() -> None:
    """What it waits for is what its presence does, not what stands there."""
    host = instance(Known(SETS))
    reading = ResourceReader(host, NetworkBuilder([host]))
    waits = (Need("var.more", "has no default"),)
    found = agent(reading, replace(reading.body.get("user_data"), doubt=waits))

    assert told(found) is OPEN
    assert (found.unseen, found.joins.waits_for()) == (waits, waits)


SHELL = Known("text/x-shellscript")
PART = Fields({"content_type": SHELL, "content": Known(SETS)})
OFF = Fields({"content_type": SHELL, "content": Known(SETS.replace("true", "false"))})


def bare(**fields: Value) -> Items:
    """An archive of one part."""
    return Items((Fields(dict(fields)),))


MORE = (Need("var.more", "has no default"),)
ARCHIVE = "cloudinit_config"
ARCHIVES: dict[str, tuple[Value, object, list[str]]] = {
    "the last of two": (Items((PART, OFF)), False, []),
    "one that may be there": (Items((PART,), (OFF,), needs=MORE), OPEN, ["var.more"]),
    "one that may be there, and says the same": (Items((PART,), (PART,), needs=MORE), True, []),
    "several that are not known": (Items((PART,), (VAR,)), OPEN, ["var.cluster"]),
    "one that is not known": (Items((PART, VAR)), OPEN, ["var.cluster"]),
    "one that is not known, before another": (Items((VAR, PART)), True, []),
    "only one that may be there": (Items((), (PART,), needs=MORE), OPEN, ["var.more"]),
    "a text known in part": (
        bare(content_type=SHELL, content=Text((f"{SCRIPT}echo {BLOCK}=", VAR, f" >> {FILE}\n"))),
        OPEN, ["var.cluster"],
    ),
    "a text that is not known": (bare(content_type=SHELL, content=VAR), OPEN, ["var.cluster"]),
    "parts behind a name of the sources": (
        Reference("local.parts", "", value=Items((PART, OFF))), False, [],
    ),
    "a part behind a name of the sources": (Reference("local.part", "", value=PART), True, []),
    "parts that nobody knows": (Reference("local.parts", ""), OPEN, [f"data.{ARCHIVE}.x.rendered"]),
    "no type, which the text shows": (bare(content=Known(SETS)), True, []),
    "null for a type": (bare(content_type=Known(None), content=Known(SETS)), True, []),
    "no text": (bare(content_type=SHELL), None, []),
    "null for a text": (bare(content_type=SHELL, content=Known(None)), None, []),
    "another type": (bare(content_type=Known("text/x-other"), content=Known(SETS)), None, []),
}  # fmt: skip


@pytest.mark.parametrize(("part", "expected", "waits"), ARCHIVES.values(), ids=ARCHIVES)
def test_parts_of_an_archive_of_a_data_source(
    part: Value, expected: object, waits: list[str]
) -> None:
    """They act in their order, each as far as it is known; one that may be there, perhaps."""
    found = deferred(ARCHIVE, part=part)

    assert told(found) is expected
    assert [need.name for need in found.setting(BLOCK).needs] == waits


LOOPS: dict[str, object] = {
    "    - ${key}\n": True,
    "${key}\n": True,
    "echo ${key} >> /etc/ecs/ecs.config\n": OPEN,
    "useradd ${key}\nyum install -y ${key}\n": True,
    "echo 'export HTTP_PROXY=${key}' >> /etc/default/docker\n": OPEN,
}


@pytest.mark.parametrize("body", LOOPS)
def test_a_loop_of_a_template_over_an_open_list(body: str) -> None:
    """How often it stands is the same to an agent, unless it may be about one."""
    hcl = """
variable "keys" { type = list(string) }
resource "aws_instance" "a" {
  user_data = templatefile("u.tftpl", { keys = var.keys })
}
"""
    text = f"{SCRIPT}%{{ for key in keys ~}}\n{body}%{{ endfor ~}}\n{SETS.removeprefix(SCRIPT)}"
    files = Files({"/r/main.tf": hcl, "/r/u.tftpl": text})
    (stack,), errors = terraform.stacks(["/r/main.tf"], files, Inputs(boundary="/r"))
    (made_,) = stack.evaluate({}).resources
    reading = ResourceReader(made_, NetworkBuilder([made_]))

    assert not errors
    assert told(agent(reading, reading.body.get("user_data"))) is LOOPS[body]
