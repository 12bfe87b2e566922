"""Files that are read again and again: blocks that stay as they are keep their standing lines."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from taskwall.moved import Moved, Shifts
from taskwall.readers.terraform.hcl import Parsed
from taskwall.readers.terraform.syntax import Block, Body, Later

APART = 1000
"""How many lines further apart blocks stand, so that others find room between them."""


class Standing(Struct, frozen=True):
    """A file by its standing lines, and how far each block is from there.

    `blocks` are those of `parsed` with their text, and whether nothing around them is broken.
    """

    parsed: Parsed
    shifts: Shifts | None = None
    blocks: tuple[tuple[str, Block, bool], ...] = ()


def standing(path: str, text: str, parsed: Parsed, earlier: Standing) -> Standing:
    """A file whose text has changed.

    Args:
        path: the file's.
        text: what is in it now.
        parsed: what was read of that.
        earlier: the file before.
    """
    places = [block.place for block in parsed.body.blocks]
    ends = [0, *(place.end_line for place in places)]
    if not places or any(place.line <= end for place, end in zip(places, ends, strict=False)):
        return Standing(parsed)  # several stand on one line
    lines = text.split("\n")
    texts = ["\n".join(lines[place.line - 1 : place.end_line]) for place in places]
    at = [place.line for place in places]
    starts = _starts(texts, at, earlier.blocks) if earlier.shifts else None
    if starts is None:
        starts = [line + APART * (index + 1) for index, line in enumerate(at)]
    by = [start - line for start, line in zip(starts, at, strict=True)]
    lift = _Lift({path: Shifts(tuple(at), tuple(by))})
    known = {block.place.line: (told, block) for told, block, sound in earlier.blocks if sound}
    blocks = []
    for index, (start, told) in enumerate(zip(starts, texts, strict=True)):
        sound = index not in parsed.shaky
        before = known.get(start)
        kept = before[1] if sound and before is not None and before[0] == told else None
        blocks.append((told, kept or lift.of(parsed.body.blocks[index]), sound))
    body = Body(
        lift.of(parsed.body.attributes),
        tuple(block for _, block, _ in blocks),
        lift.of(parsed.body.twice),
    )
    shifts = Shifts(tuple(starts), tuple(-rows for rows in by))
    return Standing(
        Parsed(body, (), lift.of(parsed.errors)),
        earlier.shifts if earlier.shifts == shifts else shifts,
        tuple(blocks),
    )


def _starts(
    texts: Sequence[str], at: Sequence[int], earlier: Sequence[tuple[str, Block, bool]]
) -> list[int] | None:
    """Where each block stands: where it stood, if it is one of before; None if there is no room.

    Args:
        texts: the texts of the blocks.
        at: the lines of the file on which they begin.
        earlier: the blocks of before.
    """
    old = [text for text, _, _ in earlier]
    stood = [block.place.line for _, block, _ in earlier]
    most = min(len(texts), len(old))
    head = 0
    while head < most and texts[head] == old[head]:
        head += 1
    tail = 0
    while tail < most - head and texts[-1 - tail] == old[-1 - tail]:
        tail += 1
    new = len(texts) - head - tail
    before, after = stood[:head], stood[len(stood) - tail :]
    if new == len(old) - head - tail:
        between = stood[head : head + new]
    else:
        low = before[-1] if before else 0
        room = (after[0] - low) // (new + 1) if after else APART
        between = [low + room * (index + 1) for index in range(new)]
    starts = [*before, *between, *after]
    stretches = zip([0, *starts], starts, [0, *at], at, strict=False)
    fits = all(stand - above >= line - over for above, stand, over, line in stretches)
    return starts if fits else None


class _Lift(Moved):
    """Moves what was read of a file, as far as it has been read, to standing lines."""

    def _of(self, told: Any) -> Any:
        if isinstance(told, Later):
            return Later(lambda: self._of(told.get()))
        return super()._of(told)
