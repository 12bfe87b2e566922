"""Functions of dates and times, on those that the sources write."""

import re
from datetime import UTC, datetime, timedelta

from taskwall.core.patterns import pattern
from taskwall.core.values import Known, Value
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.evaluation.functions.arguments import text_of
from taskwall.readers.terraform.values.values import FailedError

_TIME = pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_DURATION = pattern(r"(\d+(?:\.\d*)?|\.\d+)(h|ms|us|µs|ns|m|s)", re.ASCII)
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_PIECE = pattern(r"'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+", re.DOTALL)


def _time(value: Value) -> datetime:
    """A time as RFC 3339 writes it.

    Raises:
        FailedError: it is written otherwise.
    """
    text = text_of(value)
    if _TIME.fullmatch(text) is None:
        raise FailedError(f'"{text[:40]}"', "is not a time in RFC 3339 format")
    return datetime.fromisoformat(text)


def _written(time: datetime) -> str:
    offset = _offset(time, ":")
    return time.strftime("%Y-%m-%dT%H:%M:%S").zfill(19) + ("Z" if offset == "+00:00" else offset)


def _offset(time: datetime, colon: str) -> str:
    minutes = int((time.utcoffset() or timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}{colon}{rest:02}"


def _formatdate(arguments: list[Value], scope: ModuleContext) -> Value:
    pattern, time = text_of(arguments[0]), _time(arguments[1])
    if len(pattern) > 1000:
        raise FailedError("formatdate(...)", "has a format of over 1000 characters")
    pieces = []
    end = 0
    for match in _PIECE.finditer(pattern):
        if match.start() != end:
            break
        end = match.end()
        piece = match[0]
        if piece.startswith("'"):
            pieces.append(piece[1:-1].replace("''", "'"))
        else:
            pieces.append(_formatted(piece, time) if match[1] else piece)
    if end != len(pattern):
        raise FailedError("formatdate(...)", "has a quote without an end")
    return Known("".join(pieces))


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def _formatted(verb: str, time: datetime) -> str:
    utc = time.utcoffset() == timedelta()
    shapes = {
        "YYYY": f"{time.year:04}",
        "YY": f"{time.year % 100:02}",
        "MMMM": _MONTHS[time.month - 1],
        "MMM": _MONTHS[time.month - 1][:3],
        "MM": f"{time.month:02}",
        "M": str(time.month),
        "DD": f"{time.day:02}",
        "D": str(time.day),
        "EEEE": _DAYS[time.weekday()],
        "EEE": _DAYS[time.weekday()][:3],
        "hh": f"{time.hour:02}",
        "h": str(time.hour),
        "HH": f"{(time.hour - 1) % 12 + 1:02}",
        "H": str((time.hour - 1) % 12 + 1),
        "AA": "AM" if time.hour < 12 else "PM",
        "aa": "am" if time.hour < 12 else "pm",
        "mm": f"{time.minute:02}",
        "m": str(time.minute),
        "ss": f"{time.second:02}",
        "s": str(time.second),
        "ZZZZZ": _offset(time, ":"),
        "ZZZZ": _offset(time, ""),
        "ZZZ": "UTC" if utc else _offset(time, ""),
        "Z": "Z" if utc else _offset(time, ":"),
    }
    if verb not in shapes:
        raise FailedError(f'"{verb}"', "is not part of a date format")
    return shapes[verb]


def _timeadd(arguments: list[Value], scope: ModuleContext) -> Value:
    time, text = _time(arguments[0]), text_of(arguments[1])
    bare = text[1:] if text[:1] in ("+", "-") else text
    if bare != "0" and (not bare or _DURATION.sub("", bare)):
        raise FailedError(f'"{text[:40]}"', "is not a duration")
    seconds = sum(float(match[1]) * _SECONDS[match[2]] for match in _DURATION.finditer(bare))
    return Known(_written(time + timedelta(seconds=-seconds if text[:1] == "-" else seconds)))


def _timecmp(arguments: list[Value], scope: ModuleContext) -> Value:
    one, other = (_time(argument).astimezone(UTC) for argument in arguments)
    return Known((one > other) - (one < other))


FUNCTIONS = {"formatdate": _formatdate, "timeadd": _timeadd, "timecmp": _timecmp}
