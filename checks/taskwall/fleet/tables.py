"""The tables of a fleet: what is kept of each repository, a struct a row.

A column of a type is one of a table; `parquet` has the same types there. The first two columns of
each table name the repository and the revision as they were asked for.
"""

from msgspec import Struct

from taskwall.findings.finding import Step


class RepositoryRow(Struct, frozen=True):
    """One for each repository: the commit that was scanned, and counts.

    `status` is `scanned`, or what was in the way: `unreadable`, `timeout`, `memory`, `crash`; then
    `reason` says what. `fail` and `unknown` count instances, as the tables do.
    """

    repository: str
    revision: str
    commit: str = ""
    status: str = "scanned"
    reason: str = ""
    files: int = 0
    stacks: int = 0
    resources: int = 0
    fail: int = 0
    unknown: int = 0
    passed: int = 0
    suppressed: int = 0
    absent: int = 0
    errors: int = 0
    flows: int = 0


class FindingRow(Struct, frozen=True):
    """One instance of a finding: a fail in `findings`, an unknown in `unknowns`."""

    repository: str
    revision: str
    rule: str
    severity: str
    stack: str
    resource: str
    file: str
    line: int
    column: int
    message: str
    because: tuple[Step, ...]
    missing: tuple[str, ...]
    when: str | None
    construct: str | None
    fingerprint: str


class FlowRow(Struct, frozen=True):
    """A flow; `source` and `target` are its ends, the rest as `taskwall flows` has it."""

    repository: str
    revision: str
    stack: str
    source: str
    target: str
    protocol: str
    ports: tuple[str, ...]
    arrives: tuple[str, ...]
    verdict: str
    through: tuple[str, ...]
    addresses: tuple[str, ...]
    notes: tuple[str, ...]
    missing: tuple[str, ...]
    waits: str
    because: tuple[Step, ...]


class AbsentRow(Struct, frozen=True):
    """A module, template or file that a source calls and that is not in its repository."""

    repository: str
    revision: str
    kind: str
    name: str
    source: str
    version: str | None
    stack: str
    file: str
    line: int
    read_as: str | None


class TieRow(Struct, frozen=True):
    """What a stack refers to of another one, perhaps of another repository (`--context`)."""

    repository: str
    revision: str
    stack: str
    source: str
    file: str
    line: int
    by: str
    target: str
    target_stack: str | None
    candidates: tuple[str, ...]


class ErrorRow(Struct, frozen=True):
    """What could not be read or judged.

    `kind` is `source`, `warning` (of a source, where the settings say that errors do not fail a
    run), `crash` (of a rule, or of the reading of a stack), or the status of a repository that was
    not scanned at all.
    """

    repository: str
    revision: str
    kind: str
    rule: str
    stack: str
    file: str
    line: int
    column: int
    message: str


class TimingRow(Struct, frozen=True):
    """How long a repository took, by the clock and of a processor, and its most memory in MiB."""

    repository: str
    revision: str
    seconds: float
    cpu_seconds: float
    megabytes: float


class RepositoryRows(Struct):
    """All rows of one repository, a field a table."""

    repositories: list[RepositoryRow] = []
    findings: list[FindingRow] = []
    unknowns: list[FindingRow] = []
    flows: list[FlowRow] = []
    absent: list[AbsentRow] = []
    ties: list[TieRow] = []
    errors: list[ErrorRow] = []
    timings: list[TimingRow] = []


TABLES: dict[str, type[Struct]] = {
    "repositories": RepositoryRow,
    "findings": FindingRow,
    "unknowns": FindingRow,
    "flows": FlowRow,
    "absent": AbsentRow,
    "ties": TieRow,
    "errors": ErrorRow,
    "timings": TimingRow,
}
"""The tables by name, and the type of their rows."""


def not_scanned(repository: str, revision: str, status: str, reason: str) -> RepositoryRows:
    """The rows of a repository that was not scanned."""
    return RepositoryRows(
        repositories=[RepositoryRow(repository, revision, "", status, reason, errors=1)],
        errors=[ErrorRow(repository, revision, status, "", "", "", 0, 0, reason)],
    )
