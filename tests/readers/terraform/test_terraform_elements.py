"""What stands between brackets or behind a dot: which element it means, and why it means none."""

from collections.abc import Callable

import pytest

from taskwall.core.values import Value, needs
from taskwall.source.stack import Evaluation

OPEN, LIST, MAP = (f"var.{name} has no default" for name in ("open", "l", "m"))
LATER = "is known only after apply"
FEW = "{ for k in var.l : k => 1 }"

ELEMENTS: list[tuple[str, object, str]] = [
    # Lists
    ("[1, 2][1]", 2, ""),
    ('[1, 2]["1"]', 2, ""),
    ("[1, 2][1.0]", 2, ""),
    ("[1, 2][0.5]", "<?>", "the expression[0.5] fails: an index is not a whole number"),
    ('[1, 2]["x"]', "<?>", 'the expression["x"] fails: the value is not a number'),
    ("[1, 2][2]", "<?>", "the expression[2] fails: the element [2] does not exist: there are 2"),
    (
        "[1, 2][-1]",
        "<?>",
        "the expression[the expression] fails: the element [-1] does not exist: there are 2",
    ),
    ("[[1, 2], [3]][0][1]", 2, ""),
    ("[1, 2][var.open]", "<?>", OPEN),
    ("[1, 1][var.open]", 1, ""),
    ("[1][var.open]", 1, ""),
    (
        "[][var.open]",
        "<?>",
        "the expression[var.open] fails: an element is read from something empty",
    ),
    ("[{ a = 1 }, { a = 1, b = 2 }][var.open].a", 1, ""),
    ('toset(["a"])[0]', "a", ""),
    ('toset(["a", "b"])[0]', "<?>", "a set has its elements in no order"),
    ("var.l[0]", "<var.l[0]>", LIST),
    ("var.l[var.open]", "<var.l[var.open]>", LIST),
    # Maps
    ('{ a = 1 }["a"]', 1, ""),
    ("{ a = 1 }.a", 1, ""),
    ("{ 1 = 2 }[1]", 2, ""),
    ("{ true = 2 }[true]", 2, ""),
    ('{ a = 1 }["b"]', "<?>", 'the expression["b"] fails: the key "b" does not exist'),
    ("{ a = 1 }.b", "<?>", "the expression.b fails: b is not an attribute of this object"),
    ("{ a = 1 }[null]", "<?>", "the expression[null] fails: a key is null"),
    ("{ a = 1 }[var.open]", 1, ""),
    ("{ a = 1, b = 2 }[var.open]", "<?>", OPEN),
    ("{ a = 1, b = 1 }[var.open]", 1, ""),
    (
        "{}[var.open]",
        "<?>",
        "the expression[var.open] fails: an element is read from something empty",
    ),
    ("var.m.a", "<var.m.a>", MAP),
    ('var.m["a"]', '<var.m["a"]>', MAP),
    ('var.m["a\\"b"]', '<var.m["a\\"b"]>', MAP),
    ("var.m[5]", "<var.m[5]>", MAP),
    ("var.m[true]", "<var.m[true]>", MAP),
    ("var.m[var.open]", "<var.m[var.open]>", MAP),
    ("var.m[var.l[0]]", "<var.m[var.l[0]]>", MAP),
    # Maps with members that are not known one by one
    (f"{FEW}[var.open]", 1, ""),
    (f'{FEW}["a"]', "<?>", LIST),
    (f'{FEW}["a-${{var.open}}"]', 1, ""),
    ('merge(var.m, { a = 1 })["a"]', 1, ""),
    ('merge(var.m, { a = 1 })["b"]', "<var.m[*]>", MAP),
    ('merge(var.m, { a = 1 })["b-${var.open}"]', "<var.m[*]>", MAP),
    ('merge(var.m, { a = 1 })["a${var.open}"]', "<?>", OPEN),
    ("merge(var.m, { a = 1 })[var.open]", "<?>", OPEN),
    ('zipmap(["a", "b-${var.open}"], [1, 2])["b-${var.open}"]', 2, ""),
    ('zipmap(["a", "b-${var.open}"], [1, 2])["a"]', 1, ""),
    ('zipmap(["a", "b-${var.open}"], [1, 2])[var.open]', "<?>", OPEN),
    ("merge(var.m, { a = 1 })[var.open][var.open]", "<?>", OPEN),
    ("var.m[var.open][var.open]", "<var.m[var.open][var.open]>", MAP),
    # What a resource writes
    ("t.other.x.written", 1, ""),
    ("t.other.x.nothing", "<t.other.x.nothing>", f"t.other.x.nothing {LATER}"),
    ('t.other.x["nothing"]', '<t.other.x["nothing"]>', f't.other.x["nothing"] {LATER}'),
    ("t.other.x.unwritten", "<t.other.x.unwritten>", f"t.other.x.unwritten {LATER}"),
    # What has no elements
    ("null[0]", "<?>", "null[0] fails: an element is read from null"),
    ('"s"[0]', "<?>", '"s"[0] fails: an element is read from a string'),
    ("(5)[0]", "<?>", "5[0] fails: an element is read from a string"),
    ("jsonencode([1])[0]", "<?>", "jsonencode(...)[0] fails: an element is read from a string"),
    (
        "jsonencode([var.open])[0]",
        "<?>",
        "jsonencode(...)[0] fails: an element is read from a string",
    ),
    ("jsondecode(jsonencode([1]))[0]", 1, ""),
    ("jsondecode(jsonencode({ a = var.open })).a", "<var.open>", OPEN),
    ("[null][0].a", "<?>", "the expression[0].a fails: a is read from null"),
    ('"s".a', "<?>", '"s".a fails: a is read from something that has no attributes'),
    ("[1].a", "<?>", "the expression.a fails: a is read from something that has no attributes"),
]


@pytest.mark.parametrize(("expression", "expected", "why"), ELEMENTS)
def test_which_element_is_meant(
    expression: str,
    expected: object,
    why: str,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """Of several that may be meant, what they have in common is known."""
    source = 'variable "open" {}\nvariable "l" { type = list(string) }\n'
    source += (
        f'variable "m" {{ type = map(string) }}\nresource "t" "t" {{\n  x = {expression}\n}}\n'
    )
    source += 'resource "t" "other" {\n  x = { written = 1, nothing = null }\n}\n'
    found = evaluated(source).resources[0].body.fields["x"]
    assert (shown(found), "; ".join(map(str, needs(found)))) == (expected, why)


ALWAYS = [
    *("arn", "arn_suffix", "default_network_acl_id", "default_route_table_id"),
    *("default_security_group_id", "dns_name", "id", "main_route_table_id", "owner_id"),
    *("primary_network_interface_id", "repository_url", "zone_id"),
]
PERHAPS = ["description", "tags.Name", "outputs.id", "public_ip", "value"]


@pytest.mark.parametrize("attribute", [*ALWAYS, *PERHAPS])
def test_what_aws_gives_to_everything_is_not_empty(
    attribute: str, evaluated: Callable[..., Evaluation], shown: Callable[[Value], object]
) -> None:
    """Ids, names and owners are there when it is; of others it is open whether they are."""
    source = f'resource "a" "a" {{}}\nresource "t" "t" {{\n  x = a.a.{attribute} == ""\n}}\n'
    found = evaluated(source).resources[-1].body.fields["x"]
    open_ = f"<a.a.{attribute} == ''>"
    assert shown(found) == (False if attribute in ALWAYS else open_)
