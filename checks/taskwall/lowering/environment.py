"""The environments of containers, in task definitions of both languages.

There is no resource of its own; what holds containers is lowered in `work`.
"""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from taskwall.core.loop_places import where_written
from taskwall.core.patterns import pattern
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Reference,
    Span,
    Text,
    Unknown,
    Value,
    dereferenced,
    needs,
    same,
    spelled,
    symbol,
    text,
)
from taskwall.lowering._held import ATTACHMENT, GIVEN_BY, HELD
from taskwall.lowering._outside import may_be_anything
from taskwall.lowering._reader import ResourceReader, lowers
from taskwall.lowering._resources import ResourceIndex, derived_from, leaves, references_in
from taskwall.lowering._structure import structure
from taskwall.lowering.store_names import stores_at_endpoints, written_store
from taskwall.model.core.entity import Entity
from taskwall.model.entities.environment import Definition, Variable, is_url_of_aws
from taskwall.source.resource import Cell, Resource

_JSON = ("name", "environment", "value", "secrets", "valueFrom")
_CLOUDFORMATION = ("Name", "Environment", "Value", "Secrets", "ValueFrom")


def variables(r: ResourceReader, cell: Cell) -> Iterator[Variable]:
    """What the containers of a list (a structure, or JSON text) find in their environment.

    And what is named in the arguments that they are started with.
    """
    found = structure(cell)
    held = Definition(r.id, r.name)
    if found is None:
        if cell.needs:
            yield Variable(
                r.origin, held, "a container", "", None, (), cell.place, cell.needs,
                anything=may_be_anything(r.resource, cell.value),
            )  # fmt: skip
        return
    name, environment, value, secrets, source = _JSON if r.terraform else _CLOUDFORMATION
    named = [each.get(name) for each in found.each()]
    held = replace(
        held,
        containers=frozenset(str(each.known) for each in named if each.known is not None),
        unnamed=tuple(need for each in named for need in each.needs),
    )
    for container in found.each():
        known = container.get(name).known
        called = "a container" if known is None else f"container {known}"
        for key, inner, secret in ((environment, value, False), (secrets, source, True)):
            for item in container.get(key).each():
                at = item.get(inner)
                said = None if at.value is None or secret else _text(at.value)
                stores = stores_at_endpoints(r, at.value)
                derived = (each.origin.address for each in derived_from(r.builder, at.value))
                given = (*_given_to(r, at.value), *_called(r, at.value)) if secret else ()
                names = (*_refers(at.value), *derived, *stores.addresses, *given)
                refers = tuple(dict.fromkeys(_attached(r, names)))
                anything = (
                    bool(stores.needs)
                    or "" in refers
                    or any(may_be_anything(r.resource, each) for each in leaves(at.value))
                )
                yield Variable(
                    r.origin,
                    held,
                    called,
                    str(item.get(name).known or ""),
                    said,
                    refers,
                    at.place,
                    (*at.needs, *stores.needs),
                    secret,
                    tuple(_looked_up(r, r.builder.resources if anything else refers)),
                    item.get(name).needs,
                    anything,
                    _written(at.value),
                    is_url_of_aws(at.value),
                )
        for key in _ARGUMENTS[r.terraform]:
            for at in container.get(key).each():
                stores = stores_at_endpoints(r, at.value)
                refers = tuple(
                    name
                    for name in dict.fromkeys(_attached(r, (*_refers(at.value), *stores.addresses)))
                    if name
                )
                if refers:
                    seen = tuple(_looked_up(r, refers))
                    yield Variable(
                        r.origin, held, called, "", None, refers, at.place, at.needs, True, seen
                    )


def _written(value: Value | None) -> Span | None:
    """Where a value itself stands, whatever refers to it."""
    found = dereferenced(value)
    return None if found is None or found.place is None else where_written(found.place)


_ARGUMENTS = {True: ("command", "entryPoint"), False: ("Command", "EntryPoint")}
"""The lists of what a container is started with, by whether it is Terraform."""


_STORES = (
    "aws_db_instance",
    "aws_db_proxy",
    "aws_rds_cluster",
    "aws_dax_cluster",
    "aws_docdbelastic_cluster",
    "aws_redshiftserverless_workgroup",
    "aws_timestreaminfluxdb_",
    "aws_elasticache_",
    "aws_memorydb_",
    "aws_docdb_",
    "aws_neptune_",
    "aws_redshift_",
    "aws_opensearch_",
    "aws_elasticsearch_",
    "aws_msk_",
    "aws_mq_broker",
)
"""How the types of data stores begin; CloudFormation looks nothing up."""


_PRIVATE = (
    "aws_dax_",
    "aws_db_proxy",
    "aws_docdb",
    "aws_elasticache_",
    "aws_memorydb_",
)
"""How the types of those begin that cannot have a public address."""


def _looked_up(r: ResourceReader, names: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """The names among some that are data sources of data stores, and whether it can be public."""
    for name in names:
        resource = r.builder.resources.get(name)
        if resource is not None and resource.data and resource.type.startswith(_STORES):
            yield name, not resource.type.startswith(_PRIVATE)


def _text(value: Value) -> str | Text | None:
    """The text of a value: a structure as JSON, and what `Fn::Base64` encodes as it is."""
    found = dereferenced(value)
    if isinstance(found, Fields | Items | Text):
        parts = found.parts if isinstance(found, Text) else (found,)
        found = text([piece for part in parts for piece in _pieces(part)], found.place)
    if isinstance(found, Known):
        return spelled(found.data)
    if isinstance(found, Reference):
        return Text((found,))
    return found if isinstance(found, Text) else None


def _pieces(part: str | Value) -> Iterator[str | Value]:
    """The pieces of the text that a value is written as, in which its texts stand as they are."""
    value = part if isinstance(part, str) else dereferenced(part)
    if isinstance(value, Fields) and _BASE64 in value.fields:
        yield from _pieces(value.fields[_BASE64])
    elif isinstance(value, Fields):
        rest = {} if value.rest is None else {"": Unknown(needs(value.rest))}
        for key, each in (value.fields | rest).items():
            yield f'{{"{key}":"'
            yield from _pieces(each)
            yield '"}'
    elif isinstance(value, Items):
        for each in (*value.items, *(Unknown(needs(each)) for each in value.rest)):
            yield '["'
            yield from _pieces(each)
            yield '"]'
    else:
        yield part


_BASE64 = "Fn::Base64"


def _attached(r: ResourceReader, names: Iterable[str]) -> Iterator[str]:
    """The names of resources, and of those to which what secrets and parameters hold refers.

    A data store that is looked up by a name of the sources is the one that is written. "" stands
    for whatever the sources write.
    """
    for name in names:
        yield written_store(r, name) or name
        for resource in _giving(r, name):
            for key in HELD.get(resource.type, ()):
                held = resource.body.fields.get(key)
                yield from (written_store(r, each) or each for each in [*_refers(held)])
                stores = stores_at_endpoints(r, held)
                yield from (*stores.addresses, *("",) * bool(stores.needs))
                if any(may_be_anything(resource, each) for each in _parts(held)):
                    yield ""


def _giving(r: ResourceReader, name: str) -> Iterator[Resource]:
    """The resources that give a secret or parameter what it holds: itself, and others."""
    resource = r.builder.resources.get(name)
    if resource is None or resource.data:
        return
    yield resource
    if resource.type in GIVEN_BY:
        key, by = GIVEN_BY[resource.type]
        by_name = r.builder.referring(key, by)
        yield from by_name.get(name, ())
        for other in by_name.get("", ()):
            if may_be_anything(other, other.body.fields.get(key)):
                yield other


def _given_to(r: ResourceReader, value: Value | None) -> Iterator[str]:
    """What gives its content to a secret that the sources do not write: looked up, from a module.

    It names the secret by the same data source, or by the same output.
    """
    for leaf in leaves(value):
        for key, by in GIVEN_BY.values():
            for other in r.builder.referring(key, by).get("", ()):
                named = other.body.fields.get(key)
                if named is not None and _is_same_secret(leaf, named):
                    yield other.origin.address


def _called(r: ResourceReader, value: Value | None) -> Iterator[str]:
    """The secret or parameter that a text names, or whose ARN it is.

    Amazon ECS developer guide, "Pass sensitive data to an Amazon ECS container".
    """
    text = _spelled(value)
    if not text:
        return
    named = r.builder.recalled("secrets and parameters", _by_name, r.builder)
    _, arn, parameter = text.rpartition(":parameter/")
    secret = _SECRET.search(text)
    names = [text, parameter if arn else "", f"/{parameter}" if arn else ""]
    names += [secret[1], secret[1] + (secret[2] or "")] if secret else []
    yield from (named[name] for name in names if name in named)


_SECRET = pattern(r":secret:([^:]+?)(-(?:[A-Za-z0-9]{6}|\?{6}|\*))?(?::|$)")
"""The name in the ARN of a secret, and the six characters that Secrets Manager adds to it."""


def _by_name(index: ResourceIndex) -> dict[str, str]:
    """The addresses of the secrets and parameters that the sources write, by their names."""
    found = {
        _spelled(resource.body.fields.get(key)): resource.origin.address
        for key, types in (
            ("name", ("aws_ssm_parameter", "aws_secretsmanager_secret")),
            ("Name", ("AWS::SSM::Parameter", "AWS::SecretsManager::Secret")),
        )
        for resource in index.of_type(*types)
        if not resource.data
    }
    found.pop("", None)
    return found


def _spelled(value: Value | None) -> str:
    """A text, with the names of what stands in it; "" if not all of that has one."""
    found = dereferenced(value)
    if isinstance(found, Known):
        return spelled(found.data) or ""
    return symbol(found) if isinstance(found, Text) else ""


def _is_same_secret(one: Value, other: Value) -> bool:
    if isinstance(one, Reference) and isinstance(other, Reference):
        return one.resource == other.resource
    return same(one, other) is True


@lowers(ATTACHMENT)
def attachment(r: ResourceReader) -> Iterator[Entity]:
    # Read by the task definitions that name it.
    r.attribute("", "TargetId")
    return iter(())


def _parts(value: Value | None) -> Iterator[Value]:
    """The parts of a text or structure, each by itself."""
    for leaf in leaves(value):
        found = dereferenced(leaf)
        if isinstance(found, Text):
            for part in found.parts:
                if not isinstance(part, str):
                    yield from _parts(part)
        else:
            yield found


def _refers(value: Value | None) -> Iterator[str]:
    """The resources that a value refers to, itself or in parts of it."""
    for reference in references_in(value) if value is not None else ():
        yield reference.resource
        yield from _refers(reference.value)
