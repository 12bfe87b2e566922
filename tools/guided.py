"""Search for sources that break a scan, led by what they cover.

    python -m tools.guided GRAMMAR [OPTION OF LIBFUZZER...]

It takes atheris, which is not installed with the rest (`pip install atheris`). It goes on until it
finds something (`-max_total_time=600` ends it), and prints the files that break the scan: add them
to what `tests/fuzz/test_fuzz_sources.py` tries at each run.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def main(arguments: Sequence[str] = sys.argv) -> None:
    """Run the command."""
    import atheris

    sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]
    with atheris.instrument_imports(include=["taskwall"]):
        from fuzz.grammars import GRAMMARS
        from fuzz.test_fuzz_sources import holds
    from hypothesis import given, settings

    if len(arguments) < 2 or arguments[1] not in GRAMMARS:
        sys.exit(f"which one? {', '.join(GRAMMARS)}")

    @settings(database=None, deadline=None)
    @given(GRAMMARS[arguments[1]])
    def tried(files: dict[str, str]) -> None:
        try:
            holds(files)
        except Exception:
            print(files)
            raise

    one: Any = tried
    # Choices are many bytes, of which the first decide least.
    options = ["-len_control=0", "-max_len=8192", *arguments[2:]]
    atheris.Setup([arguments[0], *options], one.hypothesis.fuzz_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
