"""A pytest plugin that tries mutants on the rules' fixtures and on the collected tests.

A check is a fixture that is judged by the rule of its folder and those that it names
(milliseconds), or a test. Which functions a check runs without a mutant is found out once and kept
(`KEPT`) until its own text changes, so that a mutant meets only checks that run its function: first
fixtures, then tests. Thousands of fixtures run some functions: of them those count that run its
line.

Each mutant has a process of its own, forked from one that has imported everything, in which the
code of one function is another. What is defined beside functions (a table, a bound) is changed in
all modules that have taken it. `TASK` names the file that holds the task, and gets what came of it.
"""

import ast
import gc
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import msgspec
import pytest
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, Phase, settings

from tools.mutations import Mutant

TASK = "MUTANTS_TASK"
KEPT = ".mutants"
SURVIVED, KILLED, NOT_RUN = range(3)
# What takes more than this many times its checks' own seconds of a processor (and some) hangs.
PATIENCE, START = 4, 3
MAX_BYTES = 8 << 30

# A failure is enough: nothing is made smaller, and nothing is kept for the next mutant. And nothing
# is measured that a busy machine makes longer.
settings.register_profile(
    "mutants",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)


class Task(msgspec.Struct):
    """Mutants of files below a root, the seconds of checks of a kind for each, the processes."""

    root: str
    mutants: list[Mutant]
    seconds: float
    jobs: int


class Run(msgspec.Struct):
    """What a check does without a mutant: whether it fails, how long it takes, what it runs."""

    failed: bool
    seconds: float
    functions: frozenset[int]


class Runs(msgspec.Struct):
    """What checks do, by their names, and the functions that they name by number.

    A function is `FILE:QUALIFIED NAME`.
    """

    functions: list[str]
    checks: dict[str, Run]


class Check(msgspec.Struct):
    """What may fail on a mutant, and what it does without one."""

    fails: Callable[[], bool]
    run: Run
    functions: Mapping[str, int]


class Memory(msgspec.Struct):
    """What is there to be changed: functions by their code; and what keeps answers of functions."""

    functions: dict[CodeType, list[FunctionType]]
    caches: list[Any]


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Search as said here, whatever the tests' own settings are."""
    settings.load_profile("mutants")


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Try all mutants on fixtures, and those that survive on tests."""
    if session.testsfailed:
        raise session.Interrupted("not all tests can be collected")
    file = Path(os.environ[TASK])
    task = msgspec.json.decode(file.read_bytes(), type=Task)
    root = Path(task.root)
    by_file: dict[Path, list[pytest.Item]] = {}
    for item in session.items:
        by_file.setdefault(item.path, []).append(item)
    fixtures = [check for folder in _rules(root) for check in _of_fixtures(root, folder)]
    Random(0).shuffle(fixtures)
    tests = [check for path, items in by_file.items() for check in _of_tests(root, path, items)]
    tests.sort(key=lambda check: check.run.seconds)
    memory = _memory({str(root / mutant.file) for mutant in task.mutants})
    verdicts = [NOT_RUN] * len(task.mutants)
    for kind, checks in (("fixtures", fixtures), ("tests", tests)):
        left = [number for number, verdict in enumerate(verdicts) if verdict != KILLED]
        reaching = _reaching(task, checks) if checks is fixtures else {}
        for number, verdict in _tried(task, left, checks, reaching, memory):
            if verdict != NOT_RUN:
                verdicts[number] = verdict
            mutant = task.mutants[number]
            word = ("survives", "killed", "not run")[verdict]
            sys.stderr.write(f"{word} by {kind}: {mutant.file}:{mutant.lines[0]}\n")
    file.write_bytes(msgspec.json.encode(verdicts))
    return True


def _rules(root: Path) -> list[Path]:
    return sorted((root / "fixtures" / "rules").glob("tw*"))


def _of_fixtures(root: Path, folder: Path) -> list[Check]:
    """The fixtures of a rule."""
    sources = sorted((*folder.glob("*/main.tf"), *folder.glob("*/template.yaml")))
    fails = {str(one.relative_to(root)): _fixture_fails(root, one) for one in sources}
    return _checks(root, fails, (file for file in sorted(folder.rglob("*")) if file.is_file()))


def _fixture_fails(root: Path, source: Path) -> Callable[[], bool]:
    """Whether the findings of a fixture's own rule are others than it marks, or say otherwise.

    What its findings say is compared with what they said first, which was without a mutant, and is
    what `tests/data/findings` has.
    """
    said: list[str] = []

    def fails() -> bool:
        import test_rule_fixtures as fixtures
        import wording
        from taskwall.rules import all_rules

        own = next(rule for rule in all_rules() if rule.id.lower() == source.parts[-3])
        text = (root / "checks" / f"{own.module.replace('.', '/')}.py").read_text()
        # Those to which it yields, and those that ask what it would ask, are named there.
        rules = [rule for rule in all_rules() if rule.id in text]
        try:
            judged = fixtures.judged(source, rules)
        except Exception:  # noqa: BLE001 (whatever a mutant makes it raise)
            return True
        said.append(wording.of_fixtures([(source, judged.located)]))
        wrong = fixtures.not_as_marked(judged) or fixtures.waits_for_nothing(judged)
        return bool(wrong) or said[-1] != said[0]

    return fails


def _of_tests(root: Path, path: Path, items: Iterable[pytest.Item]) -> list[Check]:
    """The tests of a file."""
    return _checks(root, {item.nodeid: _test_fails(item) for item in items}, [path])


def _test_fails(item: pytest.Item) -> Callable[[], bool]:
    return lambda: any(one.failed for one in runtestprotocol(item, log=False, nextitem=None))


def _checks(
    root: Path, fails: Mapping[str, Callable[[], bool]], texts: Iterable[Path]
) -> list[Check]:
    """Checks that stand in some files, with what they do: as it is kept, or found out now."""
    digest = sha256("\n".join(fails).encode())
    for text in texts:
        digest.update(text.read_bytes())
    kept = root / KEPT / digest.hexdigest()
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(msgspec.msgpack.encode(_runs(str(root / "checks"), fails)))
    runs = msgspec.msgpack.decode(kept.read_bytes(), type=Runs)
    functions = {function: number for number, function in enumerate(runs.functions)}
    for name, run in runs.checks.items():
        if run.failed:
            sys.stderr.write(f"fails without a mutant, and judges none: {name}\n")
    good = ((fails[name], run) for name, run in runs.checks.items() if not run.failed)
    return [Check(each, run, functions) for each, run in good]


def _runs(folder: str, fails: Mapping[str, Callable[[], bool]]) -> Runs:
    """What checks do, by the functions in files below a folder."""
    numbers: dict[str, int] = {}
    checks = {}
    for name, each in fails.items():
        codes: set[CodeType] = set()

        def note(frame: FrameType, event: str, _: object, codes: set[CodeType] = codes) -> None:
            if event == "call":
                codes.add(frame.f_code)

        begun = time.process_time()
        sys.setprofile(note)
        failed = each()
        sys.setprofile(None)
        seconds = time.process_time() - begun
        ours = (_name(code) for code in codes if code.co_filename.startswith(folder))
        run = frozenset(numbers.setdefault(function, len(numbers)) for function in ours)
        checks[name] = Run(failed, seconds, run)
    return Runs([*numbers], checks)


def _name(code: CodeType) -> str:
    return f"{code.co_filename}:{code.co_qualname}"


def _memory(names: set[str]) -> Memory:
    """What is there of the functions of some files, and all caches."""
    found = Memory({}, [])
    gc.unfreeze()  # the collector does not show what is frozen, as the tests' own code is
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename in names:
            found.functions.setdefault(one.__code__, []).append(one)
        elif type(one) is _CACHED:
            found.caches.append(one)
    gc.freeze()  # what processes share stays shared
    return found


def _reaching(task: Task, checks: Sequence[Check]) -> dict[Mutant, list[Check]]:
    """The checks that run a line of each mutant; none of what runs when a module is imported."""
    places = {
        mutant: {
            (os.path.join(task.root, mutant.file), line)
            for line in range(mutant.lines[0], mutant.lines[1] + 1)
        }
        for mutant in task.mutants
    }
    files = {name for each in places.values() for name, _ in each}
    ran: set[tuple[str, int]] = set()

    def line(frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            ran.add((frame.f_code.co_filename, frame.f_lineno))
        return line

    def call(frame: FrameType, _event: str, _: object) -> Any:
        return line if frame.f_code.co_filename in files else None

    found: dict[Mutant, list[Check]] = {}
    near = {id(check) for name in files for check in _running(None, name, checks)}
    for check in checks:
        if id(check) in near:
            ran.clear()
            sys.settrace(call)
            check.fails()
            sys.settrace(None)
            for mutant, each in places.items():
                if not ran.isdisjoint(each):
                    found.setdefault(mutant, []).append(check)
    return found


def _tried(
    task: Task,
    numbers: Sequence[int],
    checks: Sequence[Check],
    reaching: Mapping[Mutant, Sequence[Check]],
    memory: Memory,
) -> Iterator[tuple[int, int]]:
    """What becomes of some of a task's mutants: as many of them at a time as jobs."""
    running: dict[int, int] = {}
    waiting = iter(numbers)
    while True:
        for number in waiting:
            mutant = task.mutants[number]
            near = reaching.get(mutant, checks)
            running[_begun(task, mutant, near, memory)] = number
            if len(running) == task.jobs:
                break
        if not running:
            return
        process, status = os.wait()
        code = os.waitstatus_to_exitcode(status)
        # The kernel kills what a full machine has no memory for: that is no check that fails.
        verdict = SURVIVED if code == -signal.SIGKILL else code if code in range(3) else KILLED
        number = running.pop(process)
        yield number, verdict


def _begun(
    task: Task,
    mutant: Mutant,
    checks: Sequence[Check],
    memory: Memory,
) -> int:
    """Begin to try a mutant in another process: its id. The process ends with what became of it."""
    if process := os.fork():
        return process
    # What cannot be tried survives: too low is better than too high.
    verdict = SURVIVED
    try:
        name = os.path.join(task.root, mutant.file)
        code = _changed(mutant, name, memory)
        chosen = [*_within(task.seconds, _running(code, name, checks))]
        limit = int(time.process_time() + START + PATIENCE * sum(one.run.seconds for one in chosen))
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + PATIENCE))
        resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
        if not chosen:
            verdict = NOT_RUN
        elif any(one.fails() for one in chosen):
            verdict = KILLED
    except _UndefinedError:
        verdict = KILLED
    finally:
        os._exit(verdict)


def _running(code: CodeType | None, name: str, checks: Iterable[Check]) -> Iterator[Check]:
    """The checks that run a function; where it is none, those that run any of its file."""
    wanted = _name(code) if code else f"{name}:"
    numbers: dict[int, set[int]] = {}  # of the functions, in each of the few tables that there are
    for check in checks:
        table = check.functions
        if id(table) not in numbers:
            names = [wanted] if code else [one for one in table if one.startswith(wanted)]
            numbers[id(table)] = {table[one] for one in names if one in table}
        if not check.run.functions.isdisjoint(numbers[id(table)]):
            yield check


def _within(seconds: float, checks: Iterable[Check]) -> Iterator[Check]:
    """The first checks, as many as take so long together, and at least one."""
    for check in checks:
        yield check
        seconds -= check.run.seconds
        if seconds < 0:
            return


def _changed(mutant: Mutant, name: str, memory: Memory) -> CodeType | None:
    """Change what is in memory as a mutant says, and forget what functions have answered.

    Returns:
        the code of the function that was changed; None if it was none.
    """
    source = Path(name).read_text()
    new = compile(mutant.applied(source), name, "exec")
    changed = {(code.co_qualname, code.co_firstlineno): code for code in _nested(new)}
    for code in _nested(compile(source, name, "exec")):
        other = changed.get((code.co_qualname, code.co_firstlineno))
        if other is not None and other != code and code in memory.functions:
            for function in memory.functions[code]:
                function.__code__ = other
            break
    else:
        code = None
        _redefine(name, source, mutant.applied(source))
    for each in memory.caches:
        each.cache_clear()
    return code


def _nested(code: CodeType) -> Iterator[CodeType]:
    """The codes of the functions in a code, the outer ones first."""
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _nested(one)


def _redefine(name: str, before: str, after: str) -> None:
    """Give constants the values that a module's changed text defines, wherever they are held.

    Only assignments are run again: decorators note functions in tables, and would do so twice.
    """
    modules = [*sys.modules.values()]
    module = next(one for one in modules if getattr(one, "__file__", None) == name)
    old = _defined(module, before)
    try:
        new = _defined(module, after)
    except Exception as error:
        raise _UndefinedError from error
    for key, value in new.items():
        if not key.startswith("__") and value != old.get(key):
            held = vars(module)[key]
            for one in modules:
                if vars(one).get(key) is held:
                    setattr(one, key, value)


class _UndefinedError(Exception):
    """A module cannot even be imported with a mutant."""


def _defined(module: ModuleType, text: str) -> dict[str, Any]:
    """What the assignments of a module's text come to."""
    names = {**vars(module)}
    tree = ast.parse(text)
    tree.body = [one for one in tree.body if isinstance(one, _ASSIGNED)]
    exec(compile(tree, module.__file__ or "", "exec"), names)
    return names


_ASSIGNED = (ast.Assign, ast.AnnAssign, ast.AugAssign)
_CACHED = type(cache(len))
