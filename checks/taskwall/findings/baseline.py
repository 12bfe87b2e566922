"""The baseline: findings that a project knows of and has accepted, in a file for review.

An entry names an instance of a finding by its fingerprint; rule, file and resource stand there for
people. An entry made from a fail silences an unknown too, one made from an unknown never silences a
fail. Files of version 1 are read: their entries stand for a finding with all its instances.
"""

import os
from collections.abc import Callable, Iterable, Mapping

import msgspec
from msgspec import Struct

from taskwall.core.plain_file import read_plain
from taskwall.findings.finding import FindingVerdict

VERSION = 2
DEFAULT_FILE = "taskwall-baseline.json"
"""Where a baseline goes if nobody says where."""


MAX_BASELINE_BYTES = 32 << 20
"""A baseline of more bytes is not read: that would be a hundred thousand findings."""


class BaselineError(Exception):
    """A baseline that cannot be read or written; the message is a whole sentence."""


class BaselineEntry(Struct, frozen=True):
    """An instance that is accepted. `file` is seen from the repository, so any folder will do."""

    fingerprint: str
    rule: str
    verdict: FindingVerdict
    file: str
    resource: str

    def silences(self, verdict: FindingVerdict) -> bool:
        """Whether the entry also covers a finding of this verdict."""
        return verdict == self.verdict or (self.verdict, verdict) == ("fail", "unknown")


class Baseline(Struct, frozen=True):
    """The entries of a baseline by fingerprint.

    `whole` says that each stands for a finding with all its instances, as in files of version 1.
    """

    entries: Mapping[str, BaselineEntry] = {}
    whole: bool = False


class _Document(Struct, frozen=True):
    taskwall_baseline: int
    findings: tuple[BaselineEntry, ...] = ()


def read(path: str, read_file: Callable[[str, int], bytes] = read_plain) -> Baseline:
    """What a file puts aside.

    Args:
        path: of the file.
        read_file: gives what is in a file of at most so many bytes.

    Raises:
        BaselineError: there is no such file, or it is no baseline.
    """
    try:
        document = msgspec.json.decode(read_file(path, MAX_BASELINE_BYTES), type=_Document)
    except OSError as error:
        why = error.strerror or str(error)
        raise BaselineError(f"{path}: the baseline cannot be read: {why}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BaselineError(f"{path}: is not a baseline: {error}.") from error
    version = document.taskwall_baseline
    if version not in (1, VERSION):
        raise BaselineError(f"{path}: is a baseline of version {version}, not {VERSION}.")
    entries = {entry.fingerprint: entry for entry in document.findings}
    return Baseline(entries, whole=version == 1)


def encode(entries: Iterable[BaselineEntry]) -> str:
    """The text of a baseline, the same for the same entries in whatever order."""
    order = sorted(entries, key=lambda e: (e.file, e.rule, e.resource, e.fingerprint))
    raw = msgspec.json.encode(_Document(VERSION, tuple(order)))
    return msgspec.json.format(raw, indent=2).decode() + "\n"


def may_be_written(path: str) -> None:
    """Refuse to write over anything that is no baseline.

    Raises:
        BaselineError: there is a folder, or another file.
    """
    if os.path.isdir(path):
        raise BaselineError(f"{path}: is a folder; write a baseline with --write-baseline=FILE.")
    if os.path.exists(path):
        try:
            read(path)
        except BaselineError as error:
            raise BaselineError(f"{error} It is not overwritten.") from error
