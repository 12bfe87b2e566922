"""What comes from outside: ids that an input or a look-up brings, of entities not written here."""

from collections.abc import Mapping

from taskwall.core.values import (
    MISSING_LOCAL,
    OUTSIDE,
    Scalar,
    Text,
    Unknown,
    Value,
    dereferenced,
)
from taskwall.lowering._resources import ResourceIndex, leaves, references_in, words_in
from taskwall.source.resource import Cell, Resource


def is_outside(written: ResourceIndex, value: Unknown) -> bool:
    """Whether an unknown is something that an input or another stack brings.

    An output of a module that is not there may be what was handed to it, and a parameter of
    Parameter Store what the same template puts there.
    """
    if not value.symbol or value.symbol.startswith("module.") or _is_missing_local(value):
        return False
    stored = any(
        "Parameter Store" in need.why or "at deployment" in need.why for need in value.needs
    )
    return not (stored and written.words("AWS::SSM::Parameter"))


def may_be_anything(resource: Resource, value: Value | None) -> bool:
    """Whether a value that a resource has may be, or refer to, whatever the sources write.

    What an input or a look-up brings is none of that, and a module that is not there knows what it
    is given. Terraform's maps hold references, from which an input chooses; CloudFormation's do
    not, whether they are asked by an input, or by the Region or account of the stack.
    """
    found = dereferenced(value)
    if isinstance(found, Unknown) and _is_missing_local(found):
        return True
    if not isinstance(found, Unknown) or found.symbol or resource.origin.silent:
        return False
    chosen = resource.origin.language == "terraform"
    return any(
        chosen if need.chooses else not need.option and need.why != OUTSIDE
        for need in found.needs
        if not need.name.startswith(_TEXTS)
    )


_TEXTS = ("AWS::", "Fn::FindInMap")
"""How the names of what gives only texts begin: pseudo parameters, and a key that no map has."""


def _is_missing_local(value: Unknown) -> bool:
    return any(need.why == MISSING_LOCAL for need in value.needs)


def looks_here(written: ResourceIndex, source: Resource | None) -> bool:
    """Whether a data source may answer with what these sources write.

    It does where it looks among the entities of a resource, for a name or tag that one has, or for
    what is not known at all.
    """
    if source is None or not source.data:
        return source is not None
    names = {source.type, source.type.removesuffix("s"), source.type.removesuffix("_ids")}
    words = frozenset(words_in(source.body))
    if any(may_be_anything(source, leaf) for leaf in leaves(source.body)):
        return True
    return any(words & written.words(name) for name in names) or any(
        (meant := written.resources.get(reference.resource)) is not None and not meant.data
        for reference in references_in(source.body)
    )


def made_with_a_vpc(resource: Resource) -> tuple[str, Cell] | None:
    """What a data source looks for of that which AWS makes with a VPC, and of which VPC.

    That is its main route table (`main`), or its default security group (`default`). A list of
    groups holds that one alone if its VPC is asked for too, and nothing that may leave it out.
    """
    made = _MADE_WITH_A_VPC.get(resource.type)
    if made is None:
        return None
    body = resource.cell()
    filters = _filters(body)
    asked = filters.get("association.main" if made == "main" else "group-name", [])
    listed = resource.type == "aws_security_groups"
    if made == "default" and not (asked or listed):
        asked = [body.get("name")]
    if len(asked) != 1 or asked[0].known not in _SOUGHT[made]:
        return None
    others = filters.get("vpc-id", [])
    if listed:
        alone = body.get("tags").absent and len(filters) == 2 and len(others) == 1
        return (made, others[0]) if alone else None
    vpc = body.get("vpc_id")
    return made, others[0] if vpc.absent and len(others) == 1 else vpc


def _filters(body: Cell) -> dict[object, list[Cell]]:
    """The values that a data source asks for, by the names of its filters."""
    return {
        block.get("name").known: list(block.get("values").each())
        for block in body.get("filter").each()
    }


def sought_by_name(resource: Resource) -> tuple[Cell, Cell] | None:
    """The name of the security group that a data source looks for, and of which VPC, if any.

    A VPC has one group of a name. Without a VPC the name alone has to tell which it is. With a
    wildcard, which EC2 takes in the values of all its filters, a name says nothing for sure.
    """
    body = resource.cell()
    filters = _filters(body)
    names = filters.pop("group-name", [body.get("name")])
    vpcs = filters.pop("vpc-id", [body.get("vpc_id")])
    if len(names) != 1 or len(vpcs) != 1 or names[0].absent or _has_wildcard(names[0].value):
        return None
    alone = vpcs[0].absent and (bool(filters) or not body.get("tags").absent)
    return None if alone else (names[0], vpcs[0])


def _has_wildcard(value: Value | None) -> bool:
    found = dereferenced(value)
    parts = found.parts if isinstance(found, Text) else [getattr(found, "data", None)]
    return any(sign in part for part in parts if isinstance(part, str) for sign in "*?")


def vpc_of_subnets(resource: Resource) -> Cell | None:
    """The VPC whose subnets a data source looks for; None if it asks for none, or for several."""
    body = resource.cell()
    # `aws_subnets` has no argument of its own for the VPC.
    named = [] if resource.type == "aws_subnets" else [body.get("vpc_id")]
    asked = _filters(body).get("vpc-id", named)
    return asked[0] if len(asked) == 1 and not asked[0].absent else None


_MADE_WITH_A_VPC = {
    "aws_route_table": "main",
    "aws_security_group": "default",
    "aws_security_groups": "default",
}

_SOUGHT: Mapping[str, tuple[Scalar, ...]] = {"main": (True, "true"), "default": ("default",)}
"""The value of the argument or filter by which each is found."""
