"""What a scan that is made again and again keeps from one time to the next."""

from collections.abc import Iterable, Sequence

from taskwall.engine import Judgement
from taskwall.rejudge import Standing
from taskwall.result import Result
from taskwall.rule import Rule
from taskwall.settings import Settings
from taskwall.stack import Stack


class Memory:
    """What was said of each stack of a scan that is made again and again, and what came of it."""

    def __init__(self) -> None:
        self._standings: dict[str, Standing] = {}
        self._judged: dict[str, tuple[Stack, Judgement]] = {}
        self._asked: tuple[Sequence[Rule], Settings] | None = None
        self.result: Result | None = None

    def keep(self, names: Iterable[str], rules: Sequence[Rule], settings: Settings) -> None:
        """Forget all but the stacks of these names, and all if rules or settings are others."""
        if self._asked != (rules, settings):
            self._asked = rules, settings
            self._standings.clear()
            self._judged.clear()
            self.result = None
        wanted = frozenset(names)
        self._standings = {n: kept for n, kept in self._standings.items() if n in wanted}
        self._judged = {n: known for n, known in self._judged.items() if n in wanted}

    def judge(self, stack: Stack, rules: Sequence[Rule], settings: Settings) -> Judgement:
        """The judgement of a stack, from what is remembered of the stack of its name."""
        known = self._judged.get(stack.name)
        if known is not None and known[0] is stack:
            return known[1]
        standing = self._standings.get(stack.name)
        if standing is None:
            standing = self._standings[stack.name] = Standing(rules, settings)
        try:
            found = standing.judge(stack)
        except BaseException:
            del self._standings[stack.name]
            raise
        self._judged[stack.name] = stack, found
        return found
