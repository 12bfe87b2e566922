"""What a scan that is made again and again keeps from one time to the next."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from taskwall.engine.judgement import Judgement
from taskwall.engine.scenarios import CancelledError
from taskwall.report.report import ReportBuilder
from taskwall.rules._rule import Rule
from taskwall.session.judging import IncrementalStack
from taskwall.session.summaries import ResourceSummary
from taskwall.settings import Settings
from taskwall.source.stack import Stack

__all__ = ["CancelledError", "SessionCache"]


class _CachedJudgement(Struct):
    """A stack, and what was said of it; None if that has not been asked yet."""

    stack: Stack
    judgement: Judgement
    summaries: tuple[ResourceSummary, ...] | None = None


class SessionCache:
    """What was said of each stack of a scan that is made again and again, and what came of it.

    `is_cancelled` is asked every now and then whether what is being judged has changed meanwhile.
    """

    def __init__(self) -> None:
        self._standings: dict[object, IncrementalStack] = {}
        self._known: dict[object, _CachedJudgement] = {}
        self._asked: tuple[Sequence[Rule], Settings] | None = None
        self.result: ReportBuilder | None = None
        self.is_cancelled: Callable[[], bool] | None = None

    def keep(self, stacks: Iterable[Stack], rules: Sequence[Rule], settings: Settings) -> None:
        """Forget all but these stacks, by their names, and all if rules or settings are others."""
        if self._asked != (rules, settings):
            self._asked = rules, settings
            self._standings.clear()
            self._known.clear()
            self.result = None
        wanted = frozenset(map(_key, stacks))
        self._standings = {n: kept for n, kept in self._standings.items() if n in wanted}
        self._known = {n: known for n, known in self._known.items() if n in wanted}

    def judge(self, stack: Stack, rules: Sequence[Rule], settings: Settings) -> Judgement:
        """The judgement of a stack, from what is remembered of the stack of its name.

        Raises:
            CancelledError: nobody waits for it; what has been judged until then is remembered.
        """
        known = self._known.get(_key(stack))
        if known is not None and known.stack is stack:
            return known.judgement
        self._check_cancelled()
        standing = self._standings.get(_key(stack))
        if standing is None:
            standing = self._standings[_key(stack)] = IncrementalStack(rules, settings)
        try:
            found = standing.judge(stack, self._check_cancelled)
        except CancelledError:
            raise
        except BaseException:
            del self._standings[_key(stack)]
            raise
        self._known[_key(stack)] = _CachedJudgement(stack, found)
        return found

    def summaries(self) -> Iterator[ResourceSummary]:
        """What the networks say of their entities, as they were judged last."""
        for read in () if self.result is None else self.result.found.reads:
            known = self._known.get(_key(read.stack))
            if known is None or known.stack is not read.stack:
                continue  # it cannot be analysed, as errors report
            if known.summaries is None:
                known.summaries = self._standings[_key(read.stack)].summaries(read.stack)
            yield from known.summaries

    def _check_cancelled(self) -> None:
        if self.is_cancelled is not None and self.is_cancelled():
            raise CancelledError


def _key(stack: Stack) -> tuple[str, tuple[str, ...], frozenset[str], frozenset[str]]:
    """By what a stack is known again: its name and deployments, what is beside it, who asks."""
    return stack.name, tuple(stack.deployments), stack.others_have, stack.asked
