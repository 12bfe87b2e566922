"""How large a structured text may be, told before it is parsed: that is what takes the time."""

MAX_PARTS = 500_000
"""A source in YAML or JSON with more parts than this is not read.

CloudFormation takes templates of a million bytes, which have a tenth of that.
"""


def parts_at_most(text: str) -> int:
    """How many elements and members a text in YAML, JSON or CSV can have at the most."""
    return sum(map(text.count, ",:\n[{"))
