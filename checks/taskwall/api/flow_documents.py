"""Flows as machines read them: the contract, in version 1."""

from collections.abc import Iterable
from typing import Any, Final, Literal, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from taskwall.api.flows import FlowLine, ProposedChange, SpokenFlow, WhyAnswer
from taskwall.findings.finding import Absent

FLOWS_VERSION: Final = 1


class FlowRecord(SpokenFlow, frozen=True):
    """One flow: what one end can open to another.

    `protocol` is tcp, udp, icmp or all, else the number of a protocol. `ports` are those that the
    client opens (443, 8080-8090, or all), `arrives` those at the target, where they differ.
    `because` are the steps of the way, `missing` what an unknown one waits for, or a closed one
    once its `changes` are made. `addresses` are those of the internet, a VPC or a remote network,
    where not all take part. `changes`, which taskwall why adds, are what would open or close it.
    """

    changes: tuple[ProposedChange, ...] | UnsetType = UNSET


class FlowsDocument(Struct, frozen=True):
    """What taskwall flows and taskwall why print; what is in no flow of the former is closed.

    That is as far as the sources show: `absent` is what of them was not there to be read, and is
    left out if there is nothing.
    """

    version: Literal[1]
    flows: tuple[FlowRecord, ...]
    absent: tuple[Absent, ...] | UnsetType = UNSET


def flows_document(flows: Iterable[FlowLine], absent: tuple[Absent, ...] = ()) -> FlowsDocument:
    """Flows as the contract has them."""
    found = tuple(record_of(FlowRecord, flow) for flow in flows)
    return FlowsDocument(FLOWS_VERSION, found, absent or UNSET)


def why_document(answers: Iterable[WhyAnswer], absent: tuple[Absent, ...] = ()) -> FlowsDocument:
    """Answers as flows of the contract; what is closed is a flow with that verdict."""
    found: list[FlowRecord] = []
    for answer in answers:
        found += [record_of(FlowRecord, flow, changes=answer.closing) for flow in answer.flows]
        if not answer.flows:
            because = tuple(each.at for each in answer.closed)
            found.append(
                FlowRecord(
                    answer.source, answer.target, "all", ("all",), (), "closed", (), because,
                    answer.missing, (), (), answer.stack, answer.closed,
                )
            )  # fmt: skip
    return FlowsDocument(FLOWS_VERSION, tuple(found), absent or UNSET)


def document_text(document: Struct) -> str:
    """A document as text, indented."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


R = TypeVar("R", bound=FlowRecord)


def record_of(kind: type[R], flow: FlowLine, **more: Any) -> R:
    """A flow as a record of some kind, with what that has beside."""
    told: dict[str, Any] = {name: getattr(flow, name) for name in SpokenFlow.__struct_fields__}
    return kind(**told, **more)
