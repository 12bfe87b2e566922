"""Paths into resources, and what resources are called beside others."""

import json

import pytest

from taskwall.core.change import (
    NewResource,
    NewValue,
    Placeholder,
    ResourceAttribute,
    SourceCode,
)
from taskwall.core.values import Fields, Items, Known, Reference, Unknown, Value, lifted
from taskwall.fixes.new_resource import added_names, resource_code
from taskwall.fixes.references import local_name, module_prefix, outer_modules, referred_from
from taskwall.fixes.refused import RefusedError
from taskwall.fixes.steps import END, PathStep, below, nested, path_steps, value_at


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("", ()),
        ("a", ("a",)),
        ("a.b-c.D", ("a", "b-c", "D")),
        ("a[0].b[12]", ("a", 0, "b", 12)),
        ('a["b.c"].d', ("a", "b.c", "d")),
        ('a["b[0]"]', ("a", "b[0]")),
        ("a.b[+]", ("a", "b", END)),
        ('["x"]', ("x",)),
    ],
)
def test_the_steps_of_a_path(path: str, steps: tuple[PathStep, ...]) -> None:
    """Keys, indexes, and the end of a list."""
    assert path_steps(path) == steps


@pytest.mark.parametrize("path", ["a[*]", "a[*].b", "a.b[*][0]"])
def test_no_steps_through_what_may_be_there(path: str) -> None:
    """Of an element that a list may or may not hold nobody knows the text."""
    with pytest.raises(RefusedError):
        path_steps(path)


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ((), 1),
        (("a",), {"a": 1}),
        (("a", "b"), {"a": {"b": 1}}),
        (("a", END), {"a": 1}),
        (("a", 0), None),
        ((0, "a"), None),
    ],
)
def test_what_is_written_below_keys(path: tuple[PathStep, ...], made: NewValue) -> None:
    """At the end of a list that is not there the value is the list; an index asks for others."""
    if made is not None:
        assert nested(path, 1) == made
    else:
        with pytest.raises(RefusedError):
            nested(path, 1)


OPEN = Unknown(())
BODY = Fields(
    {
        "list": lifted(["a", "b"]),
        "one": lifted([{"k": 1}]),
        "deep": lifted([[{"k": 2}]]),
        "map": lifted({"k": {"l": 3}}),
        "scalar": Known(4),
        "text": Known("abc"),
        "reference": Reference("t_t.r", "k", lifted({"k": 5})),
        "dangling": Reference("t_t.r", "k"),
        "unknown": OPEN,
        "more": Items((Known(6),), (OPEN,)),
        "some": Fields({"k": Known(7)}, rest=OPEN),
    }
)
REFUSED = object()


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("scalar", 4),
        ("list[0]", "a"),
        ("list[1]", "b"),
        ("list[2]", None),
        ("list.k", REFUSED),
        ("one[0].k", 1),
        ("one.k", 1),
        ("one.l", None),
        ("deep.k", 2),
        ("map.k.l", 3),
        ("map.l", None),
        ("map.l.k", REFUSED),
        ("map[0]", REFUSED),
        ("nothing", None),
        ("scalar.k", REFUSED),
        ("text[0]", REFUSED),
        ("reference.k", 5),
        ("dangling.k", REFUSED),
        ("unknown.k", REFUSED),
        ("more[0]", REFUSED),
        ("more.k", REFUSED),
        ("some.k", REFUSED),
        ("list[+]", None),
    ],
)
def test_what_is_at_a_path(path: str, found: object) -> None:
    """A list of one is its element; what is known in part is not known."""
    if found is REFUSED:
        with pytest.raises(RefusedError):
            value_at(BODY, path)
    else:
        value = value_at(BODY, path)
        assert (value.data if isinstance(value, Known) else value) == found


@pytest.mark.parametrize("value", [None, Known(None), OPEN, Items(()), Items((), (OPEN,))])
def test_nothing_is_below_what_is_no_map(value: Value | None) -> None:
    """Also of a list without elements, which may be a block that can be written."""
    with pytest.raises(RefusedError):
        below(value, "k")


NAMES = [
    ("t_t.x", "t_t.y", "t_t.x"),
    ("t_t.x[0]", "t_t.y", "t_t.x[0]"),
    ('t_t.x["a.b"]', "t_t.y", 't_t.x["a.b"]'),
    ("t_t.x[*]", "t_t.y", "t_t.x[*]"),
    ("data.t_t.x", "t_t.y", "data.t_t.x"),
    ("module.m.t_t.x", "module.m.t_t.y", "t_t.x"),
    ("module.m.t_t.x", "module.n.t_t.y", ""),
    ("module.m.t_t.x", "t_t.y", ""),
    ("t_t.x", "module.m.t_t.y", ""),
    ('module.m["a"].t_t.x', 'module.m["a"].t_t.y', "t_t.x"),
    ('module.m["a"].t_t.x', 'module.m["b"].t_t.y', ""),
    ("module.m[0].module.n.t_t.x", "module.m[0].module.n.t_t.y", "t_t.x"),
    ("module.m[0].module.n.t_t.x", "module.m[0].t_t.y", ""),
    ("var.x", "t_t.y", ""),
    ("vpc-1", "t_t.y", ""),
    ("", "t_t.y", ""),
]


@pytest.mark.parametrize(("address", "near", "name"), NAMES)
def test_what_a_resource_is_called_in_terraform(address: str, near: str, name: str) -> None:
    """In its own module by its type and name; in another one it cannot be called."""
    assert local_name(address, near, "terraform") == name


@pytest.mark.parametrize(
    ("address", "near", "name"),
    [
        ("Vpc", "Group", "Vpc"),
        ("Net/Vpc", "Net/Group", "Vpc"),
        ("Net/Vpc", "Group", ""),
        ("Vpc", "Net/Group", ""),
        ("Net/Inner/Vpc", "Net/Group", ""),
        ("Net/Vpc", "Network/Group", ""),
        ("vpc-1", "Group", ""),
        ("", "Group", ""),
    ],
)
def test_what_a_resource_is_called_in_a_template(address: str, near: str, name: str) -> None:
    """In its own template by its logical id."""
    assert local_name(address, near, "cloudformation") == name


@pytest.mark.parametrize(
    ("address", "calls"),
    [
        ("t_t.x", []),
        ("data.t_t.x", []),
        ("module.m.t_t.x", ["module.m."]),
        ('module.m["a.b"].module.n[1].t_t.module', ['module.m["a.b"].', "module.n[1]."]),
    ],
)
def test_the_calls_of_an_address(address: str, calls: list[str]) -> None:
    """All of them, or the first ones."""
    assert module_prefix(address) == "".join(calls)
    assert outer_modules(address, 0) == ""
    assert outer_modules(address, 1) == "".join(calls[:1])
    assert outer_modules(address, 2) == "".join(calls[:2])


ID, REF = ResourceAttribute("t_t.x", "id"), ResourceAttribute("X", "id")
ATTRIBUTE = ResourceAttribute("X", "arn", "Out.Arn")
AWAY = ResourceAttribute("module.m.t_t.x", "id")
EVERY = ResourceAttribute("module.m.t_t.x[*]", "id")
IN_HCL = SourceCode("t_t.x.id")
IN_YAML = SourceCode("!Ref X", '{"Ref": "X"}')


@pytest.mark.parametrize(
    ("language", "wanted", "made"),
    [
        ("terraform", 1, 1),
        ("terraform", "t_t.x.id", "t_t.x.id"),
        ("terraform", ID, IN_HCL),
        ("terraform", ResourceAttribute("t_t.x[*]", "id"), SourceCode("t_t.x[*].id")),
        ("terraform", {"a": ID, "b": 1}, {"a": IN_HCL, "b": 1}),
        ("terraform", (ID, {"a": ID}), (IN_HCL, {"a": IN_HCL})),
        ("terraform", NewResource("t", "n", {"a": ID}), NewResource("t", "n", {"a": IN_HCL})),
        ("terraform", AWAY, Placeholder("id of module.m.t_t.x")),
        ("terraform", (AWAY, 1), (Placeholder("id of module.m.t_t.x"), 1)),
        ("terraform", EVERY, (Placeholder("id of module.m.t_t.x[*]"),)),
        ("cloudformation", REF, IN_YAML),
        ("cloudformation", {"A": (REF,)}, {"A": (IN_YAML,)}),
        (
            "cloudformation",
            ATTRIBUTE,
            SourceCode("!GetAtt X.Out.Arn", json.dumps({"Fn::GetAtt": ["X", "Out.Arn"]})),
        ),
        ("cloudformation", ResourceAttribute("N/X", "id", "Arn"), Placeholder("id of N/X")),
    ],
)
def test_a_value_that_refers_to_resources(language: str, wanted: NewValue, made: NewValue) -> None:
    """They are called as beside the resource; what cannot be is left to the user."""
    near = "t_t.y" if language == "terraform" else "Y"

    assert referred_from(wanted, near, language) == made


ADDED = NewResource("T::N", "New", {"B": 1, "DependsOn": ("Other",)})
HCL = 'resource "t_n" "a" {\n  b = 1\n}\n\nresource "t_m" "c" {\n  name = "resource"\n}'
YAML = "A:\n  Type: T::N\n  Properties:\n    B: 1\nC:\n  Type: T::M"


@pytest.mark.parametrize(
    ("added", "language", "names", "code"),
    [
        (SourceCode(HCL), "terraform", ["t_n.a", "t_m.c"], HCL),
        (SourceCode(YAML), "cloudformation", ["A", "C"], YAML),
        (
            NewResource("t_n", "a", {"b": 1, "long": "c"}), "terraform", ["t_n.a"],
            'resource "t_n" "a" {\n  b    = 1\n  long = "c"\n}',
        ),
        (
            ADDED, "cloudformation", ["New"],
            "New:\n  Type: T::N\n  DependsOn:\n    - Other\n  Properties:\n    B: 1",
        ),
    ],
    ids=["HCL", "YAML", "parts in HCL", "parts in YAML"],
)  # fmt: skip
def test_resources_that_are_added(
    added: NewValue, language: str, names: list[str], code: str
) -> None:
    """As code, and what they are called."""
    assert added_names(added, language) == names
    assert resource_code(added, language) == code
