"""A difference for machines: version 1 of the contract."""

from collections.abc import Iterable

import msgspec

from taskwall.api.diff import DIFF_VERSION, ChangedFlow, Difference
from taskwall.api.flows import as_contract


def render(found: Difference) -> str:
    """The document, indented."""
    flows = found.flows
    made = {
        "version": DIFF_VERSION,
        "base": found.base,
        "head": found.head,
        "flows": {
            "opened": _flows(flows.opened),
            "closed": _flows(flows.closed),
            "unknown": _flows(flows.unknown),
        },
        "findings": found.findings,
        "absent": found.absent,
        "problems": found.problems,
    }
    return msgspec.json.format(msgspec.json.encode(made), indent=2).decode() + "\n"


def _flows(flows: Iterable[ChangedFlow]) -> list[dict[str, object]]:
    return [{**as_contract(one.flow), "was": one.was, "at": one.at} for one in flows]
