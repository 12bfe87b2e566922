"""Hold both readers of Terraform against each other: plans, and the sources beside them.

    python -m tools.plans FOLDER...

Every plan (`terraform show -json`) below the folders that has its sources beside it is read twice:
by itself, and as what its sources evaluate to under the plan's variables. Attributes that both know
must be equal. What differs is listed, with what only one of them has of a resource.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct

from taskwall.core.values import Fields, Items, Known, Value, dereferenced, needs, spelled
from taskwall.readers.terraform.modules import module_loader
from taskwall.readers.terraform.plan.stacks import PlanStack, plans
from taskwall.readers.terraform.stack import TerraformStack
from taskwall.readers.terraform.values.values import JsonFields, JsonItems, as_text
from taskwall.source.files import Files, UnreadableError, walk
from taskwall.source.resource import Resource
from taskwall.source.stack import Inputs

ALONE = os.path.join(os.sep, "nowhere", "plan.json")
"""Where a plan is read as if its sources were not there."""


class Difference(Struct, frozen=True):
    """What a plan and its sources say differently of an attribute, or of a whole resource."""

    plan: str
    address: str
    attribute: str
    planned: str
    written: str


class Comparison(Struct):
    """How many attributes of a plan's resources are alike, unknown to either, or different."""

    plan: str
    counts: Counter[str]
    differences: list[Difference]


def main(folders: list[str]) -> int:
    """Compare all plans below some folders.

    Returns:
        0 if nothing differs, else 1.
    """
    total: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for found in comparisons(folders):
        total += found.counts
        total["plans"] += 1
        for each in found.differences:
            print(f"{each.plan}: {each.address} {each.attribute}")
            print(f"    plan:    {each.planned[:300]}")
            print(f"    sources: {each.written[:300]}")
            reasons[each.attribute or "(the resource)"] += 1
    print(", ".join(f"{name} {count}" for name, count in sorted(total.items())))
    return int(bool(reasons))


def comparisons(folders: Iterable[str]) -> Iterator[Comparison]:
    """The comparison of each plan below some folders that has sources beside it."""
    for path in walk(map(os.path.abspath, folders)):
        files = Files()
        try:
            text = files.text(path) if path.endswith(".json") else ""
        except UnreadableError:
            continue
        if (
            '"planned_values"' not in text
            or module_loader(files).module(os.path.dirname(path))[0] is None
        ):
            continue
        inputs = Inputs(boundary=os.path.dirname(path), outside=True)
        beside, _ = plans([path], files, inputs)
        alone, _ = plans([ALONE], Files({ALONE: text}), inputs)
        if beside and alone:
            if beside[0].sources is None:
                yield Comparison(path, Counter({"plans of other sources": 1}), [])
            else:
                yield compared(path, alone[0], beside[0].sources)


def compared(path: str, alone: PlanStack, sources: TerraformStack) -> Comparison:
    """A plan by itself against the sources beside it."""
    counts: Counter[str] = Counter()
    differences: list[Difference] = []
    written = {one.origin.address: one for one in sources.evaluate({}).resources}
    chains = {(), *map(_chain, written.values())}
    planned = {one.origin.address: one for one in alone.evaluate({}).resources if not one.data}
    for address, resource in planned.items():
        source = written.get(address)
        if source is None and _chain(resource) not in chains:
            counts["resources of modules that are not there"] += 1
            continue
        if source is None:
            counts["resources not in sources"] += 1
            differences.append(Difference(path, address, "", "is there", _absent(written, address)))
            continue
        for name, kind, one, other in _attributes(resource, source):
            counts[kind] += 1
            if kind == "different":
                differences.append(Difference(path, address, name, one, other))
    for address, source in written.items():
        if not source.data and address not in planned and "[*]" not in address:
            counts["resources not in plan"] += 1
            differences.append(Difference(path, address, "", "is not there", "is there"))
    return Comparison(path, counts, differences)


def _chain(resource: Resource) -> tuple[str, ...]:
    return tuple(call.name for call in resource.origin.called_from)


def _absent(written: dict[str, Resource], address: str) -> str:
    alike = [one for one in written if one.partition("[")[0] == address.partition("[")[0]]
    waits = [str(need) for one in alike for need in written[one].origin.maybe]
    return f"is not there; {', '.join(alike)} {'; '.join(waits)}"


def _attributes(planned: Resource, source: Resource) -> Iterator[tuple[str, str, str, str]]:
    """Each attribute that the sources write: its name, how both agree, and both as texts."""
    for name, value in source.body.fields.items():
        one, other = planned.body.fields.get(name), value
        if not _known(other):
            yield name, "unknown in sources", "", ""
        elif one is None:
            null = isinstance(plain := dereferenced(other), Known) and plain.data is None
            empty = isinstance(plain, Items | Fields) and not _shape(plain)
            yield name, "alike" if null or empty else "not in plan", "", ""
        elif not _known(one):
            yield name, "unknown in plan", "", ""
        elif _covers(_shape(one), _shape(other)):
            yield name, "alike", "", ""
        else:
            yield name, "different", repr(_shape(one)), repr(_shape(other))


def _covers(planned: object, written: object) -> bool:
    """Whether a plan has what is written; the provider may have filled in more of blocks."""
    if isinstance(planned, dict) and isinstance(written, dict):
        return all(_covers(planned.get(key), item) for key, item in written.items())
    if isinstance(planned, list) and isinstance(written, list):
        left = list(planned)
        for item in written:
            alike = next((one for one in left if _covers(one, item)), None)
            if alike is None:
                return False
            left.remove(alike)
        return not left
    return planned == written


def _known(value: Value) -> bool:
    return not needs(value)


def _shape(value: Value | None) -> object:
    """A known value as both readers would have it: sets in order, numbers as texts, no nulls."""
    found = None if value is None else dereferenced(value)
    if isinstance(found, JsonItems | JsonFields):
        found = as_text(found)
    if isinstance(found, Known):
        text = spelled(found.data)
        return _json(text) if text and text[:1] in "[{" else text or None
    if isinstance(found, Items):
        items = [shape for item in found.items if (shape := _shape(item)) is not None]
        if len(items) == 1 and isinstance(items[0], dict):
            return items[0]  # a block that can be there once is an object in some plans
        return sorted(items, key=repr) or None
    if isinstance(found, Fields):
        fields = {key: _shape(item) for key, item in found.fields.items()}
        return {key: shape for key, shape in sorted(fields.items()) if shape is not None} or None
    return None


def _json(text: str) -> object:
    """A text that is JSON, whatever its order and its white space."""
    import json

    from taskwall.core.values import lifted

    try:
        return _shape(lifted(json.loads(text)))
    except ValueError:
        return text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
