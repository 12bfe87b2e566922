"""Rules of one's own: what a rule's file declares, and how the engine asks it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import wraps
from inspect import signature
from typing import TypeAlias

from msgspec import Struct

from taskwall.core.facts import TRUE
from taskwall.core.values import Origin, Span
from taskwall.findings.finding import SEVERITIES, Severity
from taskwall.library.deadline import TooSlowError, deadline
from taskwall.library.facts import AS_THEY_ARE, Fact, core_of
from taskwall.library.network import Network
from taskwall.library.security_groups import Permission
from taskwall.library.views import Frame, Related, Resource, Setting
from taskwall.model.core.network import Network as ModelNetwork
from taskwall.rules._rule import SECTIONS, Rule, parsed_docstring
from taskwall.rules._rule import Verdict as EngineVerdict

REQUIRED = ("What", "Why", "Terraform", "CloudFormation")
"""The sections that the docstring of an own rule must have."""

MAX_SECONDS = 10.0
"""So long a rule of one's own may take for one network: one of ours takes milliseconds."""


class Verdict(Struct, frozen=True):
    """A rule's answer for one place.

    `resource` is what has to change: a resource, or a permission of a security group. `place` is
    the place in it: one of its attributes, links or permissions, or the resource again. `fact` is
    what would be wrong: true fails, false passes, unknown is unknown. `message` is the sentence
    that says what is wrong, `holds` one that says what is right. `concerned` is whether the rule is
    about the resource at all: there is no verdict where it is false. `about` names what rules take
    precedence over each other for (`yields_to`); by default it is the resource.
    """

    resource: Resource | Permission
    place: Resource | Permission | Setting | Related[Resource]
    fact: Fact
    message: str
    holds: str = ""
    concerned: Fact | None = None
    severity: Severity | None = None
    about: str = ""


OwnJudge: TypeAlias = Callable[[Network], Iterator[Verdict]]


def rule(
    severity: Severity,
    *,
    default: bool = True,
    pci: bool = False,
    yields_to: tuple[str, ...] = (),
) -> Callable[[OwnJudge], Rule]:
    """Make a generator function of a `Network` the rule of its file.

    The file is named `<id>_<name>.py`, such as `acme101_only_the_shared_alb.py`. Its docstring
    opens with "ACME101: <title>." and has the sections What, Why, Terraform and CloudFormation;
    Fine when, Guide and See may be among them, in the order What, Why, Fine when, Terraform,
    CloudFormation, Guide, See.

    Args:
        severity: "critical", "high", "medium", "low" or "info".
        default: whether every profile has it; else only `strict` has.
        pci: whether the profile `pci` has it in any case.
        yields_to: ids of the rules that have precedence over it.

    Raises:
        TypeError: the severity, the file's name, its docstring or the function is not as it must
            be; the message says how.
    """
    if severity not in SEVERITIES:
        raise TypeError(f'"{severity}" is not a severity: {", ".join(SEVERITIES)}')

    def made(judge: OwnJudge) -> Rule:
        module = sys.modules[judge.__module__]
        stem = judge.__module__.rpartition(".")[2]
        number, _, name = stem.partition("_")
        if len(signature(judge).parameters) != 1:
            raise TypeError(f"{stem}.py: {judge.__name__} must take one argument, the network")
        title, sections = parsed_docstring(module.__doc__ or "", number.upper(), stem, REQUIRED)
        return Rule(
            number.upper(),
            name.replace("_", "-"),
            title,
            severity,
            default,
            pci,
            yields_to,
            {name: sections.get(name, "") for name in SECTIONS},
            _asked(judge),
            judge.__module__,
        )

    return made


def _asked(judge: OwnJudge) -> Callable[[ModelNetwork], Iterator[EngineVerdict]]:
    """A rule of one's own as the engine asks it: within a limit of time, and printing to stderr.

    One that was too slow once is not asked again: there may be many stacks, and scenarios of each.
    """
    given_up = ""

    @wraps(judge)
    def asked(network: ModelNetwork) -> Iterator[EngineVerdict]:
        nonlocal given_up
        if given_up:
            raise TooSlowError(given_up)
        shown = Network(Frame(network, AS_THEY_ARE))
        try:
            with redirect_stdout(sys.stderr), deadline(MAX_SECONDS):
                found = [_of_engine(verdict) for verdict in judge(shown)]
        except TooSlowError as error:
            given_up = str(error)
            raise
        except SystemExit as error:
            raise RuntimeError("a rule must not end the program") from error
        yield from found

    return asked


def _of_engine(verdict: object) -> EngineVerdict:
    """A verdict as the engine takes it.

    Raises:
        TypeError: it is none, or holds what it cannot hold.
    """
    if not isinstance(verdict, Verdict):
        raise TypeError(f"a rule yields taskwall.Verdict, not {type(verdict).__name__}")
    if not isinstance(verdict.fact, Fact):
        raise TypeError(f"the fact of a Verdict is a Fact, not {type(verdict.fact).__name__}")
    origin = _origin(verdict.resource)
    return EngineVerdict(
        origin,
        _span(verdict.place) or origin.header,
        core_of(verdict.fact),
        verdict.message,
        verdict.holds,
        verdict.about or origin.address,
        verdict.severity,
        concerned=TRUE if verdict.concerned is None else core_of(verdict.concerned),
    )


def _origin(resource: object) -> Origin:
    if isinstance(resource, Permission):
        return resource._permission.on
    if isinstance(resource, Resource):
        return resource._entity.origin
    raise TypeError(f"the resource of a Verdict is a view, not {type(resource).__name__}")


def _span(place: object) -> Span | None:
    if isinstance(place, Permission):
        return place._permission.place
    if isinstance(place, Resource):
        return place._entity.origin.header
    if isinstance(place, Setting):
        return place._setting.place
    if isinstance(place, Related):
        return place._place
    raise TypeError(f"the place of a Verdict is a view, not {type(place).__name__}")
