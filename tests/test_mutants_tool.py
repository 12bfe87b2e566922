"""The tool that breaks the code in small ways makes the right ones, and judges the tests."""

from pathlib import Path

import pytest
from tools import mutants as tool
from tools.indexes import NOTE
from tools.mutations import mutants

SMALL = '''"""A module."""


def least(one: int, other: int) -> int:
    """The smaller number."""
    return one if one < other else other


def never_asked() -> bool:
    return 1 < 2
'''
FILE = "checks/small.py"
ONE = ("--jobs", "1")
TESTS = """from small import least


def test_least_is_the_first():
    assert least(1, 2) == 1
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a < b", ["x = (a <= b)", "x = (a >= b)"]),
        ("x = a in b", ["x = (a not in b)"]),
        ("a(b)", ["b", "pass"]),
        ("x = bool(b)", []),
        ("x = tuple(b)", []),
        ("x = a and not b", ["x = (a or not b)", "x = (not b)", "x = a", "x = a and b"]),
        ("x = a & ~b", ["x = (a | ~b)", "x = a", "x = (~b)", "x = a & b"]),
        ("x = all_of(a)", ["x = any_of(a)", "x = a"]),
        ("x = Fact(True, t)", ["x = Fact(False, t)", "x = Fact(None, t)"]),
        ("x = Fact(None)", ["x = Fact(True)", "x = Fact(False)"]),
        ("x = Fact(a)", ["x = Fact(True)", "x = Fact(False)", "x = Fact(None)"]),
        ("x = 7", ["x = 8", "x = 6"]),
        ("x = [a, b]", ["x = [b]", "x = [a]"]),
        ("x = {a: b, c: d}", ["x = {c: d}", "x = {a: b}"]),
        ("x = [a for a in b if c]", ["x = [a for a in b]"]),
        ("x = a if b else c", ["x = a", "x = c"]),
        ("if a:\n    b()", ["if True:\n    b()", "if False:\n    b()", "if a:\n    pass"]),
        ("while True:\n    b()", ["while False:\n    b()", "while True:\n    pass"]),
        ("for a in b:\n    continue", ["for a in b:\n    break"]),
        ("a += b", ["pass"]),
        ("'says'", []),
        ("x: list[1] = f'{a + 1}'", []),
        ("if TYPE_CHECKING:\n    x = 1", []),
        ("X: TypeAlias = A | B", []),
        ("class A(B, frozen=True): ...", []),
        ("@a(1)\ndef b(): ...", []),
    ],
)
def test_a_mutant_is_one_small_change(source: str, expected: list[str]) -> None:
    """What takes the place of each expression and statement; texts and types are left alone."""
    found = [mutant.applied(source) for mutant in mutants("a.py", source)]

    assert sorted(found) == sorted(expected)


def test_a_mutant_knows_the_lines_of_its_statement() -> None:
    """Of a statement with a body it is the head, over all its lines."""
    source = "x = (\n    1,\n    y,\n)\nif (a\n        is b):\n    pass\n"

    assert {mutant.lines for mutant in mutants("a.py", source)} == {(1, 4), (5, 6)}


def _written(root: Path, tests: str, small: str = SMALL) -> None:
    for name, text in ((FILE, small), ("tests/test_small.py", tests)):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)


def test_what_no_test_sees_survives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Mutants on lines that no test passes survive, and those that no test tells apart.

    The exit status says whether as many were killed as was asked for; a seed always chooses the
    same; the tree stays as it is.
    """
    _written(tmp_path, TESTS)

    assert tool.main([*ONE, "--at-least", "21", FILE], tmp_path) == 1
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if line.startswith(("+ ", "- "))] == [
        "-    return one if one < other else other",
        "+    return one",
        "-    return one if one < other else other",
        "+    return one if (one <= other) else other",
        *(
            line
            for text in ("0 < 2", "2 < 2", "(1 <= 2)", "(1 >= 2)", "1 < 1", "1 < 3")
            for line in ("-    return 1 < 2", f"+    return {text}")
        ),
    ]
    assert "2 of  10 killed  checks/small.py" in out
    assert f"{FILE}: 2 of 10 killed (20 %, 6 to 51), seed 1, 10 mutants in all" in out

    told = set()
    for _ in range(2):
        assert tool.main([*ONE, "--sample", "2", "--seed", "3", f"{FILE}:10"], tmp_path) == 0
        told.add(capsys.readouterr().out)
    assert len(told) == 1
    assert f"{FILE}:10: 0 of 2 killed (0 %, 0 to 66), seed 3, 6 mutants in all" in told.pop()
    assert (tmp_path / FILE).read_text() == SMALL


def test_tests_that_fail_without_a_mutant_judge_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A test that is not green kills no mutant."""
    _written(tmp_path, TESTS.replace("== 1", "== 2"))

    assert tool.main([*ONE, f"{FILE}:6"], tmp_path) == 0
    assert f"{FILE}:6: 0 of 4 killed" in capsys.readouterr().out


def test_a_file_whose_tests_are_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It kills no mutant, and the others are judged by."""
    _written(tmp_path, TESTS)
    (tmp_path / "tests" / "test_none.py").write_text("")

    assert tool.main([*ONE, f"{FILE}:6"], tmp_path) == 0
    assert f"{FILE}:6: 2 of 4 killed" in capsys.readouterr().out


def test_tests_that_are_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who names none that there is is told so, and not that all mutants survive."""
    _written(tmp_path, TESTS)

    with pytest.raises(SystemExit):
        tool.main([*ONE, "--tests", "test_least", FILE], tmp_path)
    assert "the path of no test begins with test_least" in capsys.readouterr().err


def test_what_an_import_makes_is_changed_wherever_it_is_held(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Constants that others take, defaults, what a class holds, what a cache has answered."""
    text = """from functools import cache

FIRST, SECOND = (1, 2)


class Held:
    other = False


@cache
def first(default=True):
    return default and FIRST
"""
    test = """from small import FIRST, Held, first

KEPT = first()


def test_it():
    assert FIRST == KEPT == first() == 1 and not Held.other
"""
    _written(tmp_path, test, text)

    assert tool.main([*ONE, f"{FILE}:3", f"{FILE}:7", f"{FILE}:11"], tmp_path) == 0
    out = capsys.readouterr().out
    assert f"{FILE}:3: 4 of 6 killed" in out
    assert out.count("+FIRST, SECOND = (1, ") == 2
    assert f"{FILE}:7: 1 of 1 killed" in out
    assert f"{FILE}:11: 1 of 1 killed" in out


def test_what_an_import_makes_meets_all_tests(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The test during which a file is imported runs its lines, and others may ask for them."""
    test = """def test_import():
    import small


def test_value():
    import small
    assert small.VALUE == 1
"""
    _written(tmp_path, test, "VALUE = 1\n")

    assert tool.main([*ONE, f"{FILE}:1"], tmp_path) == 0
    assert f"{FILE}:1: 2 of 2 killed" in capsys.readouterr().out


def test_what_was_learned_of_other_sources_is_forgotten(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """When the code changes, the tests' lines are found out again, and else they are kept."""
    _written(tmp_path, TESTS)
    only = ("--sample", "1", f"{FILE}:6")
    tool.main([*ONE, *only], tmp_path)
    tool.main([*ONE, *only], tmp_path)
    assert capfd.readouterr().err.count("learned tests/test_small.py") == 1

    _written(tmp_path, TESTS, f"# Lines move.\n{SMALL}")
    tool.main([*ONE, f"{FILE}:7"], tmp_path)
    said = capfd.readouterr()
    assert "learned tests/test_small.py" in said.err
    assert f"{FILE}:7: 2 of 4 killed" in said.out


def test_what_is_derived_has_no_mutants(tmp_path: Path) -> None:
    """A test compares the text of such a file, which no mutant changes."""
    _written(tmp_path, TESTS, f"# {NOTE}\n{SMALL}")

    with pytest.raises(SystemExit):
        tool.main([*ONE, FILE], tmp_path)
