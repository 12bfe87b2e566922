"""What tests of a shell script say, which branches they choose, and what only looks on."""

import pytest

from lowering.user_data import BLOCK, FILE, OPEN, SCRIPT, SETS, read, told

MARK = "/var/lib/cloud/instance/sem/config_proxy"
SETS_IT, UNSETS = f"echo {BLOCK}=true > {FILE}\n", f"echo {BLOCK}=false > {FILE}\n"

CONDITIONS: dict[str, bool | None] = {
    '[ -n "" ]': False,
    '[ -n "a" ]': True,
    '[ -z "" ]': True,
    '[[ -z "a" ]]': False,
    '[ "a" ]': True,
    'test -n ""': False,
    '[ "a" = "a" ]': True,
    "[[ a == b ]]": False,
    "[[ a == a* ]]": None,
    "[[ a/b = a/b ]]": True,
    "[[ 10.0.0.1 = 10.0.0.2 ]]": False,
    "[[ a/b == a/b ]]": True,
    "[[ a = a* ]]": None,
    '[ "a" != "b" ]': True,
    '! [ -n "" ]': True,
    '[ -n "$A" ]': None,
    '[ -n "a$A" ]': True,
    '[ "a" = "$A" ]': None,
    '[ "a" = "a" -a "$A" = b ]': None,
    "[ -f /etc/ecs/a ]": None,
    "[[ a =~ b ]]": None,
    "true": True,
    "false": False,
    '[ -n "" ] && [ -n "$A" ]': False,
    '[ -n "$A" ] && [ -n "" ]': False,
    '[ -n "" ] || [ -n "a" ]': True,
    '[ -n "" ] || [ -n "$A" ]': None,
    "[ -n $EMPTY ]": True,
    "[ -z $EMPTY ]": True,
    "test -n $EMPTY": True,
    "[ $EMPTY ]": False,
    "[ $EMPTY = true ]": False,
    "[ ! $EMPTY ]": True,
    '[ -n "$EMPTY" ]': False,
    "[[ -n $EMPTY ]]": False,
    "[[ -z $EMPTY ]]": True,
    "[[ $EMPTY = true ]]": False,
    "[ -n $TWO ]": None,
    '[[ $TWO = "a b" ]]': True,
    '[ ! -z "a" ]': True,
    '[ ! "a" = "b" ]': True,
    "[ ! -f /etc/a ]": None,
    "[[ ! -z a && -n b ]]": True,
    "[[ -n a && ( a = b || -n a ) ]]": None,
    "[[ a = b || -n $A && -z a ]]": False,
    "[[ -f /etc/a || a = a ]]": True,
    "[[ -f /etc/a ]]": None,
    "[[ abc == $GLOB ]]": None,
    '[[ abc == "$GLOB" ]]': False,
    '[ abc = "$GLOB" ]': False,
    "[ 3 -gt 2 ]": True,
    "[ 10 -lt 9 ]": False,
    "[[ 3 -eq 3 ]]": True,
    "[ 010 -eq 8 ]": None,
    "[ $A -eq 3 ]": None,
    "[ 3 -ne 3 ]": False,
    "[ 3 -ge 3 ]": True,
    "[ 2 -ge 3 ]": False,
    "[ 3 -le 3 ]": True,
    "[ 4 -le 3 ]": False,
    "[ 3 -gt 3 ]": False,
    "[ 3 -lt 3 ]": False,
    "[ a -lt 3 ]": None,
    "[ ! -d /etc/a -a a = b ]": False,
    "[ -e ]": True,
    '[ "a" = "b" -o "a" = "a" ]': True,
    '[ "a" != b ]': True,
    '[ "a" != "$EMPTY"b ]': True,
    '[ "a" != $A ]': None,
    '[ "a" != b* ]': None,
    '[ "a" = "b" -a "$A" = "a" ]': False,
    "[ -x /bin/a ]": None,
    "[ -v A ]": None,
    "[ -L /etc/a ]": None,
    "[ -a /etc/a ]": None,
    "[ a = b c ]": None,
    '[ "-1" -lt "0" ]': True,
    "[ 0 -eq 0 ]": True,
    "[ 00 -eq 0 ]": None,
    "[ 99999999999999999999 -gt 1 ]": None,
    "[ ! a ]": False,
    "[ ! a = a -a a = a ]": False,
    '[ -n "$A" -o -n a ]': True,
    "[ -z a -o -z b ]": False,
    '[ -z a -o -z "$A" ]': None,
    "[ -n a -a -n b ]": True,
    "[[ -n a && -n b ]]": True,
    "[[ -n a && -z b ]]": False,
    "[[ -z a || -z b ]]": False,
    "[ ! a -a -z b ]": False,
    "[ ! -z a -a -n b ]": True,
    "[ ! -z a -a -z b ]": False,
    "[ ! a -o -z b ]": False,
    '[ ! "" -o -z b ]': True,
    "[ a = b -o -n a -a -z b ]": False,
    "[ a = a -o -n a -a -z b ]": True,
    "[ a -a b ]": True,
    '[ "" -o a ]': True,
    "[ ! a -a b ]": False,
    '[ ! "" -a "" ]': True,
    "[ ! 3 -gt 2 ]": False,
    "[ ! ! a ]": True,
    "[ ! ! -n a ]": True,
    "[ $TWO ]": False,
    "[ ! $EMPTY = a ]": False,
    "[ ! $EMPTY != a ]": True,
    "[ ! $TWO ]": None,
    "[ ! ! $TWO ]": None,
    "[ -n a -o $TWO ]": None,
    "[ -n a -o $TWO = b ]": None,
    "[ -n a -o -n $TWO ]": None,
    "[ $EMPTY = a -o b = b ]": None,
    "[ -n a -o -n $EMPTY ]": None,
    "[ -n a -o $EMPTY ]": None,
    "[ -n a -o ! $EMPTY ]": None,
    '[ -n a -o "$A" = b ]': True,
    "[[ a < b ]]": None,
    "[[ $A ]]": None,
    "[[ a ]]": True,
    ":": True,
    "! true": False,
    "! x": None,
}
DEEP = (f"[[ {'( ' * 3000}a = b{' )' * 3000} ]]", f"[ {'! ' * 3000}a = b ]")
VARIABLES = "EMPTY=\nTWO='a b'\nGLOB='a*'\n"


@pytest.mark.parametrize(("condition", "holds"), CONDITIONS.items())
def test_conditions(condition: str, holds: bool | None) -> None:
    """A test of known texts decides which branch runs, and which command behind it."""
    sets, unsets = f"echo {BLOCK}=true >> {FILE}", f"echo {BLOCK}=false >> {FILE}"
    both = f"{SCRIPT}{VARIABLES}if {condition}; then\n{sets}\nelse\n{unsets}\nfi\n"
    second = (
        f"{SCRIPT}{VARIABLES}if false; then :; elif {condition}; then\n{sets}\nelse\n{unsets}\nfi\n"
    )
    joined = f"{SCRIPT}{VARIABLES}{condition} && {sets}\n"

    for script in (both, second):
        assert told(read(script)) is (OPEN if holds is None else holds)
    assert told(read(joined)) is {True: True, False: None, None: OPEN}[holds]


NESTS = {"( ": " )", "{ ": "; }", "if [ -n a ]; then ": "\nfi", "f() { ": "; }; f"}


@pytest.mark.parametrize(
    ("begins", "ends"), NESTS.items(), ids=("subshells", "groups", "ifs", "fs")
)
def test_how_deep_scripts_may_nest(begins: str, ends: str) -> None:
    """No more than anybody writes."""
    for depth, expected in ((5, True), (100, OPEN)):
        nested = f"{begins * depth}{SETS_IT[:-1]}{ends * depth}\n"
        assert told(read(f"{SCRIPT}echo {BLOCK}=true > {FILE}\n{nested}")) is expected


def test_how_long_conditions_may_be() -> None:
    """A condition of very many parts is as good as any that is not known."""
    for parts, expected in ((5, True), (100, OPEN)):
        condition = " && ".join(["[ -n a ]"] * parts)
        assert told(read(f"{SCRIPT}if {condition}; then\n{SETS_IT}fi\n")) is expected


@pytest.mark.parametrize("condition", DEEP, ids=range(2))
def test_deep_conditions(condition: str) -> None:
    """They are as good as any that is not known."""
    assert told(read(f"{SCRIPT}if {condition}; then\n{SETS_IT}fi\n")) is OPEN


@pytest.mark.parametrize("sign", ["-a", "-d", "-e", "-f", "-r", "-s"])
@pytest.mark.parametrize("test", ["[ {} {} ]", "test {} {}", "[[ {} {} ]]"])
def test_marks_of_what_was_done_once(test: str, sign: str) -> None:
    """A new instance has none where cloud-init keeps its own; elsewhere its image may."""
    for mark, expected in ((MARK, False), (f"{MARK}/../../a", OPEN), ("/opt/done", OPEN)):
        condition = test.format(sign, mark)
        found = read(f"{SCRIPT}if {condition}; then\n{SETS_IT}else\n{UNSETS}fi\n")
        assert told(found) is expected


PASSED_OVER = (
    "(( i++ ))", "(( -i ))", "(( i + 1 ))", "(( (i) ))", "(( i ? 1 : 2 ))", "((i))", "(( !i ))",
    "[[ a ]]", "[ a ]", "[[ a =~ ^b+$ ]]", "[[ a == b* ]]", "[[ ! a && ( -n b ) ]]", "# a",
    "[[ $A == @(a|b) ]]", "A=b", "A=$(x)", "A=(a b)", "A[1]=b", "export A", "unset A",
    "true; false", "for ((i = 0; i < 2; i++)); do x; done", "for i; do x; done",
    "while (( i < 2 )); do x; done", "until [ -e /a ]; do x; done",
    "case a in b) x ;; *) y ;; esac", "x | y", "x & y", "(x)", "{ x; }", "! x", "x <<< a",
    "x < /a", "x 2> /a", "f() { x; }", "if x; then y; elif z; then x; fi",
)  # fmt: skip


def test_what_changes_no_file() -> None:
    """Tests, sums, variables and own programs leave the agent's file as it is."""
    assert [each for each in PASSED_OVER if told(read(f"{SETS}{each}\n")) is not True] == []
