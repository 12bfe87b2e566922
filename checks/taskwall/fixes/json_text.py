"""JSON that is a text in a source: what stands in it, and how fixes write values there."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress

from taskwall.core.change import NewValue, SourceCode
from taskwall.core.values import Value, lifted
from taskwall.fixes.refused import RefusedError


def document(text: str) -> Value:
    """The value of a text of JSON, in whose texts there may be expressions.

    Raises:
        RefusedError: it is more than that.
    """
    try:
        return lifted(json.loads(text))
    except (ValueError, RecursionError):
        raise RefusedError from None


def in_text(wanted: NewValue, language: str) -> NewValue:
    """A value as it is written in a text, in which `${` begins an expression.

    Raises:
        RefusedError: an expression has no such form.
    """
    if isinstance(wanted, Mapping):
        return {key: in_text(each, language) for key, each in wanted.items()}
    if isinstance(wanted, tuple):
        return tuple(in_text(each, language) for each in wanted)
    if isinstance(wanted, SourceCode):
        said = f"${{{wanted.text}}}" if language == "terraform" else _substituted(wanted.json)
        return SourceCode(wanted.text, f'"{said}"')
    if not isinstance(wanted, str):
        return wanted
    return re.sub(r"[$%](?=\{)", r"\g<0>\g<0>", wanted) if language == "terraform" else wanted


def _substituted(function: str) -> str:
    """What `Fn::Sub` takes for that which a function of a template gives.

    Raises:
        RefusedError: nothing, since it is another one than Ref, Fn::GetAtt and Fn::Sub.
    """
    found = json.loads(function)
    named = next(iter(found.items())) if isinstance(found, dict) and len(found) == 1 else ("", "")
    if named[0] == "Fn::Sub" and isinstance(named[1], str) and named[1].isprintable():
        return json.dumps(named[1], ensure_ascii=False)[1:-1]
    if named[0] not in ("Ref", "Fn::GetAtt"):
        raise RefusedError
    return f"${{{named[1] if named[0] == 'Ref' else '.'.join(named[1])}}}"


def json_lines(keys: Sequence[str], wanted: NewValue, language: str) -> str:
    """What to write in JSON: elements of a list, or a member.

    Of a member that is an object the key above it is said, too: it may not be there.
    """
    from taskwall.fixes.yaml_text import flow

    with suppress(RefusedError):  # then it is said as it stands outside of a text
        wanted = in_text(wanted, language)
    if isinstance(wanted, tuple):
        return ",\n".join(flow(each, json=True) for each in wanted)
    *outer, last = keys
    member = f"{json.dumps(last)}: {flow(wanted, json=True)}"
    return f"{json.dumps(outer[-1])}: {{ {member} }}" if outer else member
