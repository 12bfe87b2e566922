"""Texts in which words in capitals stand for what differs from one case to the next."""

import re
from collections.abc import Mapping


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with what stands for each of its words."""
    words = "|".join(map(re.escape, values))
    return re.sub(rf"(?<![\w.\"])({words})(?![\w.\"])", lambda found: values[found[1]], text)
