"""Values and blocks as lines of HCL, in the form that `terraform fmt` leaves alone."""

import re
from collections.abc import Callable, Iterator, Mapping

from taskwall.core.change import (
    NewResource,
    NewValue,
    Placeholder,
    ResourceAttribute,
    SourceCode,
)
from taskwall.core.values import Scalar, spelled

STEP = "  "
"""What `terraform fmt` indents by."""


def literal(data: Scalar) -> str:
    """A scalar, quoted and escaped where it is a text."""
    if not isinstance(data, str):
        return spelled(data) or "null"
    text = data.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + re.sub(r"[$%](?=\{)", lambda match: match[0] * 2, text) + '"'


def expression(wanted: NewValue, indent: str) -> str:
    """A value as the right-hand side of an attribute whose line has the indentation given."""
    if isinstance(wanted, Mapping):
        inner = indent + STEP
        lines = "\n".join(_aligned(wanted, inner, key=literal))
        return f"{{\n{lines}\n{indent}}}"
    if isinstance(wanted, tuple):
        return f"[{', '.join(expression(each, indent) for each in wanted)}]"
    if isinstance(wanted, SourceCode):
        return wanted.text.replace("\n", f"\n{indent}")
    assert not isinstance(wanted, ResourceAttribute | NewResource)
    return literal(f"<{wanted.hint}>" if isinstance(wanted, Placeholder) else wanted)


def member_lines(wanted: Mapping[str, NewValue], indent: str, before: int = 0) -> Iterator[str]:
    """The lines of attributes and nested blocks; blocks after attributes, apart from them.

    `before` is how wide the names of attributes are that stand directly before.
    """
    plain = {name: value for name, value in wanted.items() if not is_block(value)}
    yield from _aligned(plain, indent, before)
    apart = bool(plain)
    for name, value in wanted.items():
        for each in (value if isinstance(value, tuple) else (value,)) if is_block(value) else ():
            if apart:
                yield ""
            yield from block_lines(name, each, indent)
            apart = True


def block_lines(name: str, body: NewValue, indent: str) -> Iterator[str]:
    """The lines of a block."""
    assert isinstance(body, Mapping)
    yield f"{indent}{name} {{"
    yield from member_lines(body, indent + STEP)
    yield f"{indent}}}"


def is_block(wanted: NewValue) -> bool:
    """Whether a value is written as a block, or as several.

    The keys of maps have hyphens, those of blocks have none.
    """
    if isinstance(wanted, tuple):
        return bool(wanted) and all(map(is_block, wanted))
    return isinstance(wanted, Mapping) and not any("-" in key for key in wanted)


def _aligned(
    wanted: Mapping[str, NewValue], indent: str, before: int = 0, key: Callable[[str], str] = str
) -> Iterator[str]:
    """The lines of attributes; the equals signs of those that take one line are aligned."""
    texts = {key(name): expression(value, indent) for name, value in wanted.items()}
    width = max((len(name) for name, text in texts.items() if "\n" not in text), default=0)
    for name, text in texts.items():
        padded = name if "\n" in text else name.ljust(max(width, before))
        yield f"{indent}{padded} = {text}"
