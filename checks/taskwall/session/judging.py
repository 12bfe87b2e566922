"""Judging a stack again and again: what a change cannot have reached is recalled."""

from collections.abc import Sequence
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


class IncrementalStack:
    """The network of a stack, to be brought up to date when its sources change."""

    def __init__(self, rules: Sequence[Rule], settings: Settings) -> None:
        self._rules = rules
        self._settings = settings
        self._begin()

    def _begin(self) -> None:
        """Remember nothing."""
        self._queries = QueryEngine()
        self._network = Network((), engine.policy_of(self._settings))
        self._network.queries = self._queries
        self._lasting = IncrementalLowering(self._network, self._queries)
        self._judgement = Entry("judgement")
        self._merge_cache = MergeCache()
        self._resources: tuple[Resource, ...] = ()

    def judge(self, stack: Stack, check_cancelled: CancellationCheck) -> Judgement:
        """The judgement of the stack now; what `check_cancelled` raises leaves it as it was."""
        # Other values of defaults would take longer than a key may.
        followed = explore(stack, check_cancelled, tries_defaults=False)
        asked = (stack.name, followed, self._rules, self._settings, check_cancelled)
        queries = self._queries
        reads: dict[Entry, None] = {}
        queries.active_dependencies = reads
        try:
            found = engine.judge_scenarios(*asked, self._lowered, self._merge_cache)
        except AmbiguousError:
            self._begin()
            return engine.judge_scenarios(*asked)
        except BaseException:  # what was answered until then stands
            queries.set_dependencies(self._judgement, {**self._judgement.dependencies, **reads})
            raise
        finally:
            queries.active_dependencies = {}
        queries.set_dependencies(self._judgement, reads)
        queries.collect_garbage()
        return found

    def summaries(self, stack: Stack) -> tuple[ResourceSummary, ...]:
        """What the network of the stack says of its entities, open switches left open.

        None if it is nested too deeply to be analysed, as errors report.
        """
        try:
            evaluation = stack.evaluate({})
            resources = evaluation.resources
            known = len(resources) == len(self._resources) and all(
                map(is_, resources, self._resources)
            )
            network = self._lasting.plain if known else lower(resources).network
            found = tuple(summaries(network))
            return Redactor(evaluation.sensitive_texts).apply(evaluation.line_map.apply(found))
        except RecursionError:
            return ()

    def _lowered(self, resources: Sequence[Resource], policy: RulePolicy) -> Lowered:
        """The network that resources declare; `policy` is the one that it has."""
        del policy
        self._queries.revision += 1
        self._resources = ()
        found = self._lasting.lowered(resources)
        self._resources = tuple(resources)
        return found
