"""A pytest plugin that runs the collected tests on mutants, once they all pass without one.

Each mutant has a process of its own, forked from one that has imported everything, in which the
code of one function is another. What is defined beside functions (a table, a bound) is changed in
all modules that have taken it. `TASK` names the file that holds the task, and gets what is killed.
"""

import gc
import os
import resource
import signal
import sys
import time
from bisect import bisect
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType

import msgspec
import pytest
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, Phase, settings

from tools.mutations import Mutant

TASK = "MUTANTS_TASK"
# What takes more than this many times its tests' own seconds of a processor (and some) hangs.
PATIENCE, START = 5, 10
MAX_BYTES = 8 << 30
OVERHEAD = 0.02  # seconds of pytest for each test, roughly

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
    """Mutants of files below a root, the seconds of tests for each, and how many at a time."""

    root: str
    mutants: list[Mutant]
    seconds: float
    jobs: int


class Passed(msgspec.Struct):
    """What a test without a mutant shows: how long it takes, and which code it passes."""

    test: pytest.Item
    seconds: float
    codes: set[CodeType]


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Search as said here, whatever the tests' own settings are."""
    settings.load_profile("mutants")


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Run all tests as they are, then some of them on each mutant."""
    if session.testsfailed:
        raise session.Interrupted("not all tests can be collected")
    file = Path(os.environ[TASK])
    task = msgspec.json.decode(file.read_bytes(), type=Task)
    names = {os.path.join(task.root, mutant.file) for mutant in task.mutants}
    passed = [_passed(test, names) for test in session.items]
    functions = _functions(names)
    file.write_bytes(msgspec.json.encode(_killed(task, passed, functions)))
    return True


def _passed(test: pytest.Item, names: set[str]) -> Passed:
    """Run a test without a mutant."""
    codes = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename in names:
            codes.add(frame.f_code)

    begun = time.process_time()
    sys.setprofile(note)
    failed = _fails(test)
    sys.setprofile(None)
    if failed:
        sys.stderr.write(f"fails without a mutant: {test.nodeid}\n")
        pytest.exit("the tests do not pass", returncode=pytest.ExitCode.TESTS_FAILED)
    return Passed(test, time.process_time() - begun, codes)


def _fails(test: pytest.Item) -> bool:
    return any(report.failed for report in runtestprotocol(test, log=False, nextitem=None))


def _functions(names: set[str]) -> dict[CodeType, list[FunctionType]]:
    """The functions of some files that are there, by their code."""
    found: dict[CodeType, list[FunctionType]] = {}
    gc.unfreeze()  # the collector does not show what is frozen, as the tests' own code is
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename in names:
            found.setdefault(one.__code__, []).append(one)
    return found


def _killed(
    task: Task, passed: list[Passed], functions: dict[CodeType, list[FunctionType]]
) -> list[bool]:
    """Whether a test fails on each mutant, or hangs: as many mutants at a time as jobs."""
    killed = [False] * len(task.mutants)
    running: dict[int, int] = {}
    waiting = iter(range(len(task.mutants)))
    while True:
        for number in waiting:
            running[_begun(task, number, passed, functions)] = number
            if len(running) == task.jobs:
                break
        if not running:
            return killed
        process, status = os.wait()
        number = running.pop(process)
        # The kernel kills what a full machine has no memory for: that is no test that fails.
        killed[number] = os.waitstatus_to_exitcode(status) not in (0, -signal.SIGKILL)
        mutant = task.mutants[number]
        word = "killed" if killed[number] else "survived"
        sys.stderr.write(f"{word} {mutant.file} {mutant.lines[0]}\n")


def _begun(
    task: Task, number: int, passed: list[Passed], functions: dict[CodeType, list[FunctionType]]
) -> int:
    """Begin to run tests on a mutant in another process: its id. It ends with 1 where one fails."""
    if process := os.fork():
        return process
    # What cannot be tried survives: too low is better than too high.
    failed = False
    try:
        mutant = task.mutants[number]
        name = os.path.join(task.root, mutant.file)
        code = _changed(mutant, name, functions)
        tests = _against(code, name, passed, task.seconds)
        limit = int(time.process_time() + START + PATIENCE * sum(one.seconds for one in tests))
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + PATIENCE))
        resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
        failed = any(_fails(one.test) for one in tests)
    finally:
        os._exit(failed)


def _against(
    code: CodeType | None, name: str, passed: list[Passed], seconds: float
) -> list[Passed]:
    """The tests that pass a function; where it is none, those that pass its file.

    First come those that pass much of the file in little time.
    """
    share = {
        number: sum(each.co_filename == name for each in one.codes)
        for number, one in enumerate(passed)
        if code in one.codes or code is None
    }
    ordered = sorted(
        (number for number in share if share[number]),
        key=lambda number: -share[number] / (passed[number].seconds + OVERHEAD),
    )
    until = bisect(list(accumulate(passed[number].seconds for number in ordered)), seconds)
    return [passed[number] for number in ordered[: until + 1]]


def _changed(
    mutant: Mutant, name: str, functions: dict[CodeType, list[FunctionType]]
) -> CodeType | None:
    """Change what is in memory as a mutant says.

    Returns:
        the code of the function that was changed; None if it was none.
    """
    source = Path(name).read_text()
    new = compile(mutant.applied(source), name, "exec")
    changed = {(code.co_qualname, code.co_firstlineno): code for code in _nested(new)}
    for code in _nested(compile(source, name, "exec")):
        other = changed.get((code.co_qualname, code.co_firstlineno))
        if other is not None and other != code and code in functions:
            for function in functions[code]:
                function.__code__ = other
            return code
    _redefine(name, new)
    return None


def _nested(code: CodeType) -> Iterator[CodeType]:
    """The codes of the functions in a code, the outer ones first."""
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _nested(one)


def _redefine(name: str, code: CodeType) -> None:
    """Give constants the values that a module's code defines, wherever they are held by name."""
    modules = [*sys.modules.values()]
    module = next(one for one in modules if getattr(one, "__file__", None) == name)
    copy = ModuleType(module.__name__, module.__doc__)
    copy.__dict__.update({"__file__": name, "__package__": module.__package__})
    exec(code, copy.__dict__)
    for key, new in vars(copy).items():
        old = vars(module).get(key)
        if key.startswith("__") or isinstance(old, FunctionType | type | ModuleType) or new == old:
            continue
        for one in modules:
            if vars(one).get(key) is old and one is not copy:
                setattr(one, key, new)
    for one in gc.get_objects():
        if hasattr(one, "cache_clear") and callable(one) and type(one) is _CACHED:
            one.cache_clear()


_CACHED = type(cache(len))
