"""A root that is evaluated again and again says what one says that is evaluated for the first time.

Also beside texts that change: `Files` that are `retained` keep what no change has reached.
"""

import gc
import os
from collections.abc import Callable
from typing import Any

import pytest

from taskwall.core.values import Scenario, Value, needs
from taskwall.readers.terraform import stacks
from taskwall.readers.terraform.evaluation.module import ModuleScope
from taskwall.readers.terraform.terragrunt import discovery
from taskwall.readers.terraform.terragrunt.context import Unit
from taskwall.readers.terraform.terragrunt.units import ResolvedUnit, resolve_unit
from taskwall.source.files import Files
from taskwall.source.resource import Resource
from taskwall.source.stack import Evaluation, Inputs, Stack

Shown = Callable[[Value], object]

MAIN, VALUES, NET, INNER, TEMPLATE = (
    f"/nowhere/live/{path}"
    for path in ("main.tf", "terraform.tfvars", "net/main.tf", "net/inner/main.tf", "net/user.tpl")
)
TEXTS = {
    MAIN: """\
variable "open" {}
variable "many" { default = 2 }
variable "given" { default = "by default" }
variable "password" {
  sensitive = true
  default   = "hunter2"
}
locals {
  cidr  = "10.0.0.0/16"
  names = var.open ? ["a"] : ["b"]
  set   = toset(["x", "y"])
  keyed = { for name in local.set : name => upper(name) }
}
provider "aws" {
  default_tags { tags = { Team = "web" } }
}
resource "aws_vpc" "main" { cidr_block = local.cidr }
resource "aws_subnet" "some" {
  count  = var.many
  vpc_id = aws_vpc.main.id
}
resource "aws_internet_gateway" "none" {
  count  = 0
  vpc_id = aws_vpc.main.id
}
resource "aws_instance" "each" {
  for_each  = local.set
  subnet_id = aws_subnet.some[0].id
  key_name  = local.keyed[each.key]
  user_data = "${var.given}-${sha256(var.password)}-${var.password}"
}
resource "aws_instance" "chosen" {
  for_each  = toset(local.names)
  subnet_id = element([], 0)
}
module "net" {
  count  = var.open ? 1 : 0
  source = "./net"
  cidr   = local.cidr
  given  = var.given
}
resource "aws_instance" "beside" {
  user_data = join(",", module.net[*].user)
  key_name  = "x"
}
""",
    VALUES: 'given = "by file"\n',
    NET: """\
variable "cidr" { type = string }
variable "given" {}
variable "other" { default = 1 }
resource "aws_vpc" "main" { cidr_block = var.cidr }
resource "aws_vpc" "another" { cidr_block = cidrsubnet(var.cidr, 4, var.other) }
module "inner" {
  source = "./inner"
  given  = "${var.given}!"
}
output "user" { value = "${templatefile("${path.module}/user.tpl", { x = 1 })}${module.inner.y}" }
""",
    INNER: 'variable "given" {}\noutput "y" { value = var.given }\nresource "t" "t" {}\n',
    TEMPLATE: "x is ${x}\n",
}
SCENARIOS: tuple[Scenario, ...] = ({}, {"var.open": True}, {"var.open": False})

EDITS: dict[str, tuple[str, str, str]] = {
    "lines above": (MAIN, 'variable "open"', '\n\n# more\nvariable "open"'),
    "lines within": (MAIN, "  key_name  = local", "\n\n  key_name  = local"),
    "lines above in a module": (NET, 'variable "cidr"', '# more\n\nvariable "cidr"'),
    "a local": (MAIN, "10.0.0.0/16", "10.1.0.0/16"),
    "a local that another is made of": (MAIN, '["x", "y"]', '["x", "z"]'),
    "a local that no one has": (MAIN, "local.cidr }", "local.none }"),
    "an open local": (MAIN, '"10.0.0.0/16"', "var.open"),
    "a local in a circle": (MAIN, '"10.0.0.0/16"', "local.cidr"),
    "a default": (MAIN, "default = 2", "default = 1"),
    "a default that becomes open": (MAIN, 'many" { default = 2 }', 'many" {}'),
    "a type": (MAIN, "default = 2", "default = 2\n  type = string"),
    "a type in a module": (NET, "type = string", "type = number"),
    "a default that is overridden": (MAIN, "by default", "by another default"),
    "a file of values": (VALUES, "by file", "by another file"),
    "a file of values that is empty": (VALUES, 'given = "by file"', ""),
    "a count of none": (MAIN, "count  = var.many", "count  = 0"),
    "a count no more": (MAIN, "  count  = var.many\n", ""),
    "a count of what had none": (MAIN, "count  = 0", "count  = 1"),
    "an open count": (MAIN, "count  = 0", "count  = var.open ? 1 : 0"),
    "an attribute": (MAIN, "local.keyed[each.key]", '"k"'),
    "an attribute no more": (MAIN, "  key_name  = local.keyed[each.key]\n", ""),
    "an error": (MAIN, "element([], 0)", "aws_subnet.some[9].id"),
    "no error": (MAIN, "element([], 0)", '"subnet-1"'),
    "a secret": (MAIN, '"hunter2"', '"swordfish"'),
    "no secret": (MAIN, "sensitive = true", "sensitive = false"),
    "tags": (MAIN, '"web"', '"api"'),
    "a provider no more": (MAIN, "  default_tags { tags = { Team = \"web\" } }\n", ""),
    "a resource more": (MAIN, 'module "net"', 'resource "aws_eip" "e" {}\nmodule "net"'),
    "a resource no more": (MAIN, 'resource "aws_vpc" "main" { cidr_block = local.cidr }\n', ""),
    "a resource by another name": (MAIN, '"aws_subnet" "some"', '"aws_subnet" "other"'),
    "what is given": (MAIN, "  given  = var.given", '  given  = "x"'),
    "what is given no more": (MAIN, "  cidr   = local.cidr\n", ""),
    "a module no more": (MAIN, '  source = "./net"', '  source = "./net/inner"'),
    "a module that is not there": (MAIN, '  source = "./net"', '  source = "./none"'),
    "a module that is called always": (MAIN, "count  = var.open ? 1 : 0", "count  = 1"),
    "a module that is never called": (MAIN, "count  = var.open ? 1 : 0", "count  = 0"),
    "an output": (NET, 'value = "$', 'value = "a $'),
    "an output no more": (NET, 'output "user"', 'output "other"'),
    "a template": (TEMPLATE, "x is", "y is"),
    "a resource of a module": (NET, "cidrsubnet(var.cidr, 4, var.other)", '"10.2.0.0/16"'),
    "a resource less of a module": (INNER, 'resource "t" "t" {}', ""),
    "an output of an inner module": (INNER, "value = var.given", 'value = "inner"'),
    "what does not parse": (MAIN, "count  = 0", "count  = ["),
    "what does not parse in a module": (NET, "type = string", "type = ["),
}  # fmt: skip


def evaluated(files: Files, scenario: Scenario) -> list[Evaluation]:
    """What all roots are under a scenario."""
    paths = [path for path in TEXTS if path.endswith(".tf")]
    found, _ = stacks(paths, files, Inputs(boundary="/nowhere"))
    return [one.evaluate(scenario) for one in found]


def described(evaluation: Evaluation, shown: Shown) -> object:
    """All that an evaluation says, with the places where they are in the files now."""

    def of(resource: Resource) -> object:
        origin, body = resource.origin, resource.body
        places = (origin.header, resource.place, dict(body.places), origin.called_from)
        waits = [str(need) for need in (*origin.maybe, *needs(body))]
        return origin.address, shown(body), waits, evaluation.line_map.apply(places)

    return (
        list(map(of, evaluation.resources)),
        evaluation.line_map.apply((evaluation.errors, evaluation.absent)),
        evaluation.questions,
        evaluation.sensitive_texts,
        evaluation.impossible,
    )


def said(files: Files, shown: Shown) -> list[object]:
    """What they say under each scenario."""
    return [described(one, shown) for each in SCENARIOS for one in evaluated(files, each)]


def test_an_edit_and_its_undoing(shown: Shown) -> None:
    """Both are read as if nothing had been read before, whatever was."""
    kept = Files(dict(TEXTS), retained=True)
    first = said(Files(dict(TEXTS)), shown)
    wrong = [] if said(kept, shown) == first else ["at first"]
    for name, (path, old, new) in EDITS.items():
        assert old in TEXTS[path]
        text = TEXTS[path].replace(old, new, 1)
        kept.change(path, text)
        if said(kept, shown) != said(Files({**TEXTS, path: text}), shown):
            wrong.append(name)
        kept.change(path, TEXTS[path])
        if said(kept, shown) != first:
            wrong.append(f"{name}, undone")
    assert wrong == []


def test_edits_one_upon_another(shown: Shown) -> None:
    """A root with a few of them is as one that was written so."""
    texts, kept = dict(TEXTS), Files(dict(TEXTS), retained=True)
    wrong = []
    for name, (path, old, new) in list(EDITS.items())[::3]:
        texts[path] = texts[path].replace(old, new, 1)
        kept.change(path, texts[path])
        if said(kept, shown) != said(Files(dict(texts)), shown):
            wrong.append(name)
    assert wrong == []


@pytest.mark.parametrize(
    ("path", "old", "new", "reached"),
    [
        (MAIN, "x", "x", set()),
        (MAIN, 'key_name  = "x"', 'key_name  = "y"', {"aws_instance.beside"}),
        (MAIN, '["x", "y"]', '["y", "x"]', set()),
        (MAIN, "count  = 0", "count  = 1 - 1", set()),
        (MAIN, "upper(name)", '"k"', {'aws_instance.each["x"]', 'aws_instance.each["y"]'}),
        (NET, "cidrsubnet(var.cidr, 4, var.other)", '"10.2.0.0/16"', {
            "module.net[0].aws_vpc.another",
        }),
    ],
)  # fmt: skip
def test_what_no_edit_has_reached_is_not_made_again(
    path: str, old: str, new: str, reached: set[str]
) -> None:
    """It is the very object that it was."""
    scenario = {"var.open": True}
    kept = Files(dict(TEXTS), retained=True)
    (before,) = evaluated(kept, scenario)
    kept.change(path, TEXTS[path].replace(old, new, 1))
    (after,) = evaluated(kept, scenario)
    same = {id(one) for one in before.resources}
    assert {one.origin.address for one in after.resources if id(one) not in same} == reached


@pytest.mark.parametrize(
    ("name", "text", "values", "errors"),
    [
        ("b.tf", 'resource "t" "b" { x = 2 }', {"t.a": 1, "t.b": 2}, []),
        ("b.tf", 'resource "t" "a" { x = 2 }', {"t.a": 1}, ["t.a is declared twice"]),
        ("a_override.tf", 'resource "t" "a" { x = 2 }', {"t.a": 2}, []),
    ],
)
@pytest.mark.parametrize("lasts", [True, False])
def test_files_of_one_folder(
    name: str, text: str, values: dict[str, int], errors: list[str], lasts: bool, shown: Shown
) -> None:
    """What one says that another has said is an error, or laid over it, whether they are kept."""
    texts = {"/nowhere/a.tf": 'resource "t" "a" { x = 1 }\n', f"/nowhere/{name}": f"{text}\n"}
    (found,), _ = stacks([*texts], Files(texts, retained=lasts), Inputs(boundary="/nowhere"))
    evaluation = found.evaluate({})
    made = {one.origin.address: shown(one.body.fields["x"]) for one in evaluation.resources}
    assert made == values
    assert [error.message for error in evaluation.errors] == errors


APP, BASE, SHARED, BESIDE = (
    f"/nowhere/{path}/main.tf" for path in ("app", "base", "modules/shared", "beside")
)
TIED = {
    BASE: """\
variable "stage" {}
variable "cidr" { default = "10.0.0.0/16" }
terraform {
  backend "s3" {
    bucket = "states"
    key    = "base"
  }
}
resource "aws_vpc" "main" { cidr_block = var.cidr }
resource "aws_eip" "some" { count = var.stage == "prod" ? 1 : 0 }
module "shared" {
  source = "../modules/shared"
  x      = "base"
}
output "vpc_id" { value = aws_vpc.main.id }
output "cidr" { value = aws_vpc.main.cidr_block }
output "shared" { value = module.shared.y }
""",
    APP: """\
variable "stage" {}
data "terraform_remote_state" "base" {
  backend = "s3"
  config  = { bucket = "states", key = "base" }
}
resource "aws_subnet" "a" {
  vpc_id     = data.terraform_remote_state.base.outputs.vpc_id
  cidr_block = cidrsubnet(data.terraform_remote_state.base.outputs.cidr, 4, 1)
  tags       = { Name = data.terraform_remote_state.base.outputs.shared }
}
resource "aws_eip" "mine" { count = var.stage == "prod" ? 1 : 0 }
module "shared" {
  source = "../modules/shared"
  x      = "app"
}
""",
    SHARED: 'variable "x" {}\nresource "t" "t" { x = var.x }\noutput "y" { value = var.x }\n',
    BESIDE: 'variable "n" { default = 1 }\nresource "t" "beside" { x = var.n }\n',
}
EDITS_OF_TIED: dict[str, tuple[str, str, str]] = {
    "lines above": (BASE, 'variable "stage"', '# more\n\nvariable "stage"'),
    "what an output is": (BASE, "aws_vpc.main.cidr_block }", '"10.5.0.0/16" }'),
    "an output no more": (BASE, 'output "cidr"', 'output "other"'),
    "a default": (BASE, "10.0.0.0/16", "10.1.0.0/16"),
    "where the state is": (BASE, '"base"\n  }', '"other"\n  }'),
    "which state is read": (APP, 'key = "base" }', 'key = "other" }'),
    "a state no more": (APP, 'data "terraform_remote_state" "base"', 'data "other" "base"'),
    "a condition": (BASE, '"prod" ? 1', '"live" ? 1'),
    "a resource more": (APP, "module ", 'resource "aws_eip" "other" {}\nmodule '),
    "a module of both": (SHARED, 'output "y" { value = var.x }', 'output "y" { value = "y" }'),
    "what a module is given": (BASE, 'x      = "base"', 'x      = "bottom"'),
    "a module no more": (APP, "../modules/shared", "../beside"),
    "a root beside": (BESIDE, "default = 1", "default = 2"),
    "a root that does not parse": (BASE, "resource ", "resource {"),
}


def said_of_tied(files: Files, shown: Shown) -> list[object]:
    """What stacks of the roots say, each under a few scenarios, with what ties these."""
    found, errors = stacks([*TIED], files, Inputs(boundary="/nowhere"))
    every: list[object] = [errors]
    for one in found:
        every.append((one.name, one.files, [(tie.stack, tie.target, tie.to) for tie in one.ties]))
        scenarios: tuple[Scenario, ...] = ({}, {"var.stage": "prod"}, {"app/var.stage": "prod"})
        every += (described(one.evaluate(each), shown) for each in scenarios)
    return every


def test_edits_of_roots_that_are_tied(shown: Shown) -> None:
    """What one takes of the state of another is what that puts out now."""
    kept = Files(dict(TIED), retained=True)
    first = said_of_tied(Files(dict(TIED)), shown)
    wrong = [] if said_of_tied(kept, shown) == first else ["at first"]
    for name, (path, old, new) in EDITS_OF_TIED.items():
        assert old in TIED[path], name
        text = TIED[path].replace(old, new, 1)
        kept.change(path, text)
        anew = said_of_tied(Files({**TIED, path: text}), shown)
        if said_of_tied(kept, shown) != anew or anew == first:
            wrong.append(name)
        kept.change(path, TIED[path])
        if said_of_tied(kept, shown) != first:
            wrong.append(f"{name}, undone")
    assert wrong == []


@pytest.mark.parametrize(
    ("path", "old", "new", "same"),
    [
        (BESIDE, "", "", [True, True]),
        (BESIDE, "default = 1", "default = 2", [True, False]),
        (APP, "cidrsubnet", "cidrhost", [False, True]),
        (SHARED, "output", "# more\noutput", [False, True]),
    ],
)
def test_tied_roots_that_no_edit_has_reached(
    path: str, old: str, new: str, same: list[bool]
) -> None:
    """They are the stack that they were."""
    kept = Files(dict(TIED), retained=True)

    def read() -> list[object]:
        found, _ = stacks([*TIED], kept, Inputs(boundary="/nowhere"))
        for one in found:
            one.evaluate({})
        return list(found)

    before = read()
    kept.change(path, TIED[path].replace(old, new, 1))
    assert [one is other for one, other in zip(before, read(), strict=True)] == same


UNIT_EDITS = {
    "what is included": ("live/root.hcl", "of the root", "of another root"),
    "what is included, no more": (
        "live/app/terragrunt.hcl",
        'include { path = "../root.hcl" }',
        "",
    ),
    "what is read": ("live/env.hcl", "dev", "prod"),
    "an input": ("live/app/terragrunt.hcl", "own", "other"),
    "another module": ("live/app/terragrunt.hcl", "modules/m", "modules/n"),
    "a module no more": ("live/app/terragrunt.hcl", "terraform {", "other {"),
    "the module": ("modules/m/main.tf", "x = var.x", "x = upper(var.x)"),
}


UNITS = {
    "live/root.hcl": 'inputs = { x = "of the root" }\n',
    "live/env.hcl": 'locals { env = "dev" }\n',
    "live/app/terragrunt.hcl": 'include { path = "../root.hcl" }\n'
    'terraform { source = "../../modules/m" }\n'
    'inputs = { y = read_terragrunt_config("../env.hcl").locals.env }\n',
    "live/web/terragrunt.hcl": 'terraform { source = "../../modules/n" }\ninputs = { y = 1 }\n',
    "modules/m/main.tf": 'variable "x" {}\nvariable "y" {}\nresource "t" "t" { x = var.x }\n',
    "modules/n/main.tf": 'variable "y" {}\nresource "t" "t" { x = var.y }\n',
}


@pytest.mark.parametrize(
    ("path", "old", "new", "again"),
    [
        ("live/root.hcl", "of the root", "of the root", set()),
        ("live/root.hcl", "of the root", "of another root", {"app"}),
        ("live/env.hcl", "dev", "prod", {"app"}),
        ("live/app/terragrunt.hcl", "y = read", "z = read", {"app"}),
        ("live/web/terragrunt.hcl", "y = 1", "y = 2", {"web"}),
        ("modules/m/main.tf", "x = var.x", "x = var.y", {"app"}),
        ("modules/n/main.tf", "x = var.y", "x = 1", {"web"}),
    ],
)
@pytest.mark.parametrize("workspace", ["", "prod"])
def test_units_that_no_edit_has_reached(
    path: str, old: str, new: str, again: set[str], workspace: str
) -> None:
    """They are the stack that they were, as long as the user says the same."""
    texts = {f"/nowhere/{name}": text for name, text in UNITS.items()}
    kept = Files(dict(texts), retained=True)
    names = [name for name in texts if name.endswith(("terragrunt.hcl", ".tf"))]

    def read(said: str) -> dict[str, Stack]:
        found, _ = stacks(names, kept, Inputs(boundary="/nowhere", workspace=said))
        for one in found:
            one.evaluate({})
        return {one.name.rpartition("/")[2]: one for one in found}

    before = read("")
    assert old in texts[f"/nowhere/{path}"]
    kept.change(f"/nowhere/{path}", texts[f"/nowhere/{path}"].replace(old, new))
    after = read(workspace)
    assert {name for name in after if after[name] is not before[name]} == (
        {"app", "web"} if workspace else again
    )


@pytest.mark.parametrize("is_evaluated", [True, False])
def test_what_units_come_to_is_kept(is_evaluated: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of those that nobody evaluates, since they are of other stacks, or that make files."""
    made = 'generate "more" {\n  path = "more.tf"\n  contents = ""\n  if_exists = "skip"\n}\n'
    units = {**UNITS, "live/web/terragrunt.hcl": UNITS["live/web/terragrunt.hcl"] + made}
    texts = {f"/nowhere/{name}": text for name, text in units.items()}
    kept = Files(dict(texts), retained=True)
    names = [name for name in texts if name.endswith(("terragrunt.hcl", ".tf"))]
    resolved: list[str] = []

    def resolve(unit: Unit, *rest: Any) -> ResolvedUnit | None:
        resolved.append(os.path.basename(unit.folder))
        return resolve_unit(unit, *rest)

    monkeypatch.setattr(discovery, "resolve_unit", resolve)

    def read() -> list[Stack]:
        found, _ = stacks(names, kept, Inputs(boundary="/nowhere"))
        for one in found if is_evaluated else ():
            one.evaluate({})
        return list(found)

    before = read()
    assert resolved == ["app", "web"]
    assert len(read()) == len(before)
    kept.change("/nowhere/live/env.hcl", 'locals { env = "prod" }\n')
    read()
    assert resolved == ["app", "web", "app"]


def test_what_is_gone_is_let_go() -> None:
    """A call that is renamed again and again leaves nothing behind."""
    main, inner = "/nowhere/main.tf", "/nowhere/m/main.tf"
    kept = Files({main: "", inner: 'resource "t" "t" {}\noutput "o" { value = t.t.id }\n'}, True)

    def renamed(name: str) -> int:
        call = f'module "{name}" {{\n  source = "./m"\n}}\n'
        kept.change(main, f'{call}resource "t" "{name}" {{\n  x = module.{name}.o\n}}\n')
        (found,), _ = stacks([main, inner], kept, Inputs(boundary="/nowhere"))
        assert len(found.evaluate({}).resources) == 2
        gc.collect()
        return sum(issubclass(type(one), ModuleScope) for one in gc.get_objects())

    assert len({renamed(name) for name in ("a", "b", "c")}) == 1


@pytest.mark.parametrize("is_evaluated", [True, False])
def test_edits_of_what_a_unit_is_made_of(is_evaluated: bool, shown: Shown) -> None:
    """A unit of Terragrunt is made anew of what its files say now, whatever they said before."""
    texts = {
        "/nowhere/live/root.hcl": 'inputs = { x = "of the root" }\n',
        "/nowhere/live/env.hcl": 'locals { env = "dev" }\n',
        "/nowhere/live/app/terragrunt.hcl": 'include { path = "../root.hcl" }\n'
        'terraform { source = "../../modules/m" }\n'
        'inputs = { y = "own ${read_terragrunt_config("../env.hcl").locals.env}" }\n',
        "/nowhere/modules/m/main.tf": 'variable "x" {}\nvariable "y" {}\n'
        'resource "t" "t" {\n  x = var.x\n  y = var.y\n}\n',
        "/nowhere/modules/n/main.tf": 'variable "y" {}\nresource "t" "n" { y = var.y }\n',
    }

    def read(files: Files) -> tuple[list[Stack], list[str]]:
        names = [name for name in texts if name.endswith(("terragrunt.hcl", ".tf"))]
        found, errors = stacks(names, files, Inputs(boundary="/nowhere"))
        return list(found), [error.message for error in errors]

    def all_of(files: Files) -> object:
        found, errors = read(files)
        return [(one.name, described(one.evaluate({}), shown)) for one in found], errors

    wrong = []
    for name, (file, old, new) in UNIT_EDITS.items():
        kept, path = Files(dict(texts), retained=True), f"/nowhere/{file}"
        edited = {**texts, path: texts[path].replace(old, new)}
        assert edited != texts
        (all_of if is_evaluated else read)(kept)
        kept.change(path, edited[path])
        if all_of(kept) != all_of(Files(dict(edited))):
            wrong.append(name)
        (all_of if is_evaluated else read)(kept)
        kept.change(path, texts[path])
        if all_of(kept) != all_of(Files(dict(texts))):
            wrong.append(f"{name}, undone")
    assert wrong == []
