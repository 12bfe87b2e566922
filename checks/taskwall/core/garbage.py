"""The garbage collector of a process that is not ours."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Switch Python's garbage collector off inside the block.

    Most of what is made in an analysis is used until its end. In a host each round of the collector
    also goes through all that the host holds: it took more than half of what the rules add.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
