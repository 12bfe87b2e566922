"""IAM policy documents, compared and judged as policies.

A document is read into statements whose members are patterns (`ecr:*`, an ARN), each a value that
may be known in part. Every question is answered by true, false or None: what an unknown decides is
not known. Why no library: parliament, policy_sentry and policyuniverse take documents that are
known to the last letter, judge identity policies and not endpoints', and bring tables of all AWS
actions, of which endpoint policies need eight.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import product

from msgspec import Struct

from taskwall.facts import Fact
from taskwall.values import (
    Fields,
    Items,
    Known,
    Need,
    Place,
    Reference,
    Text,
    Unknown,
    Value,
    needs,
    same,
    settled,
    spelled,
    symbol,
)

READ = "2026-11-24"

Truth = bool | None
ANY = Known("*")


def some(truths: Iterable[Truth]) -> Truth:
    """True if one is, false if all are, else not known."""
    found = set(truths)
    return True if True in found else None if None in found else False


def each(truths: Iterable[Truth]) -> Truth:
    """False if one is, true if all are, else not known."""
    found = set(truths)
    return False if False in found else None if None in found else True


class Words(Struct, frozen=True):
    """What a statement says of actions, resources or principals.

    `negated` for `NotAction` and the like; `open` where it may say more than is known.
    """

    patterns: tuple[Value, ...] = ()
    negated: bool = False
    open: bool = False

    def holds(self, test: Callable[[Value], Truth]) -> Truth:
        """Whether one of the patterns passes a test; turned round where they are negated."""
        found = some((*map(test, self.patterns), *((None,) if self.open else ())))
        return found if not self.negated or found is None else not found


class Condition(Struct, frozen=True):
    """One key under one operator. `lenient`: it also holds where the key is missing."""

    operator: str
    key: str
    values: Words
    lenient: bool

    @property
    def negated(self) -> bool:
        """Whether it holds for all values but those given."""
        return "not" in self.operator


class Statement(Struct, frozen=True):
    """One statement. `open` where it may have conditions that are not known."""

    allows: Truth
    actions: Words
    resources: Words
    principals: Words
    conditions: tuple[Condition, ...] = ()
    open: bool = False
    sure: bool = True


class Policy(Struct, frozen=True):
    """A policy document as it is written at a place; `open` where it may hold more statements."""

    name: str
    place: Place
    statements: tuple[Statement, ...]
    open: bool = False
    needs: tuple[Need, ...] = ()

    def fact(self, truth: Truth, text: str, otherwise: str) -> Fact:
        """A fact about this document."""
        return Fact(truth, text, self.place, self.name, self.needs, otherwise)


def read(value: Value, name: str, place: Place) -> Policy:
    """Read a structure as a policy document; what is none is a document of unknown statements."""
    waits = needs(value)
    document = settled(value)
    written = document.fields.get("Statement") if isinstance(document, Fields) else None
    if written is None:
        waits = waits or (Need(f"the policy of {name}", "is not a policy that can be read"),)
        return Policy(name, place, (), True, waits)
    items, more = _items(written)
    statements = [_statement(item, True) for item in items]
    statements += [_statement(item, False) for item in more]
    return Policy(name, place, tuple(statements), bool(more), waits)


def full_access(name: str, place: Place) -> Policy:
    """What AWS takes where an endpoint has no policy: everything is allowed."""
    all_ = Words((ANY,))
    return Policy(name, place, (Statement(True, all_, all_, all_),))


def _items(value: Value) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """The elements of a list or of the one thing that stands for it, and those that may be."""
    value_ = settled(value)
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
    value_ = settled(value)
    if not isinstance(value_, Fields):
        return Words((value,), negated, isinstance(value_, Unknown))
    patterns: list[Value] = []
    open_ = value_.rest is not None
    for kind, inner in value_.fields.items():
        items, more = _items(inner)
        open_ = open_ or bool(more)
        for item in (*items, *_single(more)):
            known = settled(item)
            if isinstance(known, Known) and kind not in ("AWS", "*"):
                item = Known(f"{kind}:{spelled(known.data)}")  # noqa: PLW2901 (its own name for it)
            patterns.append(item)
    return Words(tuple(patterns), negated, open_)


def _statement(value: Value, sure: bool) -> Statement:
    value_ = settled(value)
    if not isinstance(value_, Fields):
        nothing = Words((), open=True)
        return Statement(None, nothing, nothing, nothing, (), True, sure=False)
    fields = value_.fields
    effect = settled(fields["Effect"]) if "Effect" in fields else Known("Allow")
    conditions, open_ = _conditions(fields.get("Condition"))
    return Statement(
        effect.data == "Allow" if isinstance(effect, Known) else None,
        _words(fields, "Action"),
        _words(fields, "Resource", (ANY,)),
        _words(fields, "Principal", (ANY,)),
        conditions,
        open_ or value_.rest is not None,
        sure,
    )


def _conditions(value: Value | None) -> tuple[tuple[Condition, ...], bool]:
    block = Fields({}) if value is None else settled(value)
    if isinstance(block, Known) and block.data is None:
        return (), False
    if not isinstance(block, Fields):
        return (), True
    found = []
    open_ = block.rest is not None
    for operator, keys in block.fields.items():
        keys_ = settled(keys)
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
            found.append(Condition(name, key.lower(), words, lenient))
    return tuple(found), open_


# --- patterns

_GAP = "\x01"
"""Stands in a pattern for a part that is not known."""


def _spelled(pattern: Value) -> str:
    value = settled(pattern)
    if isinstance(value, Known):
        return spelled(value.data) or ""
    if isinstance(value, Text):
        return "".join(part if isinstance(part, str) else _GAP for part in value.parts)
    return _GAP


def matches(pattern: Value, name: str) -> Truth:
    """Whether a pattern covers a name, case apart as IAM has it for actions."""
    text = _spelled(pattern)
    found = _regex(text.lower()).fullmatch(name.lower()) is not None
    return found if not found or _GAP not in text else None


@cache
def _regex(text: str) -> re.Pattern[str]:
    plain = {"*": ".*", _GAP: ".*", "?": "."}
    return re.compile("".join(plain.get(char) or re.escape(char) for char in text), re.DOTALL)


def _head(text: str) -> str:
    return re.split(rf"[*?{_GAP}]", text, maxsplit=1)[0]


def touches(statement: Statement, service: str) -> Truth:
    """Whether a statement may be about some action of a service."""
    if statement.actions.negated:
        return True

    def may(pattern: Value) -> Truth:
        text, prefix = _spelled(pattern).lower(), f"{service}:"
        head = _head(text)
        if not (head.startswith(prefix) or prefix.startswith(head)):
            return False
        return None if text[len(head) : len(head) + 1] == _GAP and len(head) < len(prefix) else True

    return statement.actions.holds(may)


def only(statement: Statement, action: str) -> Truth:
    """Whether a statement is about one action and no other of its service."""
    service = action.partition(":")[0]
    if statement.actions.negated:
        return False

    def is_it(pattern: Value) -> Truth:
        text = _spelled(pattern).lower()
        if _GAP in text:
            return None
        elsewhere = ":" in _head(text) and not text.startswith(f"{service}:")
        return elsewhere or (matches(pattern, action) and _head(text).startswith(f"{service}:geta"))

    found = each(map(is_it, statement.actions.patterns))
    return None if statement.actions.open and found is not False else found


_OWN = {"id", "arn", "account_id", "Arn", "repository_arn", "AccountId"}
"""Attributes that identify one thing: whatever they are, they are no wildcard."""


def definite(value: Value) -> Truth:
    """Whether a value certainly stands for one thing: no wildcard can hide in it."""
    value_ = settled(value)
    if isinstance(value_, Known):
        text = spelled(value_.data) or ""
        return bool(_head(text).removeprefix("o-"))
    if isinstance(value_, Reference):
        return True if value_.attribute in _OWN else None
    if isinstance(value_, Unknown):
        return True if value_.symbol == "AWS::AccountId" else None
    if isinstance(value_, Text):
        first = value_.parts[0]
        if isinstance(first, str):
            return True if _head(first).removeprefix("o-") else None
        return definite(first)
    return None


def of_account(pattern: Value) -> Truth:
    """Whether an ARN pattern is of one account: its account field is no wildcard."""
    value = settled(pattern)
    if isinstance(value, Known):
        fields = (spelled(value.data) or "").split(":", 5)
        return len(fields) > 5 and bool(fields[4]) and not re.search(r"[*?]", fields[4])
    if isinstance(value, Text):
        first = value.parts[0]
        if not isinstance(first, str) and definite(first):
            return True
        parts = list(value.parts)
        text = _spelled(value)
        fields = text.split(":", 5)
        if len(fields) < 6:
            return None
        if re.search(r"[*?]", fields[4]):
            return False
        before = ":".join(fields[:4]).count(_GAP)
        inside = fields[4].count(_GAP)
        gaps = [part for part in parts if not isinstance(part, str)][before : before + inside]
        return each(map(definite, gaps))
    return definite(value)


# --- what policies say

ORGANISATION = frozenset({"aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount"})
PERIMETER = ORGANISATION | {
    "aws:principalarn", "aws:resourceorgid", "aws:resourceorgpaths", "aws:resourceaccount",
}  # fmt: skip
"""Global condition keys that tie a request to an account or organisation.

IAM user guide, "AWS global condition context keys".
"""

_RESOURCE = frozenset(key for key in PERIMETER if "resource" in key)
_ALWAYS = frozenset({"aws:sourcevpc", "aws:sourcevpce"})
_SERVICES = frozenset({"aws:principalisawsservice", "aws:viaawsservice"})
_EQUAL = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"})
_UNEQUAL = frozenset(
    {"stringnotequals", "stringnotequalsignorecase", "stringnotlike", "arnnotequals", "arnnotlike"}
)


def _ties(condition: Condition, keys: frozenset[str]) -> Truth:
    """Whether a condition, read as its operator has it, names accounts or organisations."""
    if condition.key not in keys:
        return False
    test = of_account if condition.key == "aws:principalarn" else definite
    found = each(map(test, condition.values.patterns))
    if condition.values.open:
        return False if found is False else None
    return found if condition.values.patterns else False


def _conditioned(statement: Statement, keys: frozenset[str]) -> Truth:
    """Whether a statement allows only for some accounts or organisations."""
    found = some(
        _ties(condition, keys)
        for condition in statement.conditions
        if condition.operator in _EQUAL and not condition.lenient
    )
    return None if statement.open and not found else found


def _denies_others(policy: Policy, service: str, keys: frozenset[str]) -> Truth:
    """Whether a statement denies a whole service to all but some accounts or organisations."""

    def denies(statement: Statement) -> Truth:
        ties = [
            _ties(condition, keys)
            for condition in statement.conditions
            if condition.operator in _UNEQUAL
        ]
        others = [
            condition.key in _SERVICES
            for condition in statement.conditions
            if not (condition.operator in _UNEQUAL and condition.key in keys)
        ]
        whole = each(
            (
                statement.actions.holds(lambda p: matches(p, f"{service}:{_EVERY}")),
                statement.resources.holds(lambda p: matches(p, _EVERY)),
                statement.principals.holds(lambda p: matches(p, _EVERY)),
            )
        )
        narrowed = None if statement.open or False in others else True
        sure = True if statement.sure else None
        denied = None if statement.allows is None else not statement.allows
        return each((denied, some(ties), whole, narrowed, sure))

    return some(map(denies, policy.statements))


_EVERY = "\x02"
"""A name that nothing but a wildcard covers."""


def _named(statement: Statement) -> Truth:
    """Whether a statement names the principals that it is for, accounts included."""
    if statement.principals.negated:
        return False
    found = each(
        _not(matches(pattern, _EVERY)) if _spelled(pattern) != _GAP else definite(pattern)
        for pattern in statement.principals.patterns
    )
    return None if statement.principals.open and found else found


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _allowed(policy: Policy, test: Callable[[Statement], Truth]) -> Truth:
    """Whether each statement that allows something passes a test."""

    def passes(statement: Statement) -> Truth:
        found = some((_not(statement.allows), test(statement)))
        return found if statement.sure or found else None

    found = each(map(passes, policy.statements))
    return None if policy.open and found else found


TOKEN = "ecr:GetAuthorizationToken"  # noqa: S105 (an action)


def restricts(policy: Policy, service: str, apart: str = "", by_action: bool = False) -> Truth:
    """Whether a policy allows a service to some accounts (or an organisation) or theirs only.

    Args:
        policy: the document.
        service: the prefix of its actions: `ecr`.
        apart: an action that takes no resource, of which nothing is asked.
        by_action: whether naming actions, with no wildcard for all, restricts as well.
    """

    def restricted(statement: Statement) -> Truth:
        resources = each(map(of_account, statement.resources.patterns))
        if statement.resources.negated:
            resources = False
        elif statement.resources.open and resources:
            resources = None
        return some(
            (
                _not(touches(statement, service)),
                only(statement, apart) if apart else False,
                resources,
                _conditioned(statement, PERIMETER),
                _named(statement),
                _not(_every_action(statement, service)) if by_action else False,
            )
        )

    return some((_allowed(policy, restricted), _denies_others(policy, service, PERIMETER)))


def _every_action(statement: Statement, service: str) -> Truth:
    return statement.actions.holds(lambda pattern: matches(pattern, f"{service}:{_EVERY}"))


def demands_organisation(policy: Policy, service: str, apart: str) -> Truth:
    """Whether a policy allows a service to principals of some account or organisation only."""

    def demanded(statement: Statement) -> Truth:
        return some(
            (
                _not(touches(statement, service)),
                only(statement, apart),
                _conditioned(statement, ORGANISATION),
            )
        )

    return some((_allowed(policy, demanded), _denies_others(policy, service, ORGANISATION)))


def allows(policy: Policy, action: str, covers: Callable[[Value], Truth], foreign: bool) -> Truth:
    """Whether a policy lets tasks of the own account do something.

    Args:
        policy: the document.
        action: what they do.
        covers: whether a pattern of resources covers what they do it to.
        foreign: whether that belongs to AWS, so that conditions on its account do not hold.
    """

    def applies(statement: Statement) -> Truth:
        return each(
            (
                statement.actions.holds(lambda pattern: matches(pattern, action)),
                statement.resources.holds(covers),
                None if not statement.sure else True,
            )
        )

    def lets(statement: Statement) -> Truth:
        anybody = True if statement.principals.holds(lambda p: matches(p, _EVERY)) else None
        met = each(_met(condition, foreign) for condition in statement.conditions)
        met = None if statement.open and met else met
        return each((statement.allows, applies(statement), anybody, met))

    def refuses(statement: Statement) -> Truth:
        met = each(_met(condition, foreign) for condition in statement.conditions)
        met = None if statement.open and met else met
        return each((_not(statement.allows), applies(statement), met))

    allowed = some(map(lets, policy.statements))
    refused = some(map(refuses, policy.statements))
    found = each((allowed, _not(refused)))
    return None if policy.open and not found else found


def _met(condition: Condition, foreign: bool) -> Truth:
    """Whether a condition holds for a task of the own account and organisation."""
    if condition.operator not in _EQUAL | _UNEQUAL:
        return None
    if condition.key in _RESOURCE:
        if not foreign:
            return not condition.negated
        known = _ties(condition, _RESOURCE)
        return condition.negated if known else None
    if condition.key in (ORGANISATION | _ALWAYS):
        return not condition.negated
    return None


def anything(pattern: Value) -> Truth:
    """Whether a pattern covers every resource, as actions want that take none."""
    return matches(pattern, _EVERY)


def some_resource(_: Value) -> Truth:
    """Whether a pattern covers a resource of which it does not matter which it is."""
    return True


_LAYERS = re.compile(rf"prod-[a-z0-9{_GAP}-]+-starport-layer-bucket/")


def layers(pattern: Value) -> Truth:
    """Whether a pattern covers the objects of the bucket in which ECR keeps image layers.

    Which Region's it is does not matter (Amazon ECR user guide, "Minimum Amazon S3 bucket
    permissions for Amazon ECR").
    """
    text = _LAYERS.sub("prod-region-starport-layer-bucket/", _spelled(pattern))
    text = re.sub(rf"^arn:{_GAP}:", "arn:aws:", text)
    name = f"arn:aws:s3:::prod-region-starport-layer-bucket/{_EVERY}"
    china = text.replace("arn:aws-cn:", "arn:aws:").replace("arn:aws-us-gov:", "arn:aws:")
    found = _regex(china.lower()).fullmatch(name) is not None
    return found if not found or _GAP not in china else None


AGENT_ACTIONS: dict[str, tuple[str, ...]] = {
    "ecs": (
        "ecs:DiscoverPollEndpoint",
        "ecs:RegisterContainerInstance",
        "ecs:SubmitContainerStateChange",
        "ecs:SubmitTaskStateChange",
    ),
    "ecs-agent": ("ecs:Poll",),
    "ecs-telemetry": ("ecs:Poll", "ecs:StartTelemetrySession"),
}
"""What the container agent does by each endpoint of ECS.

Amazon ECS developer guide, "Amazon ECS interface VPC endpoints" (`ecs:Poll`, telemetry); those of
the `ecs` endpoint are what the managed policy for container instances grants, no list of AWS's.
"""

# --- comparison

_MOST = 400
"""A statement of more combinations than this is compared as it stands."""


class _Atom(Struct, frozen=True):
    statement: Statement
    principals: Words
    actions: Words
    resources: Words


def equal(one: Policy, other: Policy) -> Truth:
    """Whether two documents say the same, in whatever order and grouping they say it."""
    a, b = _atoms(one), _atoms(other)
    left = {key: atom for key, atom in a.items() if key not in b}
    right = {key: atom for key, atom in b.items() if key not in a}
    if not left and not right:
        return True if not (one.open or other.open) or _same_open(one, other) else None
    if one.open or other.open:
        return None
    pairs = [
        each(some(_same(x, y) for y in there) for x in here)
        for here, there in ((left.values(), b.values()), (right.values(), a.values()))
    ]
    return each(pairs)


def _same_open(one: Policy, other: Policy) -> bool:
    """Whether both wait for the same one unknown document."""
    return bool(one.needs) and one.needs == other.needs and not one.statements


def _atoms(policy: Policy) -> dict[object, _Atom]:
    found: dict[object, _Atom] = {}
    for statement in policy.statements:
        words = (statement.principals, statement.actions, statement.resources)
        whole = statement.open or not statement.sure or statement.allows is None
        count = 1
        for part in words:
            whole = whole or part.open
            count *= max(len(part.patterns), 1)
        split = [[part] if whole or count > _MOST else list(_split(part)) for part in words]
        for principals, actions, resources in product(*split):
            atom = _Atom(statement, principals, actions, resources)
            found[_key(atom)] = atom
    return found


def _split(words: Words) -> Iterator[Words]:
    if words.negated or not words.patterns:
        yield words
        return
    for pattern in words.patterns:
        yield Words((pattern,))


def _key(atom: _Atom) -> object:
    """By what an atom equals another one for certain."""
    statement = atom.statement
    if statement.open or not statement.sure or statement.allows is None:
        return id(atom)
    conditions = frozenset(
        (c.operator, c.key, c.lenient, _names(c.values, fold=False) or id(c))
        for c in statement.conditions
    )
    words = (
        _names(atom.principals, fold=False),
        _names(atom.actions, fold=True),
        _names(atom.resources, fold=False),
    )
    return (statement.allows, *words, conditions) if all(words) else id(atom)


def _names(words: Words, *, fold: bool) -> object:
    names = []
    for pattern in words.patterns:
        value = settled(pattern)
        known = spelled(value.data) if isinstance(value, Known) else None
        name = known if known is not None else symbol(pattern) and f"\x03{symbol(pattern)}"
        if not name:
            return None
        names.append(name.lower() if fold else name)
    if words.open and not names:
        return None
    return words.negated, words.open, frozenset(names), "words"


def _same(one: _Atom, other: _Atom) -> Truth:
    a, b = one.statement, other.statement
    if a.open or b.open or not (a.sure and b.sure) or None in (a.allows, b.allows):
        return None
    return each(
        (
            a.allows == b.allows,
            _same_words(one.principals, other.principals),
            _same_words(one.actions, other.actions),
            _same_words(one.resources, other.resources),
            _same_conditions(a.conditions, b.conditions),
        )
    )


def _same_words(one: Words, other: Words) -> Truth:
    if one.open or other.open:
        return None if one.negated == other.negated else False
    if one.negated != other.negated:
        return False
    return each(
        some(same(_folded(x), _folded(y)) for y in there.patterns)
        for here, there in ((one, other), (other, one))
        for x in here.patterns
    )


def _folded(value: Value) -> Value:
    value_ = settled(value)
    if isinstance(value_, Known) and isinstance(value_.data, str) and value_.data[:4] != "arn:":
        return Known(value_.data.lower())
    return value


def _same_conditions(one: tuple[Condition, ...], other: tuple[Condition, ...]) -> Truth:
    def alike(x: Condition, y: Condition) -> Truth:
        if (x.operator, x.key, x.lenient) != (y.operator, y.key, y.lenient):
            return False
        return _same_words(x.values, y.values)

    return each(
        some(alike(x, y) for y in there)
        for here, there in ((one, other), (other, one))
        for x in here
    )
