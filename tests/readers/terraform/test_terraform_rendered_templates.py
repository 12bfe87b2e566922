"""What data sources that fill in templates give, of what is written with them."""

from collections.abc import Callable

import pytest

from taskwall.core.values import Value, needs
from taskwall.source.stack import Evaluation

Evaluated = Callable[..., Evaluation]
Shown = Callable[[Value], object]
OPEN = "var.open has no default"


def rendered(evaluated: Evaluated, template: str, written: str, kind: str = "data") -> Value:
    """What a template gives, with what is written beside it."""
    name = ("data." if kind == "data" else "") + "template_file.t.rendered"
    text = f"""
    variable "open" {{}}
    {kind} "template_file" "t" {{
      template = {template}
      {written}
    }}
    resource "t" "t" {{ x = {name} }}
    """
    others = {"live/user.tpl": "file of ${name}", "live/two.tpl": "a\n${name}"}
    found = evaluated(text, others)
    return next(one for one in found.resources if one.type == "t").body.fields["x"]


@pytest.mark.parametrize(
    ("template", "written", "expected"),
    [
        ('"plain"', "", "plain"),
        ('"plain"', "vars = null", "plain"),
        ('"plain"', "vars = {}", "plain"),
        ("1", "", "1"),
        ("true", "", "true"),
        ('"$${name}"', "vars = { name = 1 }", "1"),
        ('"$${name}"', 'vars = { name = "$${other}" }', "${other}"),
        ('"$${upper(name)}"', 'vars = { name = "x" }', "X"),
        ('"$${name}"', "vars = { name = var.open }", "<var.open>"),
        ('"a-$${name}"', "vars = { name = var.open, other = 1 }", "a-<var.open>"),
        ('"$${name}"', 'vars = merge({ name = "a" }, { name = "b" })', "b"),
        ('file("${path.module}/user.tpl")', 'vars = { name = "x" }', "file of x"),
    ],
)
def test_what_a_template_gives(
    template: str, written: str, expected: str, evaluated: Evaluated, shown: Shown
) -> None:
    """It is a text, whatever is put into it."""
    assert shown(rendered(evaluated, template, written)) == expected


@pytest.mark.parametrize(
    ("template", "written", "waits"),
    [
        ("var.open", "", OPEN),
        ('"$${name}"', "vars = var.open", OPEN),
        ('"$${name}"', 'vars = merge({ name = "x" }, var.open)', OPEN),
        ('"$${other}"', 'vars = merge(var.open, { name = "x" })', OPEN),
        ('"$${name}"', "vars = { (var.open) = 1 }", OPEN),
        ('"$${name}"', "vars = { for k in var.open : k => 1 }", OPEN),
        ('"$${name}"', "vars = { for k in [1] : var.open => 1 }", OPEN),
        ('"$${name}"', "vars = { for k in [1] : k => 1 if var.open }", OPEN),
        ('"$${name}"', "", "name is not declared"),
        ('"$${name}"', "vars = { other = 1 }", "name is not declared"),
        ('"$${path.module}"', "", "path.module fails: path.module is not declared"),
        ('"$${name}"', 'vars = "x"', "vars is not a map"),
        ('"$${name}"', 'vars = ["x"]', "vars is not a map"),
        ("null", "", "an argument is null"),
        ('["x"]', "", "a list or map is not a string"),
    ],
)
def test_what_a_template_waits_for(
    template: str, written: str, waits: str, evaluated: Evaluated
) -> None:
    """Where it is not known what is filled in, or with what, all of it says why."""
    found = rendered(evaluated, template, written)
    assert [str(need) for need in needs(found)] == [waits]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('"user.tpl"', "file of x"),
        ('"${path.module}/user.tpl"', "file of x"),
        ('"${path.module}/none.tpl"', "./none.tpl"),
        ('file("${path.module}/two.tpl")', "a\nx"),
        ('"$${name}"', "x"),
        ('"${var.open} $${name}"', "<?>"),
    ],
)
def test_a_template_that_is_a_resource(
    template: str, expected: str, evaluated: Evaluated, shown: Shown
) -> None:
    """Its first provider had it so: there it may be the path of a file, too."""
    found = rendered(evaluated, template, 'vars = { name = "x" }', "resource")
    assert shown(found) == expected
