"""What is asked of cfn-lint itself."""

from collections.abc import Iterator
from importlib import import_module, metadata
from operator import attrgetter

OLDEST = (1, 3)
"""The first version that all of this was seen to work with."""

_USED = {
    "cfnlint.decode": ("decode_str",),
    "cfnlint.rules": (
        "RuleMatch",
        "CloudFormationLintRule.configure",
        "CloudFormationLintRule.is_enabled",
        "CloudFormationLintRule.match",
        "CloudFormationLintRule.matchall",
        "CloudFormationLintRule.matchall_resource_properties",
    ),
    "cfnlint.template": ("Template.get_directives", "Template.get_location_yaml"),
}
"""What there must be for the rules to run, by module."""


def version() -> str:
    """The version of cfn-lint."""
    try:
        from cfnlint.version import __version__
    except ImportError:
        return metadata.version("cfn-lint")
    return str(__version__)


def insist() -> None:
    """See to it that cfn-lint is one that can run the rules.

    Raises:
        SystemExit: it is not. cfn-lint would show an error with the stack that led there, or one
            for each rule; this ends it with one sentence instead.
    """
    found = version()
    numbers = tuple(int(part) for part in found.split(".")[:2] if part.isdigit())
    if numbers < OLDEST:
        least = ".".join(map(str, OLDEST))
        raise SystemExit(
            f"taskwall: its rules need cfn-lint {least} or later, and this is {found}."
        )
    for name in _missing():
        raise SystemExit(
            f"taskwall: cfn-lint {found} has no {name} any more: use an earlier cfn-lint, or"
            " a later taskwall."
        )


def _missing() -> Iterator[str]:
    for name, parts in _USED.items():
        try:
            module = import_module(name)
        except ImportError:
            yield name
            return
        for part in parts:
            try:
                attrgetter(part)(module)
            except AttributeError:
                yield part
    try:
        import_module("cfnlint.rules").RuleMatch([], "", location=(0, 0, 0, 0), rule=None)
    except TypeError:
        yield "RuleMatch with a location"
