"""Judging a stack again and again: what a change cannot have reached is recalled."""

from collections.abc import Sequence
from itertools import count
from operator import is_

from taskwall.engine import judge as engine
from taskwall.engine.judgement import Judgement
from taskwall.engine.merging import MergeCache
from taskwall.engine.scenarios import CancellationCheck, explore
from taskwall.findings.redaction import Redactor
from taskwall.incremental.query import AmbiguousError, Entry, QueryEngine
from taskwall.lowering import IncrementalLowering, Lowered, lower
from taskwall.model.core.network import Network, RulePolicy
from taskwall.rules._rule import Rule
from taskwall.session.summaries import ResourceSummary, summaries
from taskwall.settings import Settings
from taskwall.source.resource import Resource
from taskwall.source.stack import Stack

MOST_NETWORKS = 16
"""For as many scenarios of a stack a network of its own is kept: they share nothing in memory."""


class _ScenarioNetwork:
    """The network of a stack under one scenario, with all that was answered about it."""

    def __init__(self, policy: RulePolicy) -> None:
        self._queries = QueryEngine()
        network = Network((), policy)
        network.queries = self._queries
        self._lowering = IncrementalLowering(network, self._queries)
        self._judgement = Entry("judgement")
        self._reads: dict[Entry, None] = {}
        self._resources: tuple[Resource, ...] = ()

    def lowered(self, resources: Sequence[Resource]) -> Lowered:
        """The network that resources declare."""
        self._queries.active_dependencies = self._reads
        self._queries.revision += 1
        self._resources = ()
        found = self._lowering.lowered(resources)
        self._resources = tuple(resources)
        return found

    def of(self, resources: Sequence[Resource]) -> Network | None:
        """What it was last built to, if that was of these very resources."""
        known = self._resources
        same = len(resources) == len(known) and all(map(is_, resources, known))
        return self._lowering.plain if same else None

    def end(self, *, given_up: bool) -> None:
        """Forget what was not asked this time; nothing, if that was given up midway."""
        before = self._judgement.dependencies if given_up else {}
        self._queries.active_dependencies = {}
        self._queries.set_dependencies(self._judgement, {**before, **self._reads})
        self._reads = {}
        if not given_up:
            self._queries.collect_garbage()


class IncrementalStack:
    """The networks of a stack, to be brought up to date when its sources change.

    There is one for each scenario: from one to the next more may change than from one key to the
    next.
    """

    def __init__(self, rules: Sequence[Rule], settings: Settings) -> None:
        self._rules = rules
        self._settings = settings
        self._begin()

    def _begin(self) -> None:
        """Remember nothing."""
        self._networks: list[_ScenarioNetwork] = []
        self._merge_cache = MergeCache()

    def judge(self, stack: Stack, check_cancelled: CancellationCheck) -> Judgement:
        """The judgement of the stack now; what `check_cancelled` raises leaves it as it was."""
        # Other values of defaults would take longer than a key may.
        followed = explore(stack, check_cancelled, tries_defaults=False)
        asked = (stack, followed, self._rules, self._settings, check_cancelled)
        turns = count()

        def lowered(resources: Sequence[Resource], policy: RulePolicy) -> Lowered:
            turn = min(next(turns), MOST_NETWORKS - 1)
            if turn == len(self._networks):
                self._networks.append(_ScenarioNetwork(policy))
            return self._networks[turn].lowered(resources)

        try:
            found = engine.judge_scenarios(*asked, lowered, self._merge_cache)
        except AmbiguousError:
            self._begin()
            return engine.judge_scenarios(*asked)
        except BaseException:  # what was answered until then stands
            for network in self._networks:
                network.end(given_up=True)
            raise
        del self._networks[next(turns) :]
        for network in self._networks:
            network.end(given_up=False)
        return found

    def summaries(self, stack: Stack) -> tuple[ResourceSummary, ...]:
        """What the network of the stack says of its entities, open switches left open.

        None if it is nested too deeply to be analysed, as errors report.
        """
        try:
            evaluation = stack.evaluate({})
            resources = evaluation.resources
            known = (network.of(resources) for network in self._networks)
            network = next(filter(None, known), None) or lower(resources).network
            found = tuple(summaries(network))
            return Redactor(evaluation.sensitive_texts).apply(evaluation.line_map.apply(found))
        except RecursionError:
            return ()
