"""Tries mutants on the rules' fixtures and on tests, each in a process that imports the mutant.

    python -m tools.mutant_tests TASK      (`tools/mutants.py` runs it, and writes the task)

A check has an outcome: what the rule of a fixture and those that it names say there
(milliseconds), what breaks law 1 in it (`tools/law1.py`), or whether a test passes. A mutant that
changes an outcome is killed. What comes of a check without a mutant, and which lines it runs, is
learned once, with the caches of our functions empty, and kept below `KEPT` as long as no source of
the package and no text of the check itself changes.

So a mutant meets only checks that run its lines: first fixtures, then laws, then tests. What is
unknown is on other lines: the law is asked in fixtures that run the mutant's function, or else its
file. What runs when a module is imported meets all checks, those first that run some of its file.

Each mutant has a process of its own, forked from one that has imported other people's packages and
none of ours. There the text of one file is another for the import, so that nothing was made, kept
or copied from what it was before.
"""

import gc
import os
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from functools import cache, partial
from hashlib import sha256
from importlib.machinery import SourceFileLoader
from importlib.metadata import entry_points
from pathlib import Path
from random import Random
from types import CodeType
from typing import Any, NamedTuple, TypeAlias

import msgspec
import pytest
from _pytest.runner import runtestprotocol
from coverage import Coverage
from coverage.numbits import numbits_any_intersection, nums_to_numbits
from hypothesis import HealthCheck, Phase, settings

from tools.mutations import Mutant

KEPT = ".mutants"
KINDS = ("fixtures", "laws", "tests")
SURVIVED, NOT_RUN = "", "not run"
PASSED, FAILED = "passed", "failed"
# What takes more than this many times its checks' own seconds of a processor (and some) hangs.
PATIENCE, START = 4, 10
TRACED, LEAVES = 4, 5
"""How many times a check's seconds are while its lines are noted, and while its law is asked."""
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
    """Mutants of files below a root, and the files of the tests that count.

    Each mutant meets checks of each kind that take so many seconds together; `jobs` processes run
    at a time.
    """

    root: str
    mutants: list[Mutant]
    tests: list[str]
    seconds: float
    jobs: int


class Run(msgspec.Struct):
    """What a check does without a mutant: what comes of it, how long it takes, the lines it runs.

    The lines of each file are `numbits` of coverage.
    """

    outcome: str
    seconds: float
    lines: dict[str, bytes]


class Check(NamedTuple):
    """What a mutant may be killed by; its name is that of a fixture, a stack (of laws), a test."""

    kind: str
    name: str
    run: Run


Outcome: TypeAlias = Callable[[], str]
Tell: TypeAlias = Callable[[str, Outcome], bool]
"""Takes the name of a check and what gives its outcome; says whether that is enough."""


def main(file: Path) -> None:
    """Try the mutants of a task, and write what became of each in its place."""
    task = msgspec.json.decode(file.read_bytes(), type=Task)
    root = Path(task.root)
    sys.path[:0] = [str(root / name) for name in ("checks", "tests", "")]
    if (root / "fixtures" / "rules").exists():
        import test_rule_fixtures  # noqa: F401 (and what of other people's it imports)
        import tools.law1  # noqa: F401
    for plugin in entry_points(group="pytest11"):
        plugin.load()
    checks = _learned(task)
    _forget_ours(root)
    with tempfile.TemporaryDirectory() as folder:
        answers = [Path(folder) / str(number) for number in range(len(task.mutants))]
        chosen = (
            (mutant, answer, [*_chosen(mutant, checks, task.seconds)])
            for mutant, answer in zip(task.mutants, answers, strict=True)
        )
        tries = [partial(_try, root, *each) for each in chosen]
        for number, status in _forked(tries, task.jobs):
            # The kernel kills what a full machine has no memory for: that is no check that fails.
            if not answers[number].exists():
                died = os.waitstatus_to_exitcode(status)
                answers[number].write_text(SURVIVED if died == -signal.SIGKILL else f"died: {died}")
            mutant = task.mutants[number]
            word = answers[number].read_text() or "survives"
            sys.stderr.write(f"{mutant.file}:{mutant.lines[0]}: {word}\n")
        file.write_bytes(msgspec.json.encode([each.read_text() for each in answers]))


def _forget_ours(root: Path) -> None:
    """Take what is ours out of the imported modules, and leave other people's there."""
    ours = tuple(str(root / name) + os.sep for name in ("checks", "tests", "tools"))
    for name, module in [*sys.modules.items()]:
        if (getattr(module, "__file__", None) or "").startswith(ours) and name != "__main__":
            del sys.modules[name]


def _forked(works: Iterable[Callable[[], None]], jobs: int) -> Iterator[tuple[int, int]]:
    """Do each work in a process of its own, some at a time: its number, and how it ended."""
    running: dict[int, int] = {}
    waiting = iter(enumerate(works))
    while True:
        for number, work in waiting:
            process = os.fork()
            if not process:
                try:
                    work()
                except BaseException:  # noqa: BLE001 (this process ends with it)
                    traceback.print_exc()
                    os._exit(1)
                os._exit(0)
            running[process] = number
            if len(running) == jobs:
                break
        if not running:
            return
        process, status = os.wait()
        yield running.pop(process), status


def _learned(task: Task) -> list[Check]:
    """All checks, in the order in which they are tried: as they are kept, or found out now."""
    root = Path(task.root)
    rules = (str(each.relative_to(root)) for each in sorted(root.glob("fixtures/rules/tw*")))
    helpers = (file for file in root.glob("tests/*.py") if not file.name.startswith("test_"))
    kept = root / KEPT / _digest([Path(__file__)], (root / "checks").rglob("*"), helpers)
    for old in {*kept.parent.glob("*")} - {kept}:
        shutil.rmtree(old)
    kept.mkdir(parents=True, exist_ok=True)
    places = {
        path: kept / _digest([root / path], (root / path).rglob("*"))
        for path in (*rules, *task.tests)
    }
    missing = [path for path, place in places.items() if not place.exists()]
    learning = (partial(_learn, root, path, places[path]) for path in missing)
    for number, status in _forked(learning, task.jobs):
        if status:
            sys.exit(f"cannot be run: {missing[number]}")
        sys.stderr.write(f"learned {missing[number]}\n")
    files = {mutant.file for mutant in task.mutants}
    checks = []
    for path, place in places.items():
        for name, run in msgspec.msgpack.decode(place.read_bytes(), type=dict[str, Run]).items():
            run.lines = {file: lines for file, lines in run.lines.items() if file in files}
            checks.append(Check("tests" if path in task.tests else "fixtures", name, run))
    checks += [*_laws(checks)]
    Random(0).shuffle(checks)
    return sorted(checks, key=lambda one: one.run.seconds if one.kind == "tests" else 0)


def _laws(checks: Iterable[Check]) -> Iterator[Check]:
    """The laws of fixtures, of twins one as in the gate, with what is known to break them."""
    cases = {one.name.rpartition("/")[0]: one.run for one in checks if one.kind == "fixtures"}
    if not cases:
        return
    from tools import law1

    known = sorted(line for lines in law1.standing().values() for line in lines)
    for group in law1.groups():
        asked = tuple(f": {rule.id} " for rule in law1.own_rules(group))
        for name in law1.sample(group):
            run = cases.get(f"fixtures/{name.partition(' ')[0]}")
            here = [line for line in known if line.startswith(f"{name} ")]
            if run:
                broken = "\n".join(line for line in here if any(one in line for one in asked))
                yield Check("laws", name, Run(broken, LEAVES * run.seconds, run.lines))


def _digest(*groups: Iterable[Path]) -> str:
    """What tells apart the texts and names of files."""
    digest = sha256()
    for file in sorted({file for group in groups for file in group if file.is_file()}):
        if "__pycache__" not in file.parts:
            digest.update(str(file).encode() + file.read_bytes())
    return digest.hexdigest()


def _learn(root: Path, path: str, place: Path) -> None:
    """Find out what the fixtures of a rule do, or the tests of a file, and keep it."""
    found: dict[str, Run] = {}
    folder = str(root / "checks")
    with tempfile.TemporaryDirectory() as temporary:
        data = f"{temporary}/data"
        coverage = Coverage(data, config_file=False, source=[folder], messages=False)
        caches = _Caches(folder)

        def tell(name: str, outcome: Outcome) -> bool:
            caches.clear()
            coverage.start()
            coverage.switch_context(name)
            begun = time.process_time()
            found[name] = Run(outcome(), (time.process_time() - begun) / TRACED, {})
            coverage.stop()
            return False

        if path.endswith(".py"):
            _each_test([path], tell)
        for source in sorted((root / path).glob("*/*")):
            if source.name in ("main.tf", "template.yaml"):
                name = str(source.relative_to(root))
                tell(name, partial(_of_fixture, root, name))
        coverage.save()
        query = (
            "select context, path, numbits from line_bits"
            " join context on context.id = context_id join file on file.id = file_id"
        )
        # Where none was run, as of tests that are left out, there is no such table.
        for name, file, lines in sqlite3.connect(data).execute(query) if found else ():
            if name in found:
                found[name].lines[os.path.relpath(file, root)] = lines
    for name in [name for name, run in found.items() if run.outcome == FAILED]:
        sys.stderr.write(f"fails without a mutant, and judges none: {name}\n")
        del found[name]
    new = place.with_suffix(f".{os.getpid()}")
    new.write_bytes(msgspec.msgpack.encode(found))
    new.rename(place)


class _Caches:
    """What keeps answers of our functions."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._modules = 0
        self._found: list[Any] = []

    def clear(self) -> None:
        """Empty them all, also of modules that were imported since."""
        if len(sys.modules) != self._modules:
            self._modules = len(sys.modules)
            gc.unfreeze()  # the collector does not show what is frozen, as tests' own code is
            self._found = [
                one
                for one in gc.get_objects()
                if type(one) is _CACHED
                and isinstance(code := getattr(one.__wrapped__, "__code__", None), CodeType)
                and code.co_filename.startswith(self._folder)
            ]
        for one in self._found:
            one.cache_clear()


_CACHED = type(cache(len))


def _of_fixture(root: Path, name: str) -> str:
    """What the rule of a fixture says there, word for word, and what of it is wrong."""
    import test_rule_fixtures as fixtures
    import wording
    from taskwall.rules import all_rules

    source = root / name
    own = next(rule for rule in all_rules() if rule.id.lower() == source.parts[-3])
    text = (root / "checks" / f"{own.module.replace('.', '/')}.py").read_text()
    # Those to which it yields, and those that ask what it would ask, are named there.
    judged = fixtures.judged(source, [rule for rule in all_rules() if rule.id in text])
    wrong = [*fixtures.not_as_marked(judged), *fixtures.waits_for_nothing(judged)]
    return "\n".join((wording.of_fixtures([(source, judged.located)]), *wrong))


def _of_law(_root: Path, name: str) -> str:
    """What breaks law 1 in a case, of the rule of its folder."""
    from tools import law1

    group = "/".join(name.split("/")[:2])
    return "\n".join(law1.sweep(group, law1.own_rules(group), [name]))


def _each_test(
    files: Iterable[str], tell: Tell, wanted: Mapping[str, object] | None = None
) -> None:
    """Tell of the tests of some files: all, or those that are wanted."""
    options = ("--rootdir=.", "--assert=plain", "-pno:cacheprovider", "-pno:xdist")
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        pytest.main([*options, *files], [_Tests(tell, wanted)])


class _Tests:
    """A plugin of pytest that tells of the tests that it collects, and of their outcome."""

    def __init__(self, tell: Tell, wanted: Mapping[str, object] | None) -> None:
        self._tell = tell
        self._wanted = wanted

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self) -> None:
        """Search as said here, whatever the tests' own settings are."""
        settings.load_profile("mutants")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run tests one by one, each with fixtures of its own."""
        if session.testsfailed:
            self._tell("collecting tests", lambda: FAILED)
        for item in session.items:
            wanted = self._wanted is None or item.nodeid in self._wanted
            if wanted and self._tell(item.nodeid, partial(_of_test, item)):
                break
        return True


def _of_test(item: pytest.Item) -> str:
    reports = runtestprotocol(item, log=False, nextitem=None)
    return FAILED if any(one.failed for one in reports) else PASSED


def _chosen(mutant: Mutant, checks: Sequence[Check], seconds: float) -> Iterator[Check]:
    """The checks that a mutant meets: of each kind as many as take so long together."""
    for kind in KINDS:
        every = [one for one in checks if one.kind == kind]
        first, last = mutant.function if kind == "laws" and mutant.function else mutant.lines
        lines = nums_to_numbits(range(first, last + 1))
        near = [
            one
            for one in every
            if numbits_any_intersection(lines, one.run.lines.get(mutant.file, b""))
        ]
        # Which check is the first to import a file says nothing of what that makes.
        if not mutant.function if kind != "laws" else not near:
            near = sorted(every, key=lambda one: mutant.file not in one.run.lines)
        left = seconds
        for one in near:
            if left > 0:
                yield one
                left -= one.run.seconds


def _try(root: Path, mutant: Mutant, answer: Path, checks: Sequence[Check]) -> None:
    """Import a mutant, and hold checks to their outcomes until one differs."""
    runs = {one.name: one.run for one in checks}
    seconds = sum(run.seconds for run in runs.values())
    limit = int(time.process_time() + START + PATIENCE * seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + PATIENCE))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
    _import_changed(root, mutant)
    became = SURVIVED if runs else NOT_RUN

    def tell(name: str, outcome: Outcome) -> bool:
        nonlocal became
        try:
            same = outcome() == (runs[name].outcome if name in runs else PASSED)
        except Exception:  # noqa: BLE001 (whatever a mutant makes it raise)
            same = False
        became = SURVIVED if same else name
        return not same

    for kind, outcome in (("fixtures", _of_fixture), ("laws", _of_law)):
        for one in checks:
            if one.kind == kind and not became and tell(one.name, partial(outcome, root, one.name)):
                break
    files = sorted({one.name.partition("::")[0] for one in checks if one.kind == "tests"})
    if files and not became:
        _each_test(files, tell, runs)
    answer.write_text(became)


def _import_changed(root: Path, mutant: Mutant) -> None:
    """Give a mutant's text to whoever imports its file."""
    file = str(root / mutant.file)
    text = mutant.applied(Path(file).read_text())
    read = SourceFileLoader.get_code

    def get_code(loader: Any, name: str) -> CodeType | None:
        return compile(text, file, "exec") if loader.path == file else read(loader, name)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
