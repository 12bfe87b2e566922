"""The hash by which code scanning knows a line again: `primaryLocationLineHash` of SARIF.

GitHub's action that uploads SARIF adds it where the sources are checked out; who uploads without it
has to bring the same. It is of the 100 UTF-16 units from the beginning of the line on, without
blanks and tabs, and has the number of the line among those of equal hash (github/codeql-action,
`src/fingerprints.ts`).
"""

import re
from collections import Counter

HASHED_UNITS = 100
_FACTOR = 37
_END = "\uffff"
"""What stands for the end of the file."""
READ = "2026-11-27"


def line_hashes(text: str) -> list[str]:
    """The hash of each line of a text, from the first on."""
    units = text.encode("utf-16-le", "surrogatepass")
    plain = "".join(chr(unit) for unit in memoryview(units).cast("H"))
    plain = re.sub("[ \t]", "", re.sub("\r\n?", "\n", plain)) + _END
    starts = [0, *(found.end() for found in re.finditer("\n", plain))]
    seen: Counter[str] = Counter()
    hashes: dict[str, str] = {}
    lines = []
    for start in starts:
        window = plain[start : start + HASHED_UNITS]
        if window not in hashes:
            value = 0
            for unit in window.ljust(HASHED_UNITS, "\0"):
                value = (value * _FACTOR + ord(unit)) % (1 << 64)
            hashes[window] = f"{value:x}"
        seen[hashes[window]] += 1
        lines.append(f"{hashes[window]}:{seen[hashes[window]]}")
    return lines
