"""A stack of Terragrunt makes units."""

import pytest

from readers.terraform.units import MODULE, Shown, read
from taskwall.core.values import Known

CATALOG = {
    "modules/m/main.tf": MODULE,
    "catalog/units/m/terragrunt.hcl": """
include "root" {
  path = find_in_parent_folders("root.hcl")
}
terraform { source = "${get_repo_root()}//modules/m" }
dependency "other" {
  config_path = try(values.other, "../none")
}
inputs = { x = try(values.x, dependency.other.outputs.x) }
""",
    "catalog/stacks/two/terragrunt.stack.hcl": """
locals { units = "${get_repo_root()}/catalog/units" }
unit "one" {
  source = "${local.units}/m"
  path   = "one"
  values = { x = values.x }
}
unit "two" {
  source = "${local.units}/m"
  path   = "deep/two"
  values = { other = "../../one" }
}
unit "off" {
  source  = "${local.units}/m"
  path    = "off"
  enabled = false
}
""",
    "live/root.hcl": "",
    "live/dev/terragrunt.stack.hcl": """
stack "two" {
  source = "../../catalog/stacks/two"
  path   = "two"
  values = { x = "given" }
}
unit "elsewhere" {
  source                  = "git::https://github.com/acme/catalog.git//units/m?ref=v1"
  path                    = "elsewhere"
  no_dot_terragrunt_stack = true
  values                  = { vpc_id = "vpc-1" }
}
""",
}


def test_a_local_of_a_unit_is_none_of_its_stack() -> None:
    """An input is not led to a local of the same name in the file that makes the unit."""
    texts = {
        "modules/m/main.tf": MODULE,
        "live/terragrunt.stack.hcl": 'locals {\n  a = "of the stack"\n}\n'
        'unit "one" {\n  source = "../units/one"\n  path = "one"\n}\n',
        "units/one/terragrunt.hcl": 'locals {\n  a = "of the unit"\n}\n'
        'terraform { source = "../../../modules/m" }\ninputs = {\n  x = local.a\n}\n',
    }
    (stack,), errors = read(texts)
    evaluation = stack.evaluate({})
    assert (errors, evaluation.errors) == ([], ())
    (resource,) = evaluation.resources
    assert resource.cell().get("x").known == "of the unit"
    steps = evaluation.provenance(resource.body.places["x"], resource.origin)
    assert "/infra/live/terragrunt.stack.hcl" not in {one.place.file for one in steps}


def test_stacks_make_units(shown: Shown) -> None:
    """Each in the folder that Terragrunt would make, with its values; nested, and tied."""
    found, errors = read(CATALOG)
    assert errors == []
    two, elsewhere = sorted(found, key=lambda stack: ".terragrunt-stack" not in stack.name)
    assert two.name == "/infra/live/dev/.terragrunt-stack/two/.terragrunt-stack"
    evaluation = two.evaluate({})
    assert evaluation.errors == ()
    assert {one.origin.address: shown(one.body.fields["x"]) for one in evaluation.resources} == {
        "one/t.t": "given",
        "two/t.t": "given",
    }
    (call,) = evaluation.resources[0].origin.called_from
    assert (call.name, call.place.file, call.place.line) == (
        "unit two",
        "/infra/catalog/stacks/two/terragrunt.stack.hcl",
        8,
    )
    assert elsewhere.name == "/infra/live/dev/elsewhere"
    evaluation = elsewhere.evaluate({})
    (absent,) = evaluation.absent
    source = "git::https://github.com/acme/catalog.git//units/m?ref=v1"
    assert (absent.name, absent.source, absent.place.line) == ("unit elsewhere", source, 7)
    (resource,) = evaluation.resources
    assert shown(resource.body.fields["vpc_id"]) == "vpc-1"


AUTOMATIC = {
    "modules/m/main.tf": MODULE,
    "catalog/m/terragrunt.hcl": """
terraform { source = "${get_repo_root()}/modules/m" }
inputs = { x = "own" }
""",
    "catalog/two/terragrunt.stack.hcl": """
unit "one" {
  source = "${get_repo_root()}/catalog/m"
  path   = "one"
}
""",
    "live/terragrunt.stack.hcl": """
locals { stages = ["dev", "prod"] }
unit "first" {
  source = "../catalog/m"
  path   = "first"
}
unit "each" {
  expansion { for_each = toset(local.stages) }
  source = "../catalog/m"
  path   = "each/${each.key}"
  autoinclude {
    dependency "first" {
      config_path = unit.first.path
    }
    inputs = { x = "${dependency.first.outputs.x} in ${each.value}" }
  }
}
stack "two" {
  source = "../catalog/two"
  path   = "two"
  autoinclude {
    unit "more" {
      source = "../catalog/m"
      path   = "more"
      values = { from = unit["first"].path }
    }
  }
}
unit "last" {
  source = "../catalog/m"
  path   = "last"
  autoinclude {
    dependency "one" {
      config_path = stack.two.one.path
    }
    inputs = { x = "after ${dependency.one.outputs.x}" }
  }
}
""",
    "plain/terragrunt.hcl": 'terraform {\n  source = "../modules/m"\n}\ninputs = { x = "own" }\n',
    "plain/terragrunt.autoinclude.hcl": 'inputs = { x = "beside" }\n',
}


def test_what_a_stack_has_units_include_overrides_them(shown: Shown) -> None:
    """By blocks `autoinclude`, which know what the stack makes, once for each of an expansion."""
    found, errors = read(AUTOMATIC)
    assert errors == []
    told = {
        f"{stack.name.partition('.terragrunt-stack/')[2] or stack.name}: {one.origin.address}": (
            shown(one.body.fields["x"])
        )
        for stack in found
        for one in stack.evaluate({}).resources
    }
    assert sorted(map(str, told.values())) == [
        "after own", "beside", "own", "own", "own", "own in dev", "own in prod",
    ]  # fmt: skip


def test_stacks_that_make_themselves() -> None:
    """Are told, once; so is a folder without the file."""
    texts = {
        "s/terragrunt.stack.hcl": 'stack "s" {\n  source = "."\n  path = "s"\n}\n'
        'unit "u" {\n  source = "./none"\n  path = "u"\n}\n'
        'unit "v" {\n  source = "./none"\n}\n',
    }
    found, errors = read(texts)
    assert found == []
    assert errors == [
        'unit "u" is not read: there is no file none/terragrunt.hcl',
        'unit "v" has no path that is known',
        'stack "s" makes a stack that it is part of',
    ]


@pytest.mark.parametrize("depth", [10, 11])
def test_stacks_that_are_made_in_each_other(depth: int) -> None:
    """Ten are; what is deeper is told, and is no circle."""
    block = '%s {\n  source = "${get_repo_root()}/%s"\n  path = "%s"\n}\n'
    texts = {
        "m/main.tf": MODULE,
        "u/terragrunt.hcl": 'terraform {\n  source = "${get_repo_root()}//m"\n}\n',
        f"s{depth}/terragrunt.stack.hcl": block % ('unit "u"', "u", "u"),
    }
    for at in range(depth):
        inner = block % (f'stack "s{at + 1}"', f"s{at + 1}", "s")
        texts[f"s{at}/terragrunt.stack.hcl"] = inner
    found, errors = read(texts)
    made = [one.name for one in found if one.name.endswith("/u")]
    told = 'stack "s11" is not read: more than 10 stacks are made in each other'
    assert (len(made), errors) == ((1, []) if depth == 10 else (0, [told]))


@pytest.mark.parametrize(
    ("block", "name"),
    [
        ('unit {\n  source = "../modules/u"\n  path = "u"\n}\n', 'unit ""'),
        ('unit "a" {\n  source = "../modules/u"\n}\n', 'unit "a"'),
        ('unit "a" {\n  source = "../modules/u"\n  path = get_env("X")\n}\n', 'unit "a"'),
        ('stack {\n  source = "../x"\n  path = "u"\n}\n', 'stack ""'),
    ],
)
def test_a_block_of_a_stack_without_a_place(block: str, name: str) -> None:
    """It makes nothing and is told; those beside it make their units."""
    own = 'unit "b" {\n  source = "../modules/u"\n  path = "b"\n}\n'
    texts = {
        "live/terragrunt.stack.hcl": block + own,
        "modules/u/terragrunt.hcl": 'terraform {\n  source = "../../m"\n}\n',
        "m/main.tf": MODULE,
    }
    found, errors = read(texts)
    assert errors == [f"{name} has no path that is known"]
    assert "/infra/live/.terragrunt-stack/b" in [stack.name for stack in found]


PLACES = {
    "m/main.tf": MODULE,
    "units/u/terragrunt.hcl": """
terraform { source = "${get_repo_root()}//m" }
inputs = { x = values.x }
""",
    "stacks/s/terragrunt.stack.hcl": """
unit "u" {
  source = "${get_repo_root()}/units/u"
  path   = "u"
  values = { x = "of s" }
}
""",
}


def units(block: str) -> tuple[dict[str, object], list[str]]:
    """What a stack makes in live of a block and one beside it: what x is, by folders; errors."""
    beside = 'unit "b" {\n  source = "../units/u"\n  path = "b"\n  values = { x = "b" }\n}\n'
    found, errors = read({**PLACES, "live/terragrunt.stack.hcl": block + beside})
    made: dict[str, object] = {}
    for stack in found:
        evaluation = stack.evaluate({})
        for one in evaluation.resources:
            value = one.body.fields.get("x")
            if (
                one.type == "t"
                and isinstance(value, Known)
                and stack.name.startswith("/infra/live")
            ):
                made[f"{stack.name.removeprefix('/infra/live/')}: {one.origin.address}"] = (
                    value.data
                )
    return made, errors


UNIT = """
unit "a" {
  source = "../units/u"
  path   = "a"
  values = { x = "a" }
  MORE
}
"""
BESIDE = {".terragrunt-stack/b: t.t": "b"}


@pytest.mark.parametrize(
    ("more", "folder"),
    [
        ("", ".terragrunt-stack/a"),
        ("enabled = true", ".terragrunt-stack/a"),
        ('enabled = get_env("E")', ".terragrunt-stack/a"),
        ('enabled = "false"', ".terragrunt-stack/a"),
        ("enabled = false", None),
        ("no_dot_terragrunt_stack = true", "a"),
        ("no_dot_terragrunt_stack = false", ".terragrunt-stack/a"),
        ('no_dot_terragrunt_stack = get_env("E")', ".terragrunt-stack/a"),
        ("no_validation = true", ".terragrunt-stack/a"),
    ],
)
def test_where_a_unit_is_made(more: str, folder: str | None) -> None:
    """Below a folder that Terragrunt makes, or beside the stack; nowhere if it is off."""
    made, errors = units(UNIT.replace("MORE", more))
    assert errors == []
    assert made == {**({f"{folder}: t.t": "a"} if folder else {}), **BESIDE}


@pytest.mark.parametrize(
    ("more", "is_said"),
    [
        ("", True),
        ("no_validation = false", True),
        ('no_validation = get_env("E")', True),
        ("no_validation = true", False),
    ],
)
@pytest.mark.parametrize(("kind", "file"), [("unit", ""), ("stack", ".stack")])
def test_what_a_unit_is_made_of_is_not_there(
    more: str, is_said: bool, kind: str, file: str
) -> None:
    """It is an error, unless the stack says that it need not be there."""
    block = UNIT.replace("MORE", more).replace("units/u", "none").replace("unit ", f"{kind} ")
    made, errors = units(block)
    assert made == BESIDE
    said = f'{kind} "a" is not read: there is no file ../none/terragrunt{file}.hcl'
    assert errors == ([said] if is_said else [])


@pytest.mark.parametrize(
    ("more", "folders"),
    [
        ("", ".terragrunt-stack/a/.terragrunt-stack/u"),
        ("no_dot_terragrunt_stack = true", "a/.terragrunt-stack/u"),
        ("enabled = false", None),
    ],
)
def test_where_a_stack_is_made(more: str, folders: str | None) -> None:
    """In a folder of its own, with the units that it makes below that."""
    block = UNIT.replace("MORE", more).replace("units/u", "stacks/s").replace("unit ", "stack ")
    made, errors = units(block)
    assert errors == []
    assert made == {**({f"{folders}: t.t": "of s"} if folders else {}), **BESIDE}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("local.own", "of the block"),
        ("local.both", "of the block"),
        ("local.above", "of the stack"),
        ("each.value", "one"),
        ("each.key", "k"),
        ("dependency.b.outputs.x", "b"),
        ("unit.b.path", "/infra/live/.terragrunt-stack/b"),
        ('unit.a["k"].path', "/infra/live/.terragrunt-stack/a"),
        ("feature.f.value", "on"),
        ('"${local.above}, ${local.own}"', "of the stack, of the block"),
        ("get_terragrunt_dir()", "/infra/live/.terragrunt-stack/a"),
    ],
)
def test_what_a_block_of_a_stack_knows(written: str, expected: str) -> None:
    """Its own locals before those of the stack, what its expansion makes, and what units give."""
    more = f"""
  expansion {{ for_each = {{ k = "one" }} }}
  autoinclude {{
    locals {{
      own  = "of the block"
      both = "of the block"
    }}
    feature "f" {{ default = "on" }}
    dependency "b" {{ config_path = unit.b.path }}
    inputs = {{ x = {written} }}
  }}
"""
    head = 'locals {\n  above = "of the stack"\n  both = "of the stack"\n}\n'
    made, errors = units(head + UNIT.replace("MORE", more))
    assert errors == []
    assert made[".terragrunt-stack: a/t.t"] == expected
