"""What quoted texts and heredocs come to: escapes, strip markers, indentation, directives."""

from collections.abc import Callable

import pytest

from taskwall.core.values import Repeated, Text, Value
from taskwall.source.stack import Evaluation

TEXTS: list[tuple[str, object]] = [
    ('"a${~ 1}b"', "a1b"),
    ('" a ${~ 1} b "', " a1 b "),
    ('" a ${1 ~} b "', " a 1b "),
    ('" a ${~ 1 ~} b "', " a1b "),
    ('" a %{~ if true } b %{ endif } c "', " a b  c "),
    ('" a %{ if true ~} b %{ endif } c "', " a b  c "),
    ('" a %{ if true } b %{~ endif } c "', " a  b c "),
    ('" a %{ if true } b %{ endif ~} c "', " a  b c "),
    ('" a %{ if false } b %{~ else ~} d %{ endif } c "', " a d  c "),
    ('"a%{ if true }b%{ else }c%{ endif }d%{ if false }e%{ else }f%{ endif }"', "abdf"),
    ('"%{ if true }%{ if false }a%{ else }b%{ endif }%{ endif }"', "b"),
    ('"%{ for x in [1, 2] }%{ for y in ["a"] }${x}${y}%{ endfor };%{ endfor }"', "1a;2a;"),
    ('"%{ for i, x in ["a", "b"] }${i}${x} %{ endfor }"', "0a 1b "),
    ('"%{ for x in [] }a%{ endfor }"', ""),
    ('"%{ if true }%{ endif }"', ""),
    ('"\\n\\r\\t\\"\\\\"', '\n\r\t"\\'),
    ('"\\u00e9\\U0001f600"', "é😀"),
    ('"\\ud800"', "�"),
    ('"$${a} %%{b}"', "${a} %{b}"),
    ('"$$${1}"', "$${1}"),
    ('"$ { % { $$ %%"', "$ { % { $$ %%"),
    ('"a$"', "a$"),
    ('"a%"', "a%"),
    ('"${"a"}${"b"}"', "ab"),
    ('"${1}${2}"', "12"),
    ('"${"${"${1}"}"}"', 1),
    ('"${upper("}")}"', "}"),
    ('"${ { a = "}" }.a }"', "}"),
    ("<<EOT\nEOT", ""),
    ("<<EOT\n\nEOT", "\n"),
    ("<<EOT\na\nEOT", "a\n"),
    ("<<EOT\n  a\nEOT", "  a\n"),
    ("<<-EOT\n  a\n b\n   c\nEOT", " a\nb\n  c\n"),
    ("<<-EOT\n  a\n\n  b\n  EOT", "a\n\nb\n"),
    ("<<-EOT\n    ${1}\n  a\n  EOT", "  1\na\n"),
    ("<<-EOT\n${1}\n  a\n  EOT", "1\n  a\n"),
    ("<<-EOT\n  a ${1}\n    b\n  EOT", "a 1\n  b\n"),
    ("<<-EOT\n    %{ if true }\n    a\n    %{ endif }\n  EOT", "\na\n\n"),
    ("<<-EOT\n    %{ if true ~}\n    a\n    %{ endif ~}\n    b\n  EOT", "    a\n    b\n"),
    ("<<EOT\n%{ if false ~}\na\n%{ else ~}\nb\n%{ endif ~}\nEOT", "b\n"),
    ('<<EOT\n%{ for x in ["a", "b"] ~}\n- ${x}\n%{ endfor ~}\nEOT', "- a\n- b\n"),
    ('<<-EOT\n  %{ for x in ["a", "b"] ~}\n  - ${x}\n  %{ endfor ~}\n  EOT', "  - a\n  - b\n"),
    ('<<EOT\n\\n $${a} %%{b} "q"\nEOT', '\\n ${a} %{b} "q"\n'),
    ('<<EOT\n  ${~ "a" ~}  \nEOT', "a"),
    ('<<EOT\na ${~ "b" ~} c\n\nd\nEOT', "abc\n\nd\n"),
    ("<<-EOT\n\ta\n\t\tb\nEOT", "a\n\tb\n"),
    ("<<-EOT\n  a\n\tb\nEOT", " a\nb\n"),
    ("<<EOT\na\r\nb\nEOT", "a\r\nb\n"),
    ('<<EOT\né${"ü"}\nEOT', "éü\n"),
    ("upper(<<EOT\na\nEOT\n)", "A\n"),
    ('[<<EOT\na\nEOT\n, "b"]', ["a\n", "b"]),
    ("<<E-1\na\nE-1", "a\n"),
    ('<<-EOT\n  a${~ " b"}\n  c\nEOT', "a b\nc\n"),
    ('<<-EOT\n  a${"b" ~}\n    c\nEOT', "ab    c\n"),
    # What is no character, and what just is one.
    ('"\\ud7ff\\ud800\\udfff\\ue000"', "\ud7ff\ufffd\ufffd\ue000"),
    ('"\\U0010ffff\\U00110000"', "\U0010ffff\ufffd"),
]


@pytest.mark.parametrize(("written", "expected"), TEXTS)
def test_what_a_template_comes_to(
    written: str,
    expected: object,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """As in Terraform, to the last blank."""
    found = evaluated(f'resource "t" "t" {{\n  x = {written}\n}}\n')
    assert shown(found.resources[0].body.fields["x"]) == expected


LISTS = 'variable "l" { type = list(string) }\nvariable "k" { type = list(string) }\n'


@pytest.mark.parametrize(
    ("over", "once"),
    [
        ("var.l", "<var.l[*]>,"),
        ('concat(["z"], var.l)', "<var.l[*]>,"),
        ("concat(var.l, var.k)", None),
    ],
)
def test_what_a_loop_repeats(
    over: str,
    once: str | None,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """What it makes of each element of one list is known, not how often; of several it is not."""
    text = f'{LISTS}resource "t" "t" {{\n  x = "%{{ for x in {over} }}${{x}},%{{ endfor }}"\n}}\n'
    found = evaluated(text).resources[0].body.fields["x"]
    assert isinstance(found, Text)
    last = found.parts[-1]

    assert not isinstance(last, str)
    assert (shown(last.once) if isinstance(last, Repeated) else None) == once
