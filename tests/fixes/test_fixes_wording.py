"""How the text of a fix is put together: sentences, code, and what they name."""

from typing import Literal

import pytest

from taskwall.core.change import (
    AttributeChange,
    AttributePath,
    NewResource,
    NewValue,
    ResourceAttribute,
    SourceCode,
    removal,
)
from taskwall.core.values import Origin, Span
from taskwall.fixes.wording import (
    attributes_of,
    code_of,
    fix_text,
    in_the_call,
    noted,
    rule_text,
    with_input,
)

PLACE = Span("f", 1, 1, 1, 9)
HCL = Origin("t_t.x", "t_t.x", PLACE, "terraform")
YAML = Origin("X", "X", PLACE, "cloudformation")


@pytest.mark.parametrize(
    ("section", "text", "code"),
    [
        ("Do it.", "Do it.", ""),
        ("Do\nit\n  now:\nA: 1", "Do it now:\nA: 1", "A: 1"),
        ("A: 1", "A: 1", "A: 1"),
        ("A:\n  B: 1", "A:\n  B: 1", "A:\n  B: 1"),
        ("a = 1", "a = 1", "a = 1"),
        ("a {\n}", "a {\n}", "a {\n}"),
        ("- A: 1", "- A: 1", "- A: 1"),
        ("# t_t.y\na = 1", "# t_t.y\na = 1", "# t_t.y\na = 1"),
        ('resource "t_t" "x" {\n}', 'resource "t_t" "x" {\n}', 'resource "t_t" "x" {\n}'),
        ('data "t_t" "x" {\n}', 'data "t_t" "x" {\n}', 'data "t_t" "x" {\n}'),
        ("connect(a)", "connect(a)", "connect(a)"),
        ('{ A = "b" }', '{ A = "b" }', '{ A = "b" }'),
        ("Give it:\na = 1\nb = 2", "Give it:\na = 1\nb = 2", "a = 1\nb = 2"),
    ],
)
def test_sentences_and_code(section: str, text: str, code: str) -> None:
    """Code begins behind a colon that ends a line, or is all there is."""
    assert rule_text(section) == text
    assert fix_text(section, {}, (), HCL) == text
    assert code_of(text) == code


@pytest.mark.parametrize(
    ("text", "further", "spared"),
    [
        (
            "Do it:\nA: 1",
            "Do it. AWS replaces x:\nA: 1",
            "Do it. Without a change of the code: give --x. With one:\nA: 1",
        ),
        (
            "A: 1",
            "AWS replaces x:\nA: 1",
            "Without a change of the code: give --x. With one:\nA: 1",
        ),
        (
            "Do it.",
            "Do it. AWS replaces x",
            "Do it. Without a change of the code: give --x.",
        ),
        ("", "AWS replaces x", "Without a change of the code: give --x."),
    ],
)
def test_a_further_sentence(text: str, further: str, spared: str) -> None:
    """It stands before the code."""
    assert noted(text, "AWS replaces x") == further
    assert with_input(text, "give --x") == spared
    assert with_input(text, "give --x.") == spared


def test_what_code_sets() -> None:
    """One attribute in Terraform, or some in YAML."""
    reference = SourceCode("!Ref B", '{"Ref": "B"}')

    assert attributes_of("a = b.c == d", "terraform") == {"a": SourceCode("b.c == d")}
    assert attributes_of("A: !Ref B\nC: 1", "cloudformation") == {"A": reference, "C": 1}
    assert in_the_call("module.m") == "In the call module.m"


@pytest.mark.parametrize(
    ("on", "section", "names", "told"),
    [
        (HCL, "port = <port>", {"port": "80"}, "port = 80"),
        (HCL, "ports = [<ports>]", {"ports": "80,443"}, "ports = [80,443]"),
        (HCL, 'name = "<name>"', {"name": "my web"}, 'name = "my web"'),
        (HCL, 's = "com.amazonaws.<region>.s3"', {"region": "eu"}, 's = "com.amazonaws.eu.s3"'),
        (HCL, "a = <lb>.arn", {"lb": "t_t.lb"}, "a = t_t.lb.arn"),
        (HCL, "a = <lb>.arn", {"lb": "module.m.t_t.lb"}, 'a = "<module.m.t_t.lb>"'),
        (HCL, "a = <lb>", {"lb": "module.m.t_t.lb"}, 'a = "<module.m.t_t.lb>"'),
        (HCL, "a = [<lb>.arn]", {"lb": "module.m.t_t.lb"}, "a = [<module.m.t_t.lb>]"),
        (HCL, "Allow <lb> there.", {"lb": "module.m.t_t.lb"}, "Allow <module.m.t_t.lb> there."),
        (HCL, "a = <lb>", {"lb": "a\\1b c"}, 'a = "<a\\1b c>"'),
        (HCL, "a = <b>", {"c": "t_t.lb"}, "a = <b>"),
        (HCL, "Of <a> and <b>.", {"a": "t_t.a", "b": "t_t.b"}, "Of t_t.a and t_t.b."),
        (YAML, "A: !Ref <lb>", {"lb": "Lb"}, "A: !Ref Lb"),
        (YAML, "A: !Ref <lb>", {"lb": "N/Lb"}, "A: <N/Lb>"),
        (YAML, "A: !GetAtt <lb>.Arn", {"lb": "N/Lb"}, "A: <N/Lb>"),
        (YAML, "Do it at <lb>:\nA: !Ref <lb>", {"lb": "Lb"}, "Do it at Lb:\nA: !Ref Lb"),
    ],
)
def test_names_are_filled_in(on: Origin, section: str, names: dict[str, str], told: str) -> None:
    """By what is called so there, or in angle brackets; words and numbers stand as they are."""
    assert fix_text(section, names, (), on) == told


Form = Literal["set", "whole", "beside", "agent", "text"]


def change(on: Origin, path: str, wanted: NewValue, form: Form = "set") -> AttributeChange:
    """A change of the resource."""
    return AttributeChange(AttributePath(on.address, path), wanted, wanted, form=form)


REF = ResourceAttribute("X", "id")
NEW = NewResource("t_n", "n", {"b": 2})
SAID = "Do it:\nA: 0"


@pytest.mark.parametrize(
    ("on", "changes", "told"),
    [
        (HCL, [], SAID),
        (HCL, [removal(AttributePath("t_t.x", "a"))], SAID),
        (HCL, [change(HCL, "user_data", {"A": "b"}, "agent")], SAID),
        (HCL, [change(HCL, "a", 1)], "Do it:\na = 1"),
        (HCL, [change(HCL, "a", 1, "whole")], "Do it:\na = 1"),
        (HCL, [change(HCL, "", NEW, "beside")], 'Do it:\nresource "t_n" "n" {\n  b = 2\n}'),
        (
            HCL,
            [change(HCL, "", NEW, "beside"), change(HCL, "a", 1)],
            'Do it:\na = 1\n\nresource "t_n" "n" {\n  b = 2\n}',
        ),
        (
            YAML,
            [change(YAML, "", NEW, "beside")],
            "Do it:\nn:\n  Type: t_n\n  Properties:\n    b: 2",
        ),
        (YAML, [change(YAML, "A.B", REF)], "Do it:\nA:\n  B: !Ref X"),
        (YAML, [change(YAML, "P.A", 1, "text")], 'Do it:\n"P": { "A": 1 }'),
        (
            YAML,
            [change(YAML, "P.A", REF, "text")],
            'Do it, with Fn::Sub around the text of the policy:\n"P": { "A": "${X}" }',
        ),
        (
            YAML,
            [change(YAML, "P.A", 1, "text"), change(YAML, "P.B", REF, "text")],
            (
                "Do it, with Fn::Sub around the text of the policy:\n"
                '"P": { "A": 1 }\n"P": { "B": "${X}" }'
            ),
        ),
        (HCL, [change(HCL, "p.A", SourceCode("t.y"), "text")], 'Do it:\n"p": { "A": "${t.y}" }'),
        (HCL, [change(HCL, "p.A", "${b}", "text")], 'Do it:\n"p": { "A": "$${b}" }'),
        (YAML, [change(YAML, "P.A", "${b}", "text")], 'Do it:\n"P": { "A": "${b}" }'),
        (
            YAML,
            [change(YAML, "P[+]", ({"A": 1}, {"B": 2}), "text")],
            'Do it:\n{ "A": 1 },\n{ "B": 2 }',
        ),
    ],
)
def test_code_is_made_of_changes(on: Origin, changes: list[AttributeChange], told: str) -> None:
    """Of those that set something; else it is what the rule says."""
    assert fix_text(SAID, {}, changes, on) == told
