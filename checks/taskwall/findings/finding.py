"""Findings and the report: all that outputs may see, in the shape of the JSON contract."""

from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

Severity: TypeAlias = Literal["critical", "high", "medium", "low", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")
"""From the worst down."""

FindingVerdict: TypeAlias = Literal["fail", "unknown", "pass"]


class Step(Struct, frozen=True, gc=False):
    """One step of the chain that leads to a finding."""

    resource: str
    file: str
    line: int
    text: str


class CalledFrom(Struct, frozen=True, gc=False):
    """A module call (or nested stack) on the way to the resource, the outermost first."""

    file: str
    line: int
    text: str


class Edit(Struct, frozen=True, gc=False):
    """A replacement of a stretch of a file, for an editor to apply.

    `placeholder` says that `text` holds something in angle brackets (`<ARN of the certificate>`)
    that the user has to replace.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    placeholder: bool = False


class Fix(Struct, frozen=True, gc=False):
    """What to write, in the source's own language, and the edits that write it where some can.

    Edits belong together, do not overlap, and are in the order of the file.
    """

    text: str
    edits: tuple[Edit, ...] = ()


class Instance(Struct, frozen=True, gc=False):
    """One resource that a finding is about: a place may make many of them, in several stacks.

    `resource` is its whole address or logical id, `stack` what declares it, and `deployments` are
    the names of the declared deployments that have it. `fingerprint` tells it from all others, and
    stays the same when the file changes elsewhere.
    """

    resource: str
    stack: str = ""
    deployments: tuple[str, ...] = ()
    construct: str | None = None
    called_from: tuple[CalledFrom, ...] = ()
    when: str | None = None
    fingerprint: str = ""


class Finding(Struct, frozen=True, gc=False):
    """What a rule says of one place. The fields, and their order, are the JSON contract.

    Lines and columns count from 1 (columns in code points), ends are exclusive, paths are
    relative to the working directory with forward slashes. `when` names the setting of the
    undecided conditions that the finding needs; None if it holds whatever they are. The fields
    that an instance has too are those of the first.
    """

    rule: str
    verdict: FindingVerdict
    severity: Severity
    resource: str
    instances: tuple[Instance, ...]
    stack: str
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    because: tuple[Step, ...] = ()
    called_from: tuple[CalledFrom, ...] = ()
    construct: str | None = None
    when: str | None = None
    missing: tuple[str, ...] = ()
    fix: Fix | None = None
    fingerprint: str = ""

    def of(self, instances: "tuple[Instance, ...]") -> "Finding":
        """The same finding about these instances only."""
        first = instances[0]
        return replace(
            self,
            resource=first.resource,
            instances=instances,
            stack=first.stack,
            called_from=first.called_from,
            construct=first.construct,
            when=_either(instances),
            fingerprint=first.fingerprint,
        )

    @property
    def addresses(self) -> tuple[str, ...]:
        """The resources of all instances, each once."""
        return tuple(dict.fromkeys(one.resource for one in self.instances))


def _either(instances: "tuple[Instance, ...]") -> str | None:
    """When any of some instances is there; None if one always is."""
    whens = {(one.stack, one.when): one.when for one in instances}
    known = [when for when in whens.values() if when is not None]
    # A switch of a stack by itself is on or off. Beside something else it leaves that open.
    switches = ((stack, when.removesuffix(_ON)) for stack, when in whens if when)
    both = any(" " not in one and (stack, f"{one}{_OFF}") in whens for stack, one in switches)
    return None if both or len(known) < len(whens) else " or ".join(dict.fromkeys(known))


_ON, _OFF = " is true", " is false"
"""How a setting of a switch ends, in both languages."""


class Suppressed(Struct, frozen=True):
    """A finding that a comment, the baseline or the settings keep silent; `by` says which.

    `until` is the last day on which it does; None if it has no end.
    """

    finding: Finding
    by: str
    reason: str
    file: str
    line: int
    until: str | None = None


class Unread(Struct, frozen=True):
    """Resources of a type, or attributes of a type, that nothing here reads."""

    type: str
    count: int
    attributes: tuple[str, ...] = ()


ALLOW_OUTSIDE: Final = "--allow-outside"
"""The option that reads what lies outside of the repository."""


class Absent(Struct, frozen=True):
    """A module, template or file that a source calls and that was not there to be read.

    A link that leads out of the repository, or nowhere, is one, too. `file` and `line` are those of
    the call, or of the link; `stack` is what calls it, or the folder with the link. `read_as` names
    the model of it that was read in its place, if there was one.
    """

    kind: str
    name: str
    source: str
    version: str | None
    stack: str
    file: str
    line: int
    cure: str
    read_as: str | None = None


class ReportedTie(Struct, frozen=True, rename={"from_": "from"}):
    """What a source refers to of another one.

    `from_` (a data source, say) is of `stack` and stands at `file` and `line`. `to` is the resource
    that it means, "" if it is a whole state, and `to_stack` the root or file that this is of; `by`
    says by what it was found. Where `to_stack` is None, each of `candidates` may be meant.
    """

    from_: str
    stack: str
    file: str
    line: int
    by: str
    to: str = ""
    to_stack: str | None = None
    candidates: tuple[str, ...] = ()


class Problem(Struct, frozen=True):
    """A source that could not be read, or part of one."""

    file: str
    line: int
    column: int
    message: str


class Crash(Struct, frozen=True):
    """A rule, or the reading of a source, that raised: never silence.

    `file` and `line` are where in the sources, "" and 0 where that is not known.
    """

    rule: str
    stack: str
    message: str
    file: str = ""
    line: int = 0

    @property
    def advice(self) -> str:
        """Who mends it: taskwall's own rules, and its reading, are a defect of taskwall."""
        own = self.rule.isupper() and not self.rule.startswith("TW")
        return "It is a rule of your own." if own else "Please report this."


class Summary(Struct, frozen=True, rename={"passed": "pass"}):
    """The counts of a report; `fail_when` are the fails that need a setting of open switches."""

    files: int = 0
    stacks: int = 0
    resources: int = 0
    fail: int = 0
    unknown: int = 0

    passed: int = 0
    fail_when: int = 0
    suppressed: int = 0
    absent: int = 0
    errors: int = 0
    crashes: int = 0


DOCUMENT_VERSION = 2
"""The version of the JSON contract: another one if a field goes, or changes its meaning."""


class ReportDocument(Struct, frozen=True):
    """The JSON contract.

    `ties` say what of one stack was found to be what another refers to. `warnings` are problems
    that do not fail the run.
    """

    version: int
    taskwall: str
    summary: Summary
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...] = ()
    absent: tuple[Absent, ...] = ()
    ties: tuple[ReportedTie, ...] = ()
    warnings: tuple[Problem, ...] = ()
    unread: tuple[Unread, ...] = ()
    errors: tuple[Problem, ...] = ()
    crashes: tuple[Crash, ...] = ()


class RuleDescription(Struct, frozen=True):
    """A rule that ran, for formats that describe rules.

    `sections` are those of its docstring, by their names. `page` makes the whole page, in Markdown.
    """

    id: str
    name: str
    title: str
    severity: Severity
    sections: Mapping[str, str]
    page: Callable[[], str] | None = None

    @property
    def what(self) -> str:
        """What it finds, in one paragraph."""
        return " ".join(self.sections["What"].split())

    @property
    def why(self) -> str:
        """Why that matters, in one paragraph."""
        return " ".join(self.sections["Why"].split())

    @property
    def link(self) -> str:
        """AWS's page on the matter."""
        return link_of(self.sections)


GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-network.html"
"""The AWS guide that the rules encode."""


def link_of(sections: Mapping[str, str]) -> str:
    """The first page that the section `See` names, else the guide: where a reader is sent."""
    return next(iter(sections["See"].split()), GUIDE)


def _no_hash(_file: str, _line: int) -> str:
    return ""


class Report(Struct, frozen=True):
    """What a scan found, for every surface.

    `document.findings` holds all verdicts that were asked for, `findings` fails and unknowns in any
    case, and passes if they were asked for; `excerpt` gives a line of a source by file (as findings
    spell it) and line number, masked where it could hold a secret. `status` is the exit status that
    the findings ask for: 0, 1 or 2. `reasons` say of each thing that an unknown waits for why it is
    not known, `options` by which option of a scan its value is given (`var`, `parameters`,
    `workspace` or `assume`) where that decides all that wait for it. `rules` are those that ran, by
    id; `selected` says that the user chose them. `open_ties` are what was looked for elsewhere and
    not found, with how many unknowns wait for it, most first; `idle_ties` are those of the settings
    that tie nothing. `elsewhere` counts the fails and the unknowns that touch none of the files
    that were given, `excluded` the files that are excluded. `line_hash` gives the hash by which
    code scanning knows a line again, "" if it has none. `certain_passes` counts for each rule the
    passes that are not shown and that it certainly concerns. `has_baseline` says that what a
    baseline knows is put aside, so that the findings are new. `seconds` are how long the reading
    (as "") and the judging of each stack took.
    """

    document: ReportDocument
    excerpt: Callable[[str, int], str | None]
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    status: int = 0
    reasons: Mapping[str, str] = {}
    options: Mapping[str, str] = {}
    rules: tuple[RuleDescription, ...] = ()
    selected: bool = False
    elsewhere: tuple[int, int] = (0, 0)
    excluded: int = 0
    open_ties: tuple[tuple[ReportedTie, int], ...] = ()
    idle_ties: tuple[str, ...] = ()
    line_hash: Callable[[str, int], str] = _no_hash
    certain_passes: Mapping[str, int] = {}
    has_baseline: bool = False
    seconds: Mapping[str, float] = {}
