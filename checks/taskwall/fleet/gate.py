"""Whether a run passes: what it found, and whether all of it could be read."""

from taskwall.fleet.query import Tables
from taskwall.settings import CHOICES


def gate(tables: Tables, fail_on: str) -> int:
    """The exit status that the findings of a run ask for.

    Args:
        tables: of the fleet, open at the run.
        fail_on: the lowest severity that fails it, or `never`.

    Returns:
        2 if a repository was not scanned, or something in it could not be read; 1 if there is a
        finding at or above the severity; else 0.
    """
    ((errors,),) = tables.ask("select sum(errors) from repositories where run = $run").rows
    if errors:
        return 2
    worst = "select min(severity_rank(severity)) from findings where run = $run"
    ((rank,),) = tables.ask(worst).rows
    counts = fail_on != "never" and rank is not None
    return int(counts and rank <= CHOICES["fail-on"].index(fail_on) + 1)
