"""Values whose text is never shown."""

from taskwall.readers.terraform.syntax import Body
from taskwall.values import Place


def secrets(body: Body) -> tuple[Place, ...]:
    """The places of the values of a file that could hold secrets."""
    return ()
