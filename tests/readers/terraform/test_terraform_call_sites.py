"""Where users change what a downloaded module writes: at the argument that brings it, or the call.

In the texts, `#<` marks the line of the user's file to which the line of the module leads that is
marked `#>`.
"""

from collections.abc import Callable

import pytest

from taskwall.core.values import Fields, Items, Span, Value
from taskwall.readers.terraform import TerraformStack, stacks
from taskwall.source.files import Files
from taskwall.source.resource import Resource
from taskwall.source.stack import Inputs

OWN = (
    'variable "a" {}\nmodule "n" {\n  source = "x/n/aws"\n  b = var.a #<\n}\n'
    '# taskwall:skip=TW101: ours\nresource "t" "y" {\n  a = var.a #>\n}\n'
)

Stack = Callable[..., TerraformStack]

CALL = 'module "m" { #<\n  source = "x/m/aws"\n}\n'


MODULES = "live/.terraform/modules"


@pytest.fixture
def installed(stack: Callable[..., TerraformStack]) -> Callable[..., TerraformStack]:
    """Makes a stack whose module `m`, and those that are named, are downloaded."""

    def made(main: str, module: str, **others: str) -> TerraformStack:
        texts = {"m": module, **others}
        folders = {name: f"/nowhere/{MODULES}/{name}" for name in texts}
        callers = ("/nowhere/live", "/nowhere/own", *folders.values())
        inputs = Inputs(
            boundary="/nowhere",
            modules={(by, name): folder for by in callers for name, folder in folders.items()},
        )
        files = {f"{MODULES}/{name}/main.tf": text for name, text in texts.items() if text}
        own = {"own/main.tf": OWN} if "../own" in main + module else {}
        return stack(main, files | own, inputs)

    return made


def marked(text: str, mark: str) -> int:
    """The line that has a mark."""
    return next(n for n, line in enumerate(text.split("\n"), 1) if mark in line)


def parts(resource: Resource) -> list[Span]:
    """The places in a resource: of what is written in it, and its header."""
    found: list[Span | None] = [resource.origin.header]
    pending: list[Value] = [resource.body]
    while pending:
        value = pending.pop()
        found.append(value.place)
        if isinstance(value, Fields):
            found += value.places.values()
            pending += value.fields.values()
        elif isinstance(value, Items):
            pending += (*value.items, *value.rest)
    return [place for place in found if place and resource.place.holds(place)]


def led(
    stack: TerraformStack, module: str, file: str, address: str | None = None
) -> tuple[str, int]:
    """The file and line to which the marked line of a module leads."""
    evaluation = stack.evaluate({})
    assert evaluation.errors == ()
    line = marked(module, "#>")
    found = [
        evaluation.user_place(resource, place)
        for resource in evaluation.resources
        if address in (None, resource.origin.address)
        for place in parts(resource)
        if place.line == line and place.file.endswith(file)
    ]
    (place,) = {(place.file, place.line) for place in found}
    return place


def call(*arguments: str) -> str:
    """A call of the module; without a mark among the arguments, it is on the call."""
    own = "" if any("#<" in argument for argument in arguments) else " #<"
    return "\n".join((f'module "m" {{{own}', '  source = "x/m/aws"', *arguments, "}\n"))


@pytest.mark.parametrize(
    ("module", "main"),
    [
        pytest.param(
            'variable "a" {}\nresource "t" "x" {\n  a = var.a #>\n}\n',
            call("  b = 1", "  a = false #<"),
            id="the argument that is the value",
        ),
        pytest.param(
            'variable "a" { default = 1 }\nresource "t" "x" {\n  a = var.a #>\n}\n',
            call("  b = 1"),
            id="the call, where the default is the value",
        ),
        pytest.param(
            'variable "a" {}\nresource "t" "x" {\n  a = 1 #>\n}\n',
            call("  a = 1"),
            id="the call, where the module decides",
        ),
        pytest.param(
            'variable "a" {}\nresource "t" "x" { #>\n  a = var.a\n}\n',
            call("  a = 1"),
            id="the call, for what is missing",
        ),
        pytest.param(
            'variable "a" {}\nresource "t" "x" {\n  b { #>\n    a = var.a\n  }\n}\n',
            call("  a = 1"),
            id="the call, for a block that lacks something",
        ),
        pytest.param(
            'variable "a" {}\nresource "t" "x" {\n  a = var.a #>\n}\n',
            call("  a = local.x #<") + "locals {\n  x = false\n}\n",
            id="the argument, where the value is written elsewhere",
        ),
        pytest.param(
            'variable "a" {}\nlocals {\n  a = upper(var.a)\n}\n'
            'resource "t" "x" {\n  a = local.a #>\n}\n',
            call("  b = 1", '  a = "http" #<'),
            id="the argument that a local rests on",
        ),
        pytest.param(
            'variable "a" {}\nvariable "b" {}\n'
            'resource "t" "x" {\n  b = var.b\n  a = var.a #>\n}\n',
            call("  b = 1", "  a = 2 #<"),
            id="the argument of this attribute, beside another's",
        ),
        pytest.param(
            'variable "a" {}\nvariable "b" {}\nresource "t" "x" {\n  c {\n    b = var.b\n  }\n'
            "  c {\n    a = var.a #>\n    b = var.b\n  }\n}\n",
            call("  b = 1", "  a = 2 #<"),
            id="the argument of an attribute of one of several blocks",
        ),
        pytest.param(
            'variable "a" {}\nvariable "b" {}\nresource "t" "x" {\n  c = {\n    b = var.b\n'
            "    a = var.a #>\n  }\n}\n",
            call("  b = 1", "  a = 2 #<"),
            id="the argument of a member of an object",
        ),
        pytest.param(
            'variable "a" {}\nvariable "b" {}\nresource "t" "x" {\n  c = [\n    var.b,\n'
            "    { p = var.a }, #>\n  ]\n}\n",
            call("  b = 1", "  a = 2 #<"),
            id="the argument of an element of a list",
        ),
        pytest.param(
            'variable "a" {}\nvariable "b" {}\nresource "t" "x" {\n'
            '  c = { for k in ["x", "y"] : k => {\n    q = var.b\n    p = var.a #>\n  } }\n}\n',
            call("  b = 1", "  a = 2 #<"),
            id="the argument of what a loop makes several of",
        ),
        pytest.param(
            'variable "a" {}\nresource "t" "x" {\n  a = var.a ? "HTTPS" : "HTTP" #>\n}\n',
            call("  a = false #<"),
            id="the argument that chooses",
        ),
        pytest.param(
            'variable "a" {}\nvariable "b" {}\n'
            'resource "t" "x" {\n  a = var.a ? upper(var.b) : 0 #>\n}\n',
            call("  a = true", '  b = "x" #<'),
            id="the argument that is chosen, before the one that chooses",
        ),
        pytest.param(
            'variable "a" {}\nvariable "b" {}\n'
            'resource "t" "x" {\n  a = var.a ? var.b : upper(var.a) #>\n}\n',
            call("  a = true", "  b = 1 #<"),
            id="the argument in which the value is written, of several",
        ),
        pytest.param(
            'variable "a" {}\nvariable "b" {}\n'
            'resource "t" "x" {\n  a = "${var.a}${var.b}" #>\n}\n',
            call('  a = "x"', '  b = "y"'),
            id="the call, where two arguments make the value",
        ),
        pytest.param(
            'variable "a" {}\nresource "t" "x" {\n  for_each = var.a\n  a = each.value.p #>\n}\n',
            call("  a = {", '    one = { p = "x" } #<', "  }"),
            id="the member of an argument that a loop goes over",
        ),
        pytest.param(
            'variable "a" {}\nresource "t" "x" { #>\n  for_each = var.a\n  a = each.value.p\n}\n',
            call("  a = {", '    one = { p = "x" } #<', "  }"),
            id="the member that makes the resource, for what is missing in it",
        ),
        pytest.param(
            'variable "a" {}\nresource "t" "x" {\n  dynamic "b" { #>\n    for_each = var.a\n'
            "    content {\n      p = b.value.p\n    }\n  }\n}\n",
            call("  a = [", "    { p = 1 }, #<", "  ]"),
            id="the element that makes a block",
        ),
        pytest.param(
            'variable "a" {}\nresource "t" "x" {\n  dynamic "b" {\n    for_each = var.a\n'
            '    iterator = it\n    content {\n      p = "${it.value}!" #>\n    }\n  }\n}\n',
            call('  a = ["x"] #<'),
            id="the argument, by the iterator of a block",
        ),
        pytest.param(
            'variable "a" {}\nvariable "p" { default = null }\nresource "t" "x" {\n'
            '  dynamic "b" {\n    for_each = [{ a = var.a, p = var.p }]\n'
            "    content {\n      p = b.value.p #>\n    }\n  }\n}\n",
            call('  a = "x"'),
            id="the call, where only another member comes from an argument",
        ),
        pytest.param(
            'variable "a" {}\nvariable "b" {}\nlocals {\n'
            "  all = { for k, v in { one = { a = var.a, b = var.b } } : k => v }\n}\n"
            'resource "t" "x" {\n  for_each = local.all\n'
            '  a = upper(lookup(each.value, "a", "")) #>\n}\n',
            call('  b = "y"', '  a = "x" #<'),
            id="the argument of a member, through locals and loops",
        ),
        pytest.param(
            'variable "a" {}\nvariable "b" {}\n'
            'resource "t" "x" {\n  for_each = toset(var.a)\n  a = "${each.key}${var.b.p}" #>\n}\n',
            call('  a = ["x"] #<'),
            id="the argument whose elements are keys",
        ),
        pytest.param(
            'variable "a" {}\nvariable "b" {}\n'
            'resource "t" "x" {\n  count = length(var.b)\n'
            "  a = upper(element(concat(var.a, []), count.index)) #>\n}\n",
            call('  b = ["x"]', '  a = ["x"] #<'),
            id="the argument of which an element is taken",
        ),
        pytest.param(
            'variable "a" {}\nresource "t" "x" {\n  a = [for k in var.a : "${k}/32"] #>\n}\n',
            call('  a = ["x"] #<'),
            id="the argument that a for expression goes over",
        ),
        pytest.param(
            'variable "a" {}\nresource "t" "x" {\n  for_each = var.a\n'
            "  a = upper(each.value.p) #>\n}\n",
            call("  a = {", "    one = {", "      q = 1", "      p = local.x #<", "    }", "  }")
            + 'locals {\n  x = "x"\n}\n',
            id="the part of a member, where the value is written elsewhere",
        ),
        pytest.param(
            'variable "a" {}\nresource "t" "x" {\n  for_each = var.a\n'
            '  a = "${upper(each.value.p)}${upper(each.value.q)}" #>\n}\n',
            call(
                "  a = { #<",
                "    one = {",
                "      p = local.x",
                "      q = local.x",
                "    }",
                "  }",
            )
            + 'locals {\n  x = "x"\n}\n',
            id="the argument, where two parts of a member make the value",
        ),
        pytest.param(
            'variable "a" {}\nvariable "c" { default = true }\nresource "t" "x" { #>\n'
            "  count = var.c ? length(var.a) : 0\n  a = 1\n}\n",
            call("  c = true", '  a = ["x"] #<'),
            id="the list whose length makes the resource",
        ),
        pytest.param(
            'variable "c" {}\nresource "t" "x" { #>\n  count = var.c ? 1 : 0\n  a = 1\n}\n',
            call("  c = true"),
            id="the call, where an argument only says that there is one",
        ),
    ],
)
def test_the_users_place(installed: Stack, module: str, main: str) -> None:
    """What a downloaded module writes is told at the call that brings it."""
    made = installed(main, module)
    place = led(made, module, "m/main.tf")
    assert place == ("/nowhere/live/main.tf", marked(main, "#<"))


def test_the_member_of_each_instance(installed: Stack) -> None:
    """Of members that a loop goes over, each resource is told at that of its key."""
    module = (
        'variable "a" {}\nresource "t" "x" {\n  for_each = var.a\n  a = upper(each.value.p) #>\n}\n'
    )
    main = call(
        "  a = {",
        "    one = {",
        "      p = local.x",
        "    }",
        "    two = {",
        "      p = local.x #<",
    )
    main = main.removesuffix("}\n") + '    }\n  }\n}\nlocals {\n  x = "x"\n}\n'
    made = installed(main, module)
    assert led(made, module, "m/main.tf", 'module.m.t.x["two"]')[1] == marked(main, "#<")
    assert led(made, module, "m/main.tf", 'module.m.t.x["one"]')[1] == marked(main, "#<") - 3


def test_a_block_that_does_not_say_how_many_it_makes(installed: Stack) -> None:
    """A place in it leads to the argument that is used there, else to the call."""
    module = 'variable "a" {}\nresource "t" "x" {\n  dynamic "b" {\n'
    module += "    content {\n      p = var.a\n    }\n  }\n}\n"
    evaluation = installed(call('  a = "x"'), module).evaluate({})
    (resource,) = evaluation.resources
    file = resource.origin.header.file
    leads = [evaluation.user_place(resource, Span(file, n, 7, n, 16)).line for n in (3, 5)]
    assert leads == [1, 3]


def test_through_modules_that_are_nested(installed: Stack) -> None:
    """Arguments are followed from call to call, out of all that is downloaded."""
    inner = 'variable "b" {}\nresource "t" "x" {\n  b = upper(var.b) #>\n}\n'
    outer = 'variable "a" {}\nmodule "n" {\n  source = "x/n/aws"\n  b = var.a\n}\n'
    main = call("  c = 1", '  a = "x" #<')
    place = led(installed(main, outer, n=inner), inner, "n/main.tf")
    assert place == ("/nowhere/live/main.tf", marked(main, "#<"))


def test_up_to_the_first_file_that_users_edit(installed: Stack) -> None:
    """A module of the user's own that calls a downloaded one is where it is told."""
    inner = 'variable "b" {}\nresource "t" "x" {\n  b = var.b #>\n}\n'
    main = 'module "own" {\n  source = "../own"\n  a = false\n}\n'
    place = led(installed(main, "", n=inner), inner, "n/main.tf")
    assert place == ("/nowhere/own/main.tf", marked(OWN, "#<"))


def test_each_call_has_its_own(installed: Stack) -> None:
    """Of a module that is called twice, each instance is told at its own call."""
    module = 'variable "a" {}\nresource "t" "x" {\n  a = var.a #>\n}\n'
    main = 'module "n" {\n  source = "x/n/aws"\n  a = 1\n}\n' + call("  a = 2 #<")
    made = installed(main, module, n=module)
    assert led(made, module, "m/main.tf", "module.m.t.x")[1] == marked(main, "#<")
    assert led(made, module, "n/main.tf", "module.n.t.x")[1] == 3


def test_what_users_edit_stays_where_it_is(installed: Stack) -> None:
    """Neither a root nor a local module is downloaded."""
    main = 'module "own" {\n  source = "../own"\n  a = 1\n}\n'
    place = led(installed(main, "", n="\n"), OWN, "own/main.tf")
    assert place == ("/nowhere/own/main.tf", marked(OWN, "#>"))


def test_local_modules_of_what_is_downloaded(installed: Stack) -> None:
    """A path that leads to a copy of a tool leads to nothing that users edit."""
    module = 'variable "a" {}\nresource "t" "x" {\n  a = var.a #>\n}\n'
    main = 'module "z" {\n  source = "./.terraform/modules/m"\n  a = 1 #<\n}\n'
    place = led(installed(main, module), module, "m/main.tf")
    assert place == ("/nowhere/live/main.tf", marked(main, "#<"))


def test_folders_of_the_settings(stack: Stack) -> None:
    """A folder that the settings name is the user's own within the repository, and else a copy."""
    module = 'resource "t" "x" {\n  a = 1 #>\n}\n'
    for boundary, line in (("/nowhere", 2), ("/nowhere/live", 1)):
        inputs = Inputs(
            boundary=boundary,
            modules={("/nowhere/live", "m"): "/nowhere/vendor/m"},
            module_sources={"x/m/aws": "/nowhere/vendor/m"},
        )
        made = stack(CALL, {"vendor/m/main.tf": module}, inputs)
        assert led(made, module, "m/main.tf")[1] == line


@pytest.mark.parametrize("gone", ["main.tf", f"{MODULES[5:]}/m/main.tf"])
def test_what_is_no_longer_written(gone: str) -> None:
    """Of what an edit has taken out since it was evaluated, the call is the place that is left."""
    main = 'module "m" {\n  source = "x/m/aws"\n  a = 1\n}\n'
    module = 'variable "a" {}\nresource "t" "x" {\n  a = var.a\n}\n'
    live, folder = "/nowhere/live", f"/nowhere/{MODULES}/m"
    files = Files({f"{live}/main.tf": main, f"{folder}/main.tf": module}, retained=True)
    inputs = Inputs(boundary="/nowhere", modules={(live, "m"): folder})
    found = next(one for one in stacks([*files.held], files, inputs)[0] if one.name == live)
    evaluation = found.evaluate({})
    (resource,) = evaluation.resources
    files.change(f"{live}/{gone}", "locals {}\n")
    left = evaluation.user_place(resource, resource.body.places["a"])
    place = evaluation.line_map.apply(left)
    assert (place.file, place.line) == (f"{live}/main.tf", 1)


def test_errors_and_suppressions_of_a_downloaded_module(installed: Stack) -> None:
    """An error in it is told at the call, with where it is; a suppression in it does not count."""
    module = (
        "# taskwall:skip=TW101: they know better\n"
        '# taskwall:skip=TW102\nresource "t" "x" {\n  a = 1\n  a = 2\n}\n'
    )
    evaluation = installed(CALL, module).evaluate({})
    (error,) = evaluation.errors
    assert (error.place.file, error.place.line) == ("/nowhere/live/main.tf", 1)
    assert error.message.endswith("(main.tf:5 of module.m, which is downloaded)")
    (skip,) = evaluation.suppressions
    assert (skip.rule, skip.downloaded) == ("TW101", True)


def test_a_module_that_is_absent_in_a_downloaded_one(installed: Stack) -> None:
    """What it calls and was not fetched is told at the call as well."""
    module = 'module "gone" {\n  source = "x/gone/aws"\n}\n'
    (absent,) = installed(CALL, module).evaluate({}).absent
    assert absent.name == "module.m.module.gone"
    assert (absent.place.file, absent.place.line) == ("/nowhere/live/main.tf", 1)


@pytest.mark.parametrize("order", [1, -1])
def test_a_module_that_is_called_both_ways(installed: Stack, order: int) -> None:
    """What users edit stays theirs, whoever calls it beside them, before or after."""
    module = 'module "own" {\n  source = "../../../../own"\n  a = 1\n}\n'
    main = "".join([CALL, 'module "z" {\n  source = "../own"\n  a = 1\n}\n'][::order])
    skips = installed(main, module, n="\n").evaluate({}).suppressions
    assert [skip.downloaded for skip in skips] == [False]


DECLARED = """
variable "a" { default = null }
variable "b" { default = null }
variable "c" { default = null }
locals {
  a    = var.a
  m    = { p = var.a, q = var.b }
  both = concat(var.a, var.b)
  each = [for x in var.a : x]
}
"""
GIVEN = """
locals {
  l = ["x", "y"]
  m = { k = { p = "x", q = "y" } }
  s = "x"
  t = true
}
"""
RESTS: list[tuple[str, str, str, list[str]]] = [
    ("", "upper(var.a[0])", "local.l", ["a"]),
    ("", "element(var.a, 0)", "local.l", ["a"]),
    ("", "one(slice(var.a, 0, 1))", "local.l", ["a"]),
    ("", 'join(",", var.a)', "local.l", ["a"]),
    ("", "join(var.b, var.a)", "local.l", ["call"]),
    ("", "length(var.a)", "local.l", ["a"]),
    ("", "upper(var.a.k.p)", "local.m", ["a"]),
    ("", "upper(keys(var.a)[0])", "local.m", ["a"]),
    ("", "keys(var.a)", "local.m", ["a"]),
    ("", "values(var.a)[0].p", "local.m", ["a"]),
    ("", 'lookup(var.a, "k", var.b).p', "local.m", ["call"]),
    ("", 'lookup(var.a.k, "z", var.b)', "local.m", ["call"]),
    ("", "lookup(var.a, var.b, null)", "local.m", ["a", "call"]),
    ("", "[for k, v in var.a : upper(k)]", "local.m", ["a"]),
    ("", "[for k, v in var.a : upper(v.p)]", "local.m", ["a"]),
    ("", "{ for k, v in var.a : upper(k) => var.b }", "local.m", ["b"]),
    ("", "{ for k, v in var.a : upper(k) => upper(var.b) }", "local.m", ["b"]),
    ("", "flatten([var.a])", "local.l", ["a"]),
    ("", "flatten([for k in var.a : [upper(k)]])", "local.l", ["a"]),
    ("", "concat(var.a, [])", "local.l", ["a"]),
    ("", "concat(var.a, [var.b])", "local.l", ["b", "call"]),
    ("", 'var.c ? upper(var.b) : "z"', "local.l", ["b"]),
    ("", 'var.c ? "y" : "z"', "local.l", ["c"]),
    ("", "var.c ? upper(var.b) : upper(var.a[0])", "local.l", ["call"]),
    ("", "[upper(var.b)]", "local.l", ["b"]),
    ("", "{ p = upper(var.b), q = 1 }", "local.l", ["b", "call"]),
    ("", "{ p = upper(var.b), q = upper(var.a[0]) }", "local.l", ["a", "b", "call"]),
    ("", "{ p = upper(var.b), q = upper(var.a[0]) }.p", "local.l", ["b"]),
    ("", '"${upper(var.b)}-x"', "local.l", ["b"]),
    ("", "(var.b)", "local.l", ["b"]),
    ("", "upper(local.m.q)", "local.l", ["b"]),
    ("", "upper(local.a[0])", "local.l", ["a"]),
    ("", "local.both", "local.l", ["call"]),
    ("", "upper(local.each[0])", "local.l", ["a"]),
    ("", 'upper("z")', "local.l", ["call"]),
    ("", "upper(data.x.y.z)", "local.l", ["call"]),
    ("", 'coalesce(var.b, "z")', "local.l", ["b"]),
    ("", 'try(var.b, "z")', "local.l", ["b"]),
    ("", "distinct(var.a)", "local.l", ["a"]),
    ("", "sort(var.a)", "local.l", ["a"]),
    ("", "merge(var.a, {})", "local.m", ["a"]),
    ("", "merge(var.a, { z = var.b })", "local.m", ["b", "call"]),
    ("", "merge(var.a, { z = var.b }).k.p", "local.m", ["a"]),
    ("", "tolist(var.a)[0]", "local.l", ["a"]),
    ("", 'format("%s-%s", var.b, "x")', "local.l", ["b"]),
    ("", 'format("%s-%s", var.b, var.a[0])', "local.l", ["call"]),
    ("", 'var.b == "x"', "local.l", ["b"]),
    ("", "!var.c", "local.l", ["c"]),
    ("", "var.a[*]", "local.l", ["a"]),
    ("", "values(var.a)[*].p", "local.m", ["a"]),
    ("", 'var.a["k"]["p"]', "local.m", ["a"]),
    ("", "jsonencode(var.a)", "local.m", ["a"]),
    ("", "jsonencode({ a = var.b })", "local.l", ["b"]),
    ("", 'split(",", var.b)', "local.l", ["b"]),
    ("", 'replace(var.b, "x", "y")', "local.l", ["b"]),
    ("", "sensitive(var.b)", "local.l", ["b"]),
    ("", "setunion(var.a, [])", "local.l", ["a"]),
    ("", "reverse(var.a)", "local.l", ["a"]),
    ("", "compact(var.a)", "local.l", ["a"]),
    ("", "tomap(var.a)", "local.m", ["a"]),
    ("", "defaults(var.a, {})", "local.m", ["a"]),
    ("", "coalescelist(var.a, [])", "local.l", ["a"]),
    ("", "toset(var.a)", "local.l", ["a"]),
    ("", "nonsensitive(var.b)", "local.l", ["b"]),
    ("", "values({ z = var.b })", "local.l", ["b"]),
    ("for_each = var.a", "each.value.p", "local.m", ["a"]),
    ("for_each = var.a", "each.key", "local.m", ["a"]),
    ("for_each = var.a", "upper(each.key)", "local.m", ["a"]),
    ("for_each = toset(var.a)", "upper(each.value)", "local.l", ["a"]),
    ("for_each = { for k, v in var.a : k => v }", "upper(each.value.q)", "local.m", ["a"]),
    ("for_each = { for k, v in var.a : v.p => k }", "upper(each.key)", "local.m", ["a"]),
    ("count = length(var.a)", "upper(var.a[count.index])", "local.l", ["a"]),
    ("count = length(var.a)", '"${count.index}"', "local.l", ["a"]),
    ("count = var.c ? 1 : 0", "upper(var.b)", "local.l", ["b"]),
    ("count = var.c ? 1 : 0", '"z"', "local.l", ["call"]),
    ("for_each = var.a", '"z"', "local.m", ["call"]),
    ("for_each = var.a", "{ for k, v in each.value : k => upper(v) }", "local.m", ["a"]),
]


@pytest.mark.parametrize(("meta", "expression", "given", "expected"), RESTS)
def test_on_which_argument_an_expression_rests(
    installed: Stack, meta: str, expression: str, given: str, expected: list[str]
) -> None:
    """Where what it gives is written elsewhere: the one argument, for each part, or the call."""
    module = f'{DECLARED}resource "t" "x" {{\n  {meta}\n  v = {expression} #>\n}}\n'
    arguments = {"a": given, "b": "local.s", "c": "local.t"}
    main = GIVEN + call(*(f"  {name} = {value} #{name}" for name, value in arguments.items()))
    lines = {marked(main, f"#{name}"): name for name in arguments}
    evaluation = installed(main, module).evaluate({})
    assert evaluation.errors == ()
    line = marked(module, "#>")
    found = {
        lines.get(evaluation.user_place(resource, place).line, "call")
        for resource in evaluation.resources
        for place in parts(resource)
        if place.line == line and place.file.endswith("m/main.tf")
    }
    assert sorted(found) == expected
