"""What judging a stack brings: its findings, each with what the report needs beside it."""

from typing import TypeAlias

from msgspec import Struct

from taskwall.core.change import AttributeChange
from taskwall.core.facts import Fact
from taskwall.core.loop_places import LoopIteration
from taskwall.core.values import Need, Origin, Span
from taskwall.findings.finding import CalledFrom, Crash, Finding, Severity, Unread
from taskwall.rules._rule import Rule, Verdict
from taskwall.source.resource import Resource, Suppression
from taskwall.source.stack import AbsentSource, Provenance, SourceError


class LocatedFinding(Struct, frozen=True, gc=False):
    """A finding, with what its suppression needs. Its paths are as the readers give them.

    `files` are those that hold what it rests on, and those whose calls lead there. `needs` says why
    what the finding waits for is not known. `changes` would mend it together, each with the
    resource that it is about. `about` are the permissions, listeners, ... that it is about, by
    which rules take precedence over it; `silenced_by` are the rules that did so, each with what
    about. `shared` is where it is reported if several have it in common. `block` is what its place
    is a part of, if the same of several places in it is one mistake. `in_context` is the place in
    the context that it is about. `iteration` is that of the loop which makes what the finding is
    about, if one does. `written` is where the value stands that is wrong, if the rule says so.
    `lacks` says that something is missing: its message names for whom, and is the same mistake
    whoever they are.
    `unreported` marks what would be of no use to anybody: no report has it.
    """

    finding: Finding
    place: Span
    on: Origin
    files: frozenset[str] = frozenset()
    needs: tuple[Need, ...] = ()
    changes: tuple[tuple[AttributeChange, Resource], ...] = ()
    about: frozenset[str] = frozenset()
    silenced_by: frozenset[tuple[str, str]] = frozenset()
    shared: Span | None = None
    block: Span | None = None
    unreported: bool = False
    iteration: LoopIteration | None = None
    in_context: Span | None = None
    written: Span | None = None
    lacks: bool = False

    def touches(self, files: frozenset[str]) -> bool:
        """Whether its place, a step of its chain or a call that leads there is in one of these."""
        steps = (step.file for step in self.finding.because)
        calls = (call.file for call in self.finding.called_from)
        return not files.isdisjoint((self.place.file, *steps, *calls, *self.files))


Pass: TypeAlias = tuple[str, Severity, str, Span, tuple[CalledFrom, ...], bool]
"""What distinguishes passes: the rule, the severity, the message, the place and its calls; then
whether the rule certainly concerns what passes, however open switches are set."""


class Judgement(Struct, frozen=True):
    """Everything that judging one stack brings.

    Passes are among the findings only if the settings show them; else `passes` are what there is
    to count of them, at places as the evaluation names them, before lines move. `sensitive_texts`
    are the sensitive texts of its sources, which nothing else in it holds. `silenced` are the fails
    and unknowns that other rules take precedence over. `provenance` says of each finding, then of
    each of those, from which expressions the value at its place comes.
    """

    findings: tuple[LocatedFinding, ...]
    resources: int
    unread: tuple[Unread, ...] = ()
    errors: tuple[SourceError, ...] = ()
    crashes: tuple[Crash, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    absent: tuple[AbsentSource, ...] = ()
    notes: tuple[str, ...] = ()
    passes: frozenset[Pass] = frozenset()
    sensitive_texts: frozenset[str] = frozenset()
    silenced: tuple[LocatedFinding, ...] = ()
    provenance: tuple[tuple[Provenance, ...], ...] = ()


class DecidingDefault(Struct, frozen=True, gc=False):
    """A default without which something would not fail; `advice` is to give another value."""

    fact: Fact
    advice: str


class ScenarioVerdict(Struct, frozen=True, gc=False):
    """A verdict of a rule in one scenario, and what took precedence over it there.

    `silences` is whether it takes precedence over another one itself. `defaults` say which inputs
    have a default without which it would not fail.
    """

    rule: Rule
    verdict: Verdict
    decided: Fact
    truth: bool | None
    scenario: int
    silenced_by: frozenset[tuple[str, str]] = frozenset()
    silences: bool = False
    defaults: tuple[DecidingDefault, ...] = ()
