"""IAM policy documents, read so that they can be judged and compared as policies.

A document is read into statements whose members are patterns (`ecr:*`, an ARN), each a value that
may be known in part. Every question is answered by true, false or None: what an unknown decides is
not known. `restrictions` and `permits` judge documents, `policy_equality` compares them.

Why no library serves: parliament, policy_sentry and policyuniverse take documents that are known
to the last letter, while these hold references and unknowns, and have no third answer for them.
They judge identity policies by tables of all AWS actions, of which endpoint policies need eight.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from taskwall.core.facts import Fact
from taskwall.core.truths import Tristate, all_true, any_true
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Need,
    Reference,
    Span,
    Text,
    Unknown,
    Value,
    dereferenced,
    needs,
    spelled,
    symbol,
)

WILDCARD = Known("*")


class Words(Struct, frozen=True):
    """What a statement says of actions, resources or principals.

    `negated` for `NotAction` and the like; `open` where it may say more than is known.
    """

    patterns: tuple[Value, ...] = ()
    negated: bool = False
    open: bool = False

    def holds(self, test: Callable[[Value], Tristate]) -> Tristate:
        """Whether one of the patterns passes a test; turned round where they are negated."""
        found = any_true((*map(test, self.patterns), *((None,) if self.open else ())))
        return found if not self.negated or found is None else not found


class Condition(Struct, frozen=True):
    """One key under one operator. `lenient`: it also holds where the key is missing.

    `name` is the key as it is written, `key` in lower case.
    """

    operator: str
    key: str
    values: Words
    lenient: bool
    name: str = ""

    @property
    def negated(self) -> bool:
        """Whether it holds for all values but those given."""
        return "not" in self.operator


class Statement(Struct, frozen=True):
    """One statement. `open` where it may have conditions that are not known."""

    allows: Tristate
    actions: Words
    resources: Words
    principals: Words
    conditions: tuple[Condition, ...] = ()
    open: bool = False
    sure: bool = True


class PolicyDocument(Struct, frozen=True):
    """A policy document as it is written at a place; `open` where it may hold more statements.

    `notation` is how its statements are written: as a structure that has the keys of IAM, as JSON
    text, or as blocks of `aws_iam_policy_document`.
    """

    name: str
    place: Span
    statements: tuple[Statement, ...]
    open: bool = False
    needs: tuple[Need, ...] = ()
    notation: Literal["structure", "text", "blocks"] = "structure"

    def fact(
        self, truth: Tristate, text: str, otherwise: str, *, open_: tuple[Need, ...] = ()
    ) -> Fact:
        """A fact about this document; `open_` is what it waits for besides if it is not known."""
        return Fact(truth, text, self.place, self.name, (*self.needs, *open_), otherwise)


def read_document(value: Value, name: str, place: Span) -> PolicyDocument:
    """Read a structure as a policy document; what is none is a document of unknown statements."""
    waits = needs(value)
    document = dereferenced(value)
    found = document.fields.get("Statement") if isinstance(document, Fields) else None
    if found is None:
        waits = waits or (Need(f"the policy of {name}", "is not a policy that can be read"),)
        return PolicyDocument(name, place, (), True, waits)
    items, more = _items(found)
    statements = [_statement(item, True) for item in items]
    statements += [_statement(item, False) for item in more]
    return PolicyDocument(name, place, tuple(statements), bool(more), waits)


def full_access(name: str, place: Span) -> PolicyDocument:
    """What AWS takes where an endpoint has no policy: everything is allowed."""
    all_ = Words((WILDCARD,))
    return PolicyDocument(name, place, (Statement(True, all_, all_, all_),))


def _items(value: Value) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """The elements of a list or of the one thing that stands for it, and those that may be."""
    value_ = dereferenced(value)
    if isinstance(value_, Items):
        return value_.items, value_.rest or ((Unknown(value_.needs),) if value_.needs else ())
    many = isinstance(value_, Unknown) and not definite(value_)
    return ((), (value,)) if many else ((value,), ())


def _words(fields: dict[str, Value], key: str, default: tuple[Value, ...] = ()) -> Words:
    negated = key not in fields and f"Not{key}" in fields
    value = fields.get(f"Not{key}" if negated else key)
    if value is None:
        return Words(default)
    if key == "Principal":
        return _principals(value, negated)
    items, more = _items(value)
    return Words((*items, *_single(more)), negated, bool(more))


def _single(more: tuple[Value, ...]) -> tuple[Value, ...]:
    """Something unknown that stands for a list keeps its name, so that it equals itself."""
    return more if len(more) == 1 and symbol(more[0]) else ()


def _principals(value: Value, negated: bool) -> Words:
    value_ = dereferenced(value)
    if not isinstance(value_, Fields):
        return Words((value,), negated, isinstance(value_, Unknown))
    patterns: list[Value] = []
    open_ = value_.rest is not None
    for kind, inner in value_.fields.items():
        items, more = _items(inner)
        open_ = open_ or bool(more)
        every = (*items, *_single(more))
        patterns += every if kind in ("AWS", "*") else (_of_kind(kind, item) for item in every)
    return Words(tuple(patterns), negated, open_)


def _of_kind(kind: str, principal: Value) -> Value:
    """A principal with its kind before it, as far as it is known."""
    value = dereferenced(principal)
    if isinstance(value, Known):
        return Known(f"{kind}:{spelled(value.data)}")
    return Text((f"{kind}:", *(value.parts if isinstance(value, Text) else (principal,))))


def _statement(value: Value, sure: bool) -> Statement:
    value_ = dereferenced(value)
    if not isinstance(value_, Fields):
        nothing = Words((), open=True)
        return Statement(None, nothing, nothing, nothing, (), True, sure=False)
    fields = value_.fields
    effect = dereferenced(fields["Effect"]) if "Effect" in fields else Known("Allow")
    conditions, open_ = _conditions(fields.get("Condition"))
    return Statement(
        effect.data == "Allow" if isinstance(effect, Known) else None,
        _words(fields, "Action"),
        _words(fields, "Resource", (WILDCARD,)),
        _words(fields, "Principal", (WILDCARD,)),
        conditions,
        open_ or value_.rest is not None,
        sure,
    )


def _conditions(value: Value | None) -> tuple[tuple[Condition, ...], bool]:
    block = Fields({}) if value is None else dereferenced(value)
    if isinstance(block, Known) and block.data is None:
        return (), False
    if not isinstance(block, Fields):
        return (), True
    found = []
    open_ = block.rest is not None
    for operator, keys in block.fields.items():
        keys_ = dereferenced(keys)
        if not isinstance(keys_, Fields):
            open_ = True
            continue
        open_ = open_ or keys_.rest is not None
        name = operator.lower()
        lenient = name.endswith("ifexists") or name.startswith("forallvalues:")
        name = name.rpartition(":")[2].removesuffix("ifexists")
        for key, values in keys_.fields.items():
            items, more = _items(values)
            words = Words((*items, *_single(more)), open=bool(more))
            found.append(Condition(name, key.lower(), words, lenient, key))
    return tuple(found), open_


# --- patterns

GAP = "\x01"
"""Stands in a pattern for a part that is not known."""

EVERY = "\x02"
"""A name that nothing but a wildcard covers."""


def pattern_text(pattern: Value) -> str:
    """The text of a pattern, with a `GAP` for each part that is not known."""
    value = dereferenced(pattern)
    if isinstance(value, Known):
        return spelled(value.data) or ""
    if isinstance(value, Text):
        return "".join(part if isinstance(part, str) else GAP for part in value.parts)
    return GAP


def matches(pattern: Value, name: str) -> Tristate:
    """Whether a pattern covers a name, case apart as IAM has it for actions."""
    text = pattern_text(pattern)
    found = regex(text.lower()).fullmatch(name.lower()) is not None
    return found if not found or GAP not in text else None


@lru_cache(2048)
def regex(text: str) -> re.Pattern[str]:
    """What a pattern's text covers; a `GAP` covers anything."""
    plain = {"*": ".*", GAP: ".*", "?": "."}
    return re.compile("".join(plain.get(char) or re.escape(char) for char in text), re.DOTALL)


def head(text: str) -> str:
    """What stands in a pattern before its first wildcard or unknown part."""
    return re.split(rf"[*?{GAP}]", text)[0]


_OWN = {"id", "arn", "account_id", "registry_id", "Arn", "repository_arn", "AccountId"}
"""Attributes that identify one thing: whatever they are, they are no wildcard."""


def definite(value: Value) -> Tristate:
    """Whether a value certainly stands for one thing: no wildcard can hide in it."""
    value_ = dereferenced(value)
    if isinstance(value_, Known):
        text = spelled(value_.data) or ""
        return bool(head(text).removeprefix("o-"))
    if isinstance(value_, Reference):
        return True if value_.attribute in _OWN else None
    if isinstance(value_, Unknown):
        return True if value_.symbol == "AWS::AccountId" else None
    if isinstance(value_, Text):
        first = value_.parts[0]
        if isinstance(first, str):
            return True if head(first).removeprefix("o-") else None
        return definite(first)
    return None


def names_account(pattern: Value) -> Tristate:
    """Whether an ARN pattern is of one account: its account field is no wildcard."""
    value = dereferenced(pattern)
    if isinstance(value, Known):
        fields = (spelled(value.data) or "").split(":", 5)
        return len(fields) > 5 and bool(fields[4]) and not re.search(r"[*?]", fields[4])
    if isinstance(value, Text):
        first = value.parts[0]
        if not isinstance(first, str) and definite(first):
            return True
        parts = list(value.parts)
        text = pattern_text(value)
        fields = text.split(":", 5)
        if len(fields) < 6:
            return None
        if not fields[4] or re.search(r"[*?]", fields[4]):
            return False
        before = ":".join(fields[:4]).count(GAP)
        inside = fields[4].count(GAP)
        gaps = [part for part in parts if not isinstance(part, str)][before : before + inside]
        return all_true(map(definite, gaps))
    return definite(value)
