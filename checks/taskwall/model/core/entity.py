"""What all entities of the network have in common: identity, origin, settings, and links."""

from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.change import AttributeChange, AttributePath, NewValue
from taskwall.core.facts import Fact, all_of, existence
from taskwall.core.values import (
    OUTSIDE,
    Known,
    Need,
    OneOf,
    Origin,
    Reference,
    Scalar,
    Span,
    Text,
    Value,
    dereferenced,
    needs,
    same,
    spelled,
    without_option,
)


class Setting(Struct, frozen=True, gc=False):
    """One attribute as the sources set it, or as AWS does where they do not.

    `name` is how the source spells the attribute, `resource` whose it is. `value` is None where
    nothing is written and there is no default; `default` says what AWS does then, and is empty
    where the sources write the attribute. `attribute` is where it is written or would be, if that
    is one attribute of one resource. `names` are the entities of the sources that it names by id.
    """

    value: Value | None
    place: Span
    name: str
    resource: str
    default: str = ""
    attribute: AttributePath | None = None
    names: frozenset[str] = frozenset()

    def __hash__(self) -> int:
        return hash((self.resource, self.name, self.place))  # its value may be a map

    @property
    def written(self) -> bool:
        """Whether the sources write this attribute, known or not."""
        return self.value is not None and not self.default

    @property
    def known(self) -> Scalar:
        """The scalar it is set to (or is by default); None if absent or not known."""
        value = self.value
        if type(value) is Reference:
            value = dereferenced(value)
        return value.data if isinstance(value, Known) else None

    @property
    def open(self) -> bool:
        """Whether it is set to something that the sources do not tell."""
        value = self.value
        if type(value) is Reference:
            value = dereferenced(value)
        return value is not None and not isinstance(value, Known)

    @property
    def answers(self) -> tuple[str, ...]:
        """All texts that it may be, where it is open and the sources allow only some."""
        value = dereferenced(self.value)
        return value.answers if isinstance(value, OneOf) else ()

    @property
    def _possible(self) -> tuple[Scalar, ...]:
        """The values that these texts stand for."""
        value = dereferenced(self.value)
        return (value.meant or value.answers) if isinstance(value, OneOf) else ()

    @property
    def needs(self) -> tuple[Need, ...]:
        """What its value waits for, but for the ids of what the sources write."""
        found = () if self.value is None else needs(self.value)
        return tuple(n for n in found if n.name.rpartition(".")[0] not in self.names)

    @property
    def unseen(self) -> tuple[Need, ...]:
        """What is not known of the entities that it names: their ids would not tell."""
        return without_option(self.needs)

    def test(self, truth: Callable[[Scalar], bool], text: str) -> Fact:
        """A fact about the value: true where `truth` says so of it.

        Unknown where it is open, unless all that the sources allow come to the same.
        """
        if self.open:
            truths = set(map(truth, self._possible))
            found = truths.pop() if len(truths) == 1 else None
            return Fact(found, text, self.place, self.resource, self.needs, self.sentence)
        return Fact(truth(self.known), text, self.place, self.resource, otherwise=self.sentence)

    def is_(self, *answers: Scalar) -> Fact:
        """Whether the value is one of the answers (texts apart from case)."""
        wanted = {_folded(answer) for answer in answers}
        if self.open:
            truths = {_folded(answer) in wanted for answer in self._possible}
            if not truths and not any(map(self._may_be, wanted)):
                truths = {False}
            if len(truths) != 1:
                text = f"{self.name} of {self.resource} is {spelled(answers[0])}"
                return Fact(None, text, self.place, self.resource, self.needs)
            truth = truths.pop()
        else:
            truth = _folded(self.known) in wanted
        return Fact(truth, self.sentence, self.place, self.resource, otherwise=self.sentence)

    def _may_be(self, answer: Scalar) -> bool:
        """Whether it may be an answer (in small letters), as far as it is known in part."""
        value = dereferenced(self.value)
        if not isinstance(value, Text):
            return True
        parts = (part.lower() if isinstance(part, str) else part for part in value.parts)
        return same(Text(tuple(parts)), Known(answer)) is not False

    def to(self, wanted: NewValue, cloudformation: NewValue = None) -> tuple[AttributeChange, ...]:
        """The change that sets it; none where there is no one attribute to set.

        Args:
            wanted: the value, as Terraform writes it.
            cloudformation: the same as CloudFormation writes it, if otherwise.
        """
        if self.attribute is None:
            return ()
        return (
            AttributeChange(
                self.attribute, wanted, wanted if cloudformation is None else cloudformation
            ),
        )

    def around(
        self, wanted: Mapping[str, NewValue], cloudformation: Mapping[str, NewValue]
    ) -> tuple[AttributeChange, ...]:
        """The change that sets several attributes of the block that this one is in.

        Args:
            wanted: their values, as Terraform writes them.
            cloudformation: the same as CloudFormation writes them.
        """
        if self.attribute is None:
            return ()
        block = AttributePath(self.attribute.address, self.attribute.path.rpartition(".")[0])
        return (AttributeChange(block, wanted, cloudformation),)

    @property
    def sentence(self) -> str:
        """What the sources (or AWS's default) make of it, as a sentence."""
        if self.value is None:
            return f"{self.resource} does not set {self.name}"
        if self.default:
            return f"{self.resource} does not set {self.name}: {self.default}"
        some = f"one of {', '.join(self.answers)}" if self.answers else spelled(self.known)
        return f"{self.name} of {self.resource} is {some}"


def _folded(data: Scalar) -> str | None:
    text = spelled(data)
    return None if text is None else text.lower()


class Entity(Struct, frozen=True):
    """Anything of the network.

    `id` identifies it within its kind; for an entity that is not in the sources it is the name
    under which the sources refer to it, and `external` says why it is not seen.
    """

    id: str
    origin: Origin
    external: tuple[Need, ...] = ()

    def __hash__(self) -> int:
        # Of its fields some are settings, whose values may be maps, which have no hash.
        return hash(self.id)

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.origin.name

    @property
    def exists(self) -> Fact:
        """Whether it is there: unknown where a count or condition leaves it open."""
        return existence(self.origin)


def titled(word: str, of: Entity) -> str:
    """A thing with its kind before it; what may be there unseen has a name that says its kind."""
    return of.name if of.origin.silent else f"{word} {of.name}"


SOMETHING = "something that is not known"
"""What sentences call an entity of which nothing tells which it is."""


class Link(Struct, frozen=True, gc=False):
    """A link from one entity to another, and the fact that it is there.

    `to` is the id of the other entity. Two different ids of which one is not in the sources may
    still be one entity; `exact` says that the target is written here, so that it is not. `written`
    is whether it is an entity that the sources write, as far as that is certain: an id from outside
    is none of these. `among` are, where `to` is "", the ids of those entities one of which it leads
    to, if to any; None if nothing tells.
    """

    to: str
    fact: Fact
    place: Span
    exact: bool = True
    written: bool | None = None
    among: frozenset[str] | None = None

    def excludes(self, to: str) -> bool:
        """Whether it is certain that it does not lead to an entity of that id, but to another."""
        return self.among is not None and to not in self.among

    def perhaps(self, to: str, name: str) -> "Link":
        """A link that leads nobody knows where, as one that may lead to an entity of that id."""
        text = self.fact.text.replace(SOMETHING, name)
        fact = Fact(None, text, self.place, self.fact.resource, self.fact.needs)
        return Link(to, fact, self.place)

    def only_if(self, *facts: Fact) -> "Link":
        """The same link, there only if facts hold; what it waits for to know where to stays."""
        tie = replace(all_of((*facts, self.fact)), needs=self.fact.needs)
        return replace(self, fact=tie)

    @property
    def sure(self) -> bool:
        """Whether the link is certain, whatever it leads to."""
        return self.fact.truth is True

    def waits(self, word: str = "a resource", to: Entity | None = None) -> tuple[Need, ...]:
        """What it waits for to know what it leads to; `word` is what that is called without an id.

        `to` is that entity, as far as the sources show it. Where nothing is said of either, it is
        something that is not in the sources.
        """
        own = self.fact.needs or self.fact.waits_for() or (to.external if to is not None else ())
        return own or (Need(self.to or word, OUTSIDE),)


def link_to(entity: Entity) -> Link:
    """A link to something of the network, which is there if that exists."""
    here = not entity.external
    return Link(entity.id, entity.exists, entity.origin.header, here, True if here else None)


def put_out_with(to: str, possible: Entity) -> bool:
    """Whether an id is of what a module puts out that is not there and may make an entity.

    `possible` is that entity: it is silent, and its id begins with the address of the call.
    """
    call = possible.id.rpartition(".")[0]
    return possible.origin.silent and f"{to}.".startswith(f"{call}.")


def same_entity(one: Link, other: Link) -> bool | None:
    """Whether two links lead to the same entity; None if the sources do not tell."""
    if one.to == other.to and one.to:
        return True
    if {one.written, other.written} == {True, False}:
        return False
    for some, known in ((one, other), (other, one)):
        if known.exact and some.excludes(known.to):
            return False
    return False if one.exact and other.exact else None
