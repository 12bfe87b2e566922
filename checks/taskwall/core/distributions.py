"""Files of installed distributions, found by their metadata: nothing is imported."""

from importlib.metadata import Distribution, PackageNotFoundError


def installed_file(distribution: str, name: str) -> str | None:
    """The path of a file of this name in a distribution; None if it has none.

    Raises:
        LookupError: the distribution is not installed.
    """
    try:
        files = Distribution.from_name(distribution).files or []
    except (PackageNotFoundError, ValueError) as error:
        raise LookupError(distribution) from error
    return next((str(one.locate()) for one in files if one.name == name), None)
