"""Functions that write texts otherwise, and read them: in other signs, in JSON, YAML, CSV, gzip."""

from base64 import b64encode
from collections.abc import Callable
from gzip import compress

import pytest

from taskwall.core.values import Unknown, Value, needs
from taskwall.source.stack import Evaluation

Evaluated = Callable[..., Evaluation]
Shown = Callable[[Value], object]


def value(expression: str, evaluated: Evaluated) -> Value:
    """The value of an expression by itself."""
    found = evaluated(f'resource "t" "t" {{\n  x = {expression}\n}}\n')
    return found.resources[0].body.fields["x"]


PACKED = b64encode(compress(b"hello, hello, hello", mtime=0)).decode()
HALF = b64encode(compress(b"hello, hello, hello", mtime=0)[:-9]).decode()
HEAD = b64encode(compress(b"hello", mtime=0)[:5]).decode()


@pytest.mark.parametrize(
    ("codec", "text", "encoded"),
    [
        ("UTF-8", "é", "w6k="),
        ("utf-8", "é", "w6k="),
        ("UTF-16LE", "a", "YQA="),
        ("UTF-16BE", "a", "AGE="),
        ("ISO-8859-1", "é", "6Q=="),
        ("WINDOWS-1252", "€", "gA=="),
        ("US-ASCII", "a", "YQ=="),
    ],
)
def test_texts_in_other_signs(
    codec: str, text: str, encoded: str, evaluated: Evaluated, shown: Shown
) -> None:
    """There and back."""
    there = value(f'textencodebase64("{text}", "{codec}")', evaluated)
    back = value(f'textdecodebase64("{encoded}", "{codec}")', evaluated)
    assert (shown(there), shown(back)) == (encoded, text)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("abc", 3),
        ("", 0),
        ("é", 1),
        ("e\u0301a", 2),
        ("한", 1),
        ("👍🏽", 1),
        ("👨\u200d👩", 1),
        ("a\u200c", 1),
        (r"a\r\nb", 3),
        (r"a\rb", 3),
        (r"\n\r", 2),
        (r"é\r\n", 2),
    ],
)
def test_what_counts_as_one_sign(
    text: str, length: int, evaluated: Evaluated, shown: Shown
) -> None:
    """What a reader sees as one; the end of a line in Windows is one, too."""
    assert shown(value(f'length("{text}")', evaluated)) == length


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('substr("ae\u0301b", 1, 1)', "e\u0301"),
        (r'strrev("ab\r\nc")', "c\r\nba"),
        ('urlencode("a b/é?")', "a+b%2F%C3%A9%3F"),
        ('urlencode("~_-.*")', "~_-.%2A"),
        ('urldecode("a%20b%2F+c")', "a b/ c"),
        ('urldecode("%C3%A9")', "é"),
        ('base64gunzip(base64gzip("a"))', "a"),
        (f'base64gunzip("{PACKED}")', "hello, hello, hello"),
        (r'csvdecode("a,b\n1,2\n")', [{"a": "1", "b": "2"}]),
        (r'csvdecode("a,b\n\"x\ny\",2\n")', [{"a": "x\ny", "b": "2"}]),
        (r'csvdecode("a\n")', []),
        ('yamlencode("a")', '"a"\n'),
        ("yamlencode({ a = null, b = [], c = {} })", '"a": null\n"b": []\n"c": {}\n'),
        ('yamldecode("[1, 2]")', [1, 2]),
        (r'yamldecode("a: &x\n  b: 1\n")', {"a": {"b": 1}}),
        (r'yamldecode("---\na")', "a"),
        ('yamldecode("!!str 1")', "1"),
        ('yamldecode("")', None),
        ('jsonencode("<a>&")', '"\\u003ca\\u003e\\u0026"'),
        ("jsonencode(1.5)", "1.5"),
        ("jsonencode(null)", "null"),
        ('jsonencode(jsondecode("80.0"))', "80"),
        ('"a${jsondecode("1e3")}"', "a1000"),
        ('"a${jsondecode("1.0")}"', "a1"),
        ('"a${yamldecode("1.50")}"', "a1.5"),
        ('"a${1e21}"', "a1000000000000000000000"),
    ],
)
def test_what_is_written_and_read(
    expression: str, expected: object, evaluated: Evaluated, shown: Shown
) -> None:
    """As Terraform does."""
    assert shown(value(expression, evaluated)) == expected


WRONG = "has arguments that it does not take"


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ('textdecodebase64("6Q==", "US-ASCII")', f"textdecodebase64(...) {WRONG}"),
        ('textdecodebase64("6Q==", "UTF-8")', f"textdecodebase64(...) {WRONG}"),
        ('textencodebase64("€", "ISO-8859-1")', f"textencodebase64(...) {WRONG}"),
        ('urldecode("%ff")', f"urldecode(...) {WRONG}"),
        ('base64gunzip("%")', f"base64gunzip(...) {WRONG}"),
        (
            f'base64gunzip("{b64encode(b"not compressed").decode()}")',
            "base64gunzip(...) is given data that is not compressed",
        ),
        (f'base64gunzip("{HALF}")', "base64gunzip(...) is given data that ends too early"),
        (f'base64gunzip("{HEAD}")', "base64gunzip(...) is given data that ends too early"),
        ('base64gunzip("")', "base64gunzip(...) is given data that ends too early"),
        ('csvdecode("")', f"csvdecode(...) {WRONG}"),
        (r'yamldecode("a\n---\nb")', "yamldecode(...) is given something that is not YAML"),
        ('jsondecode("[1,")', "jsondecode(...) is given something that is not JSON"),
        (f'jsondecode("{"[" * 20_000}")', "jsondecode(...) is given something that is not JSON"),
        ('length("🇩🇪")', "length(...) is not evaluated for what it is given"),
        ('strrev("🇩🇪")', "strrev(...) is not evaluated for what it is given"),
        *(
            (f'strrev("{letter}")', "strrev(...) is not evaluated for what it is given")
            for letter in "\U0001f1e6\U0001f1ff\u1100\u11ff"
        ),
    ],
)
def test_what_cannot_be_read(expression: str, why: str, evaluated: Evaluated) -> None:
    """It is unknown and says why, also where only its end is missing."""
    found = value(expression, evaluated)
    assert isinstance(found, Unknown)
    assert [str(need) for need in needs(found)] == [why]
