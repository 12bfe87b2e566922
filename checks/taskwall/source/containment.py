"""What goes wrong within taskwall itself, kept to the source that it happened on."""

from collections.abc import Callable
from typing import TypeVar

from taskwall.core.values import Span
from taskwall.source.stack import InternalError, SourceError

T = TypeVar("T")


def crash_at(place: Span, error: Exception) -> SourceError:
    """The crash that an exception is, without its text: that could quote a secret.

    Running out of stack is no defect but an error of the source.
    """
    if isinstance(error, RecursionError):
        return SourceError(place, "is nested too deeply to be analysed")
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({frames[-1].name}, line {frames[-1].lineno})" if frames else ""
    return InternalError(place, f"{type(error).__name__}{where}")


def attempt(work: Callable[[], T], path: str, errors: list[SourceError]) -> T | None:
    """What some work on a file or folder gives; None if it raises, which is a crash there."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 (one source must not cost the others)
        errors.append(crash_at(Span(path, 1, 1, 1, 1), error))
        return None
