"""Files that are read again and again: blocks that stay as they are keep their standing lines."""

from collections.abc import Sequence

from msgspec import Struct

from taskwall.incremental.positions import IDENTITY, LineMap, LineShifts
from taskwall.readers.terraform.syntax.hcl import Parse, Parsed
from taskwall.readers.terraform.syntax.tree import Block, Body

BLOCK_SPACING = 1000
"""How many lines further apart blocks stand, so that others find room between them."""


class StableFile(Struct, frozen=True):
    """A file by its standing lines, and how far each block is from there.

    `blocks` are those of `parsed` with their text, and whether nothing around them is broken.
    """

    parsed: Parsed
    shifts: LineShifts | None = None
    blocks: tuple[tuple[str, Block, bool], ...] = ()

    def line_map(self, path: str) -> LineMap:
        """What leads from the standing lines of the file to its own."""
        return IDENTITY if self.shifts is None else LineMap({path: self.shifts})


def stable_file(
    path: str, text: str, parse: Parse, parsed: Parsed, earlier: StableFile | None
) -> StableFile:
    """A file by its standing lines: what stands in no block is left out, as nobody reads it.

    Args:
        path: the file's.
        text: what is in it now.
        parse: the same as the parser sees it.
        parsed: what was read of that.
        earlier: the file before.
    """
    places = [block.place for block in parsed.body.blocks]
    ends = [0, *(place.end_line for place in places)]
    if not places or any(place.line <= end for place, end in zip(places, ends, strict=False)):
        return StableFile(parsed)  # several stand on one line
    lines = text.split("\n")
    texts = ["\n".join(lines[place.line - 1 : place.end_line]) for place in places]
    at = [place.line for place in places]
    before = earlier.blocks if earlier is not None else ()
    starts = _starts(texts, at, before) if before else None
    if starts is None:
        starts = [line + BLOCK_SPACING * (index + 1) for index, line in enumerate(at)]
    down = [start - line for start, line in zip(starts, at, strict=True)]
    known = {
        block.place.line: (before_text, block) for before_text, block, sound in before if sound
    }
    blocks = []
    for index, block in enumerate(parse.read(down).body.blocks):
        sound = index not in parsed.shaky
        known_text, kept = known.get(starts[index], ("", block))
        same = sound and known_text == texts[index]
        blocks.append((texts[index], kept if same else block, sound))
    shifts = LineShifts(tuple(starts), tuple(-rows for rows in down))
    if earlier is not None and earlier.shifts == shifts:
        shifts = earlier.shifts
    return StableFile(
        Parsed(
            Body({}, tuple(block for _, block, _ in blocks)),
            errors=LineMap({path: LineShifts(tuple(at), tuple(down))}).apply(parsed.errors),
        ),
        shifts,
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
        room = (after[0] - low) // (new + 1) if after else BLOCK_SPACING
        between = [low + room * (index + 1) for index in range(new)]
    starts = [*before, *between, *after]
    stretches = zip([0, *starts], starts, [0, *at], at, strict=False)
    fits = all(stand - above >= line - over for above, stand, over, line in stretches)
    return starts if fits else None
