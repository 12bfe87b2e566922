"""Count what Terraform sources leave open of the attributes that rules look at.

    python -m tools.unknowns [--list N] FOLDER...

Each folder is scanned by itself. An attribute that lowering reads is known; or refers to resources
of its stack and is known but for what AWS gives them; or is unknown, and then its reasons count.
`--list N` prints N of the unknown ones, spread evenly over all.
"""

import os
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from taskwall.api.options import Options, resolved_options
from taskwall.core.values import Fields, Items, Need, Reference, Text, Unknown, Value
from taskwall.lowering import lower
from taskwall.readers.terraform import JoinedStack, TerraformStack
from taskwall.source.files import Files


class Read(Struct, frozen=True):
    """An attribute that lowering reads: where it is, and what its value waits for.

    `refers` says whether it holds references to resources of its stack.
    """

    file: str
    line: int
    address: str
    attribute: str
    needs: tuple[Need, ...]
    refers: bool


def main(arguments: list[str]) -> int:
    """Count over all folders, and print counts and reasons."""
    parser = ArgumentParser(description="Count what Terraform sources leave open.")
    parser.add_argument("--list", type=int, default=0, help="print so many unknown attributes")
    parser.add_argument("folder", nargs="+")
    given = parser.parse_args(arguments)
    found = [read for folder in given.folder for read in reads(os.path.abspath(folder))]
    unknown = [read for read in found if read.needs]
    refers = sum(read.refers for read in found if not read.needs)
    known = len(found) - len(unknown) - refers
    print(f"known {known}, references {refers}, unknown {len(unknown)}, of {len(found)}")
    reasons = Counter(why for read in unknown for why in {need.why for need in read.needs})
    for why, count in reasons.most_common(20):
        print(f"{count:6} {why}")
    step = max(1, len(unknown) // given.list) if given.list else len(unknown) + 1
    for read in unknown[step - 1 :: step][: given.list]:
        waits = "; ".join(map(str, read.needs[:3]))
        print(f"{read.file}:{read.line}: {read.address} {read.attribute}: {waits}")
    return 0


def reads(folder: str) -> Iterator[Read]:
    """What lowering reads of the Terraform roots below a folder."""
    found = resolved_options(Options((folder,))).read(Files())
    for stack in (read.stack for read in found.reads):
        if not isinstance(stack, TerraformStack | JoinedStack):
            continue
        resources = stack.evaluate({}).resources
        lowered = lower(resources)
        unread = {(one.type, name) for one in lowered.unread for name in one.attributes}
        unread |= {(one.type, "") for one in lowered.unread if not one.attributes}
        there = {resource.origin.address for resource in resources if not resource.data}
        for resource in resources:
            if resource.data or (resource.type, "") in unread:
                continue
            for name, value in resource.body.fields.items():
                if (resource.type, name) not in unread:
                    place = resource.body.places.get(name, resource.place)
                    waits = dict.fromkeys(need for need, _ in _parts(value, there) if need)
                    refers = any(linked for _, linked in _parts(value, there))
                    address = resource.origin.address
                    yield Read(place.file, place.line, address, name, tuple(waits), refers)


def _parts(value: Value, there: set[str]) -> Iterator[tuple[Need | None, bool]]:
    """What each open part of a value waits for, or that it refers to a resource that is there."""
    if isinstance(value, Reference):
        if value.resource in there:
            yield None, True
        elif value.value is not None:
            yield from _parts(value.value, there)
        else:
            yield Need(value.symbol, value.why), False
    elif isinstance(value, Unknown):
        yield from ((need, False) for need in value.needs or (Need("it", "is not known"),))
    elif isinstance(value, Text):
        for part in value.parts:
            if not isinstance(part, str):
                yield from _parts(part, there)
    elif isinstance(value, Items):
        yield from ((need, False) for need in (value.needs if value.rest else ()))
        for item in (*value.items, *value.rest):
            yield from _parts(item, there)
    elif isinstance(value, Fields):
        for item in (*value.fields.values(), *(() if value.rest is None else (value.rest,))):
            yield from _parts(item, there)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
