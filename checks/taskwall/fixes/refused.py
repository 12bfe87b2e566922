"""Where no edit can be offered."""


class RefusedError(Exception):
    """The place is not one that an edit may change, or not one that can be told for sure."""
