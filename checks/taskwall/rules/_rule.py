"""What a rule is, and what it yields.

A rule is one file, `rules/<id>_<name>.py`: a generator over the network, and a docstring from
which its title, its page and its fixes are derived. It never sees how the network was written
down. `taskwall.rules` finds the files.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from types import CodeType
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.change import AttributeChange
from taskwall.core.facts import TRUE, Fact, all_of, existence
from taskwall.core.values import Need, Origin, Span
from taskwall.findings.finding import RuleDescription, Severity, link_of
from taskwall.model.core.network import Network

SECTIONS = ("What", "Why", "Fine when", "Terraform", "CloudFormation", "Guide", "See")
"""The sections of a rule's docstring, in order. All are required.

`Terraform` and `CloudFormation` say what to write instead: they are the fix of a finding, where
`<name>` stands for what the verdict calls so. `Guide` names the recommendations of
`data/guide.toml` that the rule encodes, or says "beyond".
"""


PROFILES = ("default", "pci", "strict")
"""The sets of rules that run, the smallest first."""


class Verdict(Struct, frozen=True, gc=False):
    """A rule's answer for one place.

    `on` is what has to change, `place` the place in it. `violated` is true (fail), false (pass) or
    unknown; `concerned` is whether the rule is about it at all: if not, there is no verdict, and
    where that is unknown, so is the verdict. `message` says what is wrong, `holds` what is right.
    One of them follows "cannot tell whether": `holds` if the message is `negative`. `about`
    identifies the permission, listener or log that rules take precedence over each other for.
    `absent` marks that something is missing, which the setting `elsewhere` excuses. `names` fill
    the fix: `name` is what new resources are named after. `asked_by` are rules of which an unknown
    about the same thing asks the user what this one would ask. `unreported` marks what no report
    has: an unknown that nobody can use, and a fail where the rule reports another mistake of the
    same permission. `changes` are what would mend a fail, if setting attributes does: all of them
    together. `advice` is the same where it takes more than that: it is told, and not offered as an
    edit. With `adds` the code of the fix is resources, and to add them beside `on` is all that it
    takes; with `sets` it is attributes of `on`. `remedy` says what to do where it is not what the
    rule's docstring says, by language if it differs.
    `shared` is where the mistake is if several verdicts have it in common: the group that they all
    use. `block` is what the place is a part of, if the same of several places in it is one mistake.
    `written` is where the value stands that is wrong, if the rule knows it; else it is traced.
    `in_context` is the place in the context to which the scanned one leads, `of_context` what it
    is about there.
    """

    on: Origin
    place: Span
    violated: Fact
    message: str
    holds: str = ""
    about: str = ""
    severity: Severity | None = None
    absent: bool = False
    names: Mapping[str, str] = {}
    concerned: Fact = TRUE
    asked_by: tuple[str, ...] = ()
    negative: bool = False
    unreported: bool = False
    changes: tuple[AttributeChange, ...] = ()
    advice: tuple[AttributeChange, ...] = ()
    adds: bool = False
    sets: bool = False
    remedy: str | Mapping[str, str] = ""
    shared: Origin | None = None
    block: Span | None = None
    in_context: Span | None = None
    of_context: Origin | None = None
    written: Span | None = None

    @property
    def decided(self) -> Fact | None:
        """What makes the verdict; None if there is none, because the rule is not concerned.

        Where nothing is violated it passes, whether or not the rule is concerned. What may not
        exist does something wrong only where it can be said when it exists.
        """
        if self.concerned.truth is False:
            return None
        if self.concerned.truth is None and self.violated.truth is not False:
            return self.concerned
        if self.violated.truth and self.on.maybe and not self.when:
            return all_of((self.concerned, self.violated, existence(self.on)))
        # Not by `&`: what concerns a rule explains its pass as well.
        return Fact(self.violated.truth, parts=(self.concerned, self.violated), op="both")

    @property
    def when(self) -> str:
        """When what it is about exists, as `when_there` says it."""
        return when_there(self.on)


def when_there(on: Origin) -> str:
    """When something exists, in the words of its source; "" if that cannot be said.

    It is "" of what certainly exists, too.
    """
    conditions = dict.fromkeys(need.when for need in on.maybe)
    if not all(conditions):
        return ""
    some = (f"({one})" if " or " in one else one for one in conditions)
    return " and ".join(some) if len(conditions) > 1 else "".join(conditions)


def passes(on: Origin, place: Span, holds: str, concerned: Fact = TRUE) -> Verdict:
    """A verdict that passes for want of anything that could be wrong: a group allows nobody."""
    nothing = Fact(False, holds, place, on.name, otherwise=holds)
    return Verdict(on, place, nothing, f"it is not true that {holds}", holds, concerned=concerned)


def cannot_be_seen(
    on: Origin, place: Span, message: str, needs: tuple[Need, ...], concerned: Fact = TRUE
) -> Verdict:
    """A verdict that is unknown because its subject is not in the sources."""
    unseen = Fact(None, message, place, on.name, needs)
    return Verdict(on, place, unseen, message, concerned=concerned)


Judge: TypeAlias = Callable[[Network], Iterable[Verdict]]


class Rule(Struct, frozen=True):
    """A rule as surfaces see it.

    `severity_given` is what the settings say in place of its own severity, and of its verdicts'.
    `sections` hold the docstring's parts by their names. `yields_to` names the rules whose fail
    about the same thing silences this one's. `per_use` says that it judges how a value is used, and
    not the value: two uses of one variable are two mistakes.
    """

    id: str
    name: str
    title: str
    severity: Severity
    default: bool
    pci: bool
    yields_to: tuple[str, ...]
    sections: Mapping[str, str]
    judge: Judge
    module: str
    per_use: bool = False
    severity_given: Severity | None = None

    @property
    def lint_id(self) -> str:
        """The id that cfn-lint knows it by: a letter for its severity, which never changes."""
        if self.severity in ("critical", "high"):
            return f"E{self.id}"
        return f"W{self.id}" if self.severity == "medium" or self._low_default else f"I{self.id}"

    @property
    def _low_default(self) -> bool:
        return self.severity == "low" and self.default

    def of_severity(self, severity: Severity) -> "Rule":
        """The same rule, all of whose findings have this severity."""
        return replace(self, severity_given=severity)

    @property
    def is_ours(self) -> bool:
        """Whether it is taskwall's, and not one of the user's own."""
        return self.id.startswith("TW")

    @property
    def code(self) -> CodeType:
        """The code of its function: of a rule of one's own, the user's."""
        from inspect import unwrap

        found: CodeType = unwrap(self.judge).__code__
        return found

    @property
    def link(self) -> str:
        """The first page that its section `See` names, else the guide: where a reader is sent."""
        return link_of(self.sections)

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles that have it, the smallest first."""
        return tuple(name for name in PROFILES if self.in_profile(name))

    def in_profile(self, profile: str) -> bool:
        """Whether the profile `strict`, `pci` or `default` has this rule."""
        return profile == "strict" or self.default or (profile == "pci" and self.pci)


def describe(rule: Rule) -> RuleDescription:
    """A rule as reports describe it."""
    severity = rule.severity_given or rule.severity
    return RuleDescription(rule.id, rule.name, rule.title, severity, rule.sections)


def rule(
    severity: Severity,
    *,
    default: bool = False,
    pci: bool = False,
    yields_to: tuple[str, ...] = (),
    per_use: bool = False,
) -> Callable[[Judge], Rule]:
    """Make a generator function the rule of its file.

    Args:
        severity: of its findings, unless a verdict says otherwise.
        default: whether the profile `default` has it (`strict` has all).
        pci: whether the profile `pci` has it beside those of `default`.
        yields_to: ids of the rules that have precedence over it.
        per_use: whether it judges a permission for whom it admits where: no variable that
            permissions share is then their common mistake.

    Raises:
        TypeError: the file's name or docstring is not as a rule's must be; the message says how.
    """

    def made(judge: Judge) -> Rule:
        module = sys.modules[judge.__module__]
        stem = judge.__module__.rpartition(".")[2]
        id_, name = names_of(stem)
        title, sections = parsed_docstring(module.__doc__ or "", id_, stem)
        return Rule(
            id_,
            name,
            title,
            severity,
            default,
            pci,
            yields_to,
            sections,
            judge,
            judge.__module__,
            per_use,
        )

    return made


def names_of(stem: str) -> tuple[str, str]:
    """The id and the name of a rule, by the name of its file without the ending."""
    number, _, name = stem.partition("_")
    return number.upper(), name.replace("_", "-")


def parsed_docstring(
    doc: str, number: str, stem: str, required: tuple[str, ...] = SECTIONS
) -> tuple[str, dict[str, str]]:
    """A rule's title and sections, out of its docstring.

    Args:
        doc: the docstring.
        number: the rule's id.
        stem: the name of its file, for messages.
        required: the sections that must be there; all must be in the order of `SECTIONS`.

    Raises:
        TypeError: the docstring is not as it must be; the message says how.
    """
    head, _, rest = doc.partition("\n")
    if not head.startswith(f"{number}: ") or not head.endswith("."):
        raise TypeError(f'{stem}.py: its docstring must open with "{number}: <title>."')
    sections: dict[str, list[str]] = {}
    for line in rest.splitlines():
        name, colon, text = line.partition(":")
        if colon and name in SECTIONS:
            sections[name] = [text.strip()]
        elif sections:
            sections[next(reversed(sections))].append(line.removeprefix("    "))
        elif line.strip():
            raise TypeError(f"{stem}.py: {line.strip()!r} is before the first section")
    wanted = tuple(name for name in SECTIONS if name in sections or name in required)
    if tuple(sections) != wanted:
        raise TypeError(f"{stem}.py: its docstring needs the sections {', '.join(wanted)}")
    return head[len(number) + 2 : -1], {
        name: "\n".join(lines).strip() for name, lines in sections.items()
    }
