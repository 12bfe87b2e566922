"""What a change does, as machines read it: the contract, in version 1."""

from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

from taskwall.api.diff import ChangedFlow, Difference, FindingChanges
from taskwall.api.flow_documents import FlowRecord, record_of
from taskwall.findings.finding import Absent, Problem, Step
from taskwall.model.flows.flow import FlowVerdict

DIFF_VERSION: Final = 1


class ChangedFlowRecord(FlowRecord, frozen=True, kw_only=True):
    """A flow that a change opens, closes or makes unknown.

    `was` is what it was before. `at` is the step of its chain that the other side does not have;
    null if there is none.
    """

    was: FlowVerdict
    at: Step | None


class ChangedFlowRecords(Struct, frozen=True):
    """The flows that differ."""

    opened: tuple[ChangedFlowRecord, ...]
    closed: tuple[ChangedFlowRecord, ...]
    unknown: tuple[ChangedFlowRecord, ...]


class DiffDocument(Struct, frozen=True):
    """What taskwall diff prints.

    `absent` is what was not there to be read; `one_sided` are calls whose modules only one side
    has, so that neither is read with them. `problems` are what could not be read.
    """

    version: Literal[1]
    base: str
    head: str
    flows: ChangedFlowRecords
    findings: FindingChanges
    absent: tuple[Absent, ...]
    one_sided: tuple[str, ...]
    problems: tuple[Problem, ...]


def diff_document(found: Difference) -> DiffDocument:
    """A difference as the contract has it."""
    flows = found.flows
    return DiffDocument(
        DIFF_VERSION,
        found.base,
        found.head,
        ChangedFlowRecords(*map(_changed, (flows.opened, flows.closed, flows.unknown))),
        found.findings,
        found.absent,
        found.one_sided,
        found.problems,
    )


def _changed(flows: Iterable[ChangedFlow]) -> tuple[ChangedFlowRecord, ...]:
    return tuple(record_of(ChangedFlowRecord, one.flow, was=one.was, at=one.at) for one in flows)
