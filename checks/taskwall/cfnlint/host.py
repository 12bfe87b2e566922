"""What is asked of cfn-lint itself."""

OLDEST = (1, 3)
"""The first version that all of this was seen to work with."""


def version() -> str:
    """The version of cfn-lint."""
    from cfnlint.version import __version__

    return str(__version__)


def insist() -> None:
    """See to it that cfn-lint is one that can run the rules.

    Raises:
        SystemExit: it is not. cfn-lint would show an error with the stack that led there; this
            ends it with one sentence instead.
    """
    found = version()
    numbers = tuple(int(part) for part in found.split(".")[:2] if part.isdigit())
    if numbers < OLDEST:
        least = ".".join(map(str, OLDEST))
        raise SystemExit(
            f"taskwall: its rules need cfn-lint {least} or later, and this is {found}."
        )
    from cfnlint import rules

    for name in ("CloudFormationLintRule", "RuleMatch"):
        if not hasattr(rules, name):
            raise SystemExit(
                f"taskwall: cfn-lint {found} has no {name} any more: use an earlier cfn-lint, or"
                " a later taskwall."
            )
