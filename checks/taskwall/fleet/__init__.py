"""Scans of thousands of repositories into one folder of tables, and questions about them.

`plan` says which repositories, `scanning` what is found in one, `apart` that each has a process of
its own, `workers` who does the work, `runs` and `parts` where the results are kept, `fleet` ties
these together. `questions`, `query` and `summary` read what is kept.
"""

QUERY_FORMATS = ("text", "csv", "json")
"""How answers to questions are shown."""


class FleetError(Exception):
    """What is asked of a fleet cannot be done; the message is a whole sentence."""
