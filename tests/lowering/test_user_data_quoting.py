"""What quotes, backslashes and braces mean to a shell, and on which rows the lines of a text are.

After the Bash Reference Manual: "Quoting", "Brace Expansion".
"""

import pytest

from taskwall.lowering.user_data.machine import ScriptLine, lines
from taskwall.lowering.user_data.quoting import (
    BRACES,
    LONGEST,
    MOST_WORDS,
    SPLIT,
    bare,
    escaped,
    for_shell,
    quoted,
    unescaped,
    unquoted_words,
)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", ""),
        ("ab", "ab"),
        (r"a\b", "ab"),
        (r"\a", "a"),
        (r"a\\b", r"a\b"),
        (r"a\ b", "a b"),
        ("a\\\nb", "ab"),
        ("a\\\n", "a"),
        ("a\\\n\\\nb", "ab"),
        ("a\\", "a\\"),
        ("\\", "\\"),
        (r"\$a\"", '$a"'),
    ],
)
def test_a_word_without_quotes(text: str, word: str) -> None:
    """A backslash keeps the next sign as it is; a line break behind one is none."""
    assert bare(text) == word


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (r"a\"b", 'a"b'),
        (r"\$a \`b\` \\", r"$a `b` \ ".strip()),
        (r"a\nb\'", r"a\nb\'"),
        ("a\\\nb", "ab"),
        ("a\nb", "a\nb"),
        (r"\\n", r"\n"),
    ],
)
def test_a_word_in_double_quotes(text: str, word: str) -> None:
    """There a backslash means something before few signs only."""
    assert quoted(text) == word


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (r"a\nb", "a\nb"),
        (r"a\tb\rc", "a\tb\rc"),
        (r"a\\nb", r"a\nb"),
        (r"a\xb", r"a\xb"),
        ("a\\", "a\\"),
    ],
)
def test_what_escapes_make(text: str, made: str) -> None:
    """As `printf` does."""
    assert escaped(text) == made


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("a $1 b", "a <1> b"),
        ("$10", "<1>0"),
        ("$@ $* $# $? $! $- $$", "<@> <*> <#> <?> <!> <-> <$>"),
        ("$_a $a", "<_a> $a"),
        (r"\$1 \\ \"", r"$1 \ \" ".strip()),
        ("a\\\nb", "ab"),
    ],
)
def test_a_text_of_a_here_document(text: str, made: str) -> None:
    """Variables have their values in it, and quotes no meaning."""
    assert unescaped(text, "<{}>".format) == made


@pytest.mark.parametrize("word", ["", "a", "a b", "it's", "$a", "'", "a\\"])
def test_a_word_for_a_shell(word: str) -> None:
    """Single quotes end where one stands in the word."""
    whole = for_shell(word)

    assert whole[0] == whole[-1] == "'"
    assert whole[1:-1].replace("'\\''", "\n").replace("\n", "'") == word
    assert "'" not in whole[1:-1].replace("'\\''", "")


MANY = "{a,b}" * 7


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("a", ["a"]),
        ("", []),
        ("a{,.bak}", ["a", "a.bak"]),
        ("{a,b,c}d", ["ad", "bd", "cd"]),
        ("{a,b}{c,d}", ["ac", "ad", "bc", "bd"]),
        ("x{a,{b,c}}", ["xa", "xb", "xc"]),
        ("{{a,b},c}", ["a", "b", "c"]),
        ("{{a,b}}", ["{a}", "{b}"]),
        ("{a,{b,c}", ["{a,b", "{a,c"]),
        ("{a,b}},c", ["a},c", "b},c"]),
        ("{a}", ["{a}"]),
        ("{}", ["{}"]),
        ("{a,b", ["{a,b"]),
        ("a,b}", ["a,b}"]),
        ("a,b", ["a,b"]),
        ("{,}", []),
        (f"a{SPLIT}b", ["a", "b"]),
        (f"{SPLIT}a{SPLIT}{SPLIT}", ["a"]),
        (f"{{a{SPLIT}b,c}}d", ["a", "bd", "cd"]),
        ("{a,b}" + "c" * LONGEST, ["{a,b}" + "c" * LONGEST]),
    ],
    ids=range(20),
)
def test_words_of_braces(word: str, words: list[str]) -> None:
    """One for each choice, in their order; what is no choice stands as it is."""
    assert unquoted_words(word.translate(BRACES)) == words


def test_braces_that_make_very_many_words() -> None:
    """No more are made than anybody writes, and none is lost."""
    found = unquoted_words(MANY.translate(BRACES))

    assert 64 <= len(found) <= MOST_WORDS
    assert any("{" in each for each in found)
    assert len(unquoted_words(MANY[:-5].translate(BRACES))) == 64


@pytest.mark.parametrize("within", [True, False])
@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("a", [("a", 0, False)]),
        ("a\n", [("a", 0, True)]),
        ("\n", [("", 0, True)]),
        ("a\nb", [("a", 0, True), ("b", 1, False)]),
        ("a\n\nb\nc", [("a", 0, True), ("", 1, True), ("b", 2, True), ("c", 3, False)]),
    ],
)
def test_rows_of_lines(text: str, pieces: list[tuple[str, int, bool]], within: bool) -> None:
    """Each has its own, unless the whole text stands in one."""
    expected = [
        ScriptLine(line, 5 + (row if within else 0), ended=ended) for line, row, ended in pieces
    ]

    assert lines(text, 5, within) == expected
