"""What the rules make in a process whose memory is cfn-lint's."""

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

_PYTHONS_OWN: Final = 1_000
"""Fewer objects than this are frozen by Python itself: version 3.12 begins with some hundreds."""


@contextmanager
def unheeded(*, counted: bool) -> Iterator[None]:
    """Make objects without a search for garbage, and unless they are `counted` none for them later.

    cfn-lint holds some two hundred thousand objects, and Python looks through all of them each
    time that a quarter more has come. In a run on one template what the rules make can be just
    what is still lacking, and such a search takes as long as all that they do. What is not counted
    joins the oldest objects at once. With it goes what cfn-lint made lately: were that done at each
    of many templates, little of its garbage would be found.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            # What somebody froze stays so.
            if not counted and gc.get_freeze_count() < _PYTHONS_OWN:
                gc.freeze()
                gc.unfreeze()
            gc.enable()


@cache
def end_at_once() -> None:
    """Have the process end without a search for garbage in all that is left of it.

    Python would make one through all objects of cfn-lint's and of ours, which takes a tenth of the
    processor time of a run on one template.
    """
    atexit.register(gc.freeze)
