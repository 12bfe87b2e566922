"""Data sources that only compute: what they say follows from what is written."""

from collections.abc import Callable, Iterator

from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Need,
    Text,
    Unknown,
    Value,
    dereferenced,
    lifted,
    needs,
    unknown,
)
from taskwall.readers.terraform.evaluation import engine_versions
from taskwall.readers.terraform.evaluation.context import ModuleContext, WrittenBody
from taskwall.readers.terraform.evaluation.functions.arguments import text_of
from taskwall.readers.terraform.evaluation.functions.filesystem import FUNCTIONS as FILESYSTEM
from taskwall.readers.terraform.syntax.hcl import parse_template
from taskwall.readers.terraform.values.values import (
    Base64Text,
    FailedError,
    JsonFields,
    as_text,
    concatenate,
    doubts,
    is_null,
    is_whole,
    waiting,
)

SAME = {
    ("aws_region", "id"): "name",
    ("aws_region", "region"): "name",
    ("aws_caller_identity", "id"): "account_id",
    ("aws_partition", "id"): "partition",
}
"""Attributes of data sources that are always equal to another one of the same."""


_VERSION = "2012-10-17"
"""The version of a policy that names none."""


def _policy(written: WrittenBody, scope: ModuleContext) -> Value:
    """`aws_iam_policy_document`, put together as the provider does: sources, own, overrides."""
    document = _Document()
    for source in (*_documents(written, "source_json", "source_policy_documents"), None):
        if source is None:
            document.merge(_own(written))
        else:
            document.merge(source)
    for override in _documents(written, "override_json", "override_policy_documents"):
        document.merge(override)
    fields: dict[str, Value] = {"Version": document.version or Known(_VERSION)}
    if document.id is not None:
        fields["Id"] = document.id
    fields["Statement"] = Items(
        tuple(document.statements.values()), tuple(document.rest), None, tuple(document.needs)
    )
    return JsonFields(fields)


class _Document:
    """A policy while it is put together."""

    def __init__(self) -> None:
        self.statements: dict[int, Value] = {}
        """Those that are there for certain, by their numbers, in order."""
        self._replaceable: dict[str | int, int] = {}
        """The numbers of those that a later one may replace: by Sid, else (unknown) by number."""
        self._count = 0
        self.rest: list[Value] = []
        self.needs: dict[Need, None] = {}
        self.version: Value | None = None
        self.id: Value | None = None

    def merge(self, other: Value) -> None:
        """Lay a policy over this one: a statement with the same Sid replaces the earlier one."""
        found = dereferenced(other)
        if not isinstance(found, Fields):
            self._doubt(needs(found))
            self.rest.append(waiting(found))
            return
        self.version = found.fields.get("Version") or self.version
        self.id = found.fields.get("Id") or self.id
        statements = dereferenced(found.fields.get("Statement", Items(())))
        if isinstance(statements, Fields):
            statements = Items((statements,))
        if not isinstance(statements, Items):
            self._doubt(needs(statements))
            self.rest.append(waiting(statements))
            return
        for statement in statements.items:
            self._add(statement)
        for statement in statements.rest:
            self._doubt(statements.needs or needs(statement))
            self.rest.append(statement)

    def _add(self, statement: Value) -> None:
        sid = _sid(statement)
        if sid is None:
            self._doubt(needs(statement))
        number = self._count = self._count + 1
        if sid != "":
            number = self._replaceable.setdefault(sid or number, number)
        self.statements[number] = statement

    def _doubt(self, waits: tuple[Need, ...]) -> None:
        """From here on a statement is unknown that may replace any with a Sid."""
        self.needs.update(dict.fromkeys(waits))
        self.rest += [self.statements.pop(number) for number in self._replaceable.values()]
        self._replaceable.clear()


def _sid(statement: Value) -> str | None:
    """The Sid of a statement, "" if it has none, None if it is not known."""
    found = dereferenced(statement)
    if not isinstance(found, Fields):
        return None
    sid = dereferenced(found.fields.get("Sid", Known("")))
    return str(sid.data or "") if isinstance(sid, Known) else None


def _documents(written: WrittenBody, single: str, several: str) -> Iterator[Value]:
    """The policies that an attribute gives, as structure."""
    if (one := written.get(single)) is not None and not is_null(dereferenced(one)):
        yield _decoded(one)
    many = dereferenced(written.get(several) or Items(()))
    if isinstance(many, Items):
        for item in many.items:
            if not is_null(dereferenced(item)):
                yield _decoded(item)
        if many.rest:
            yield waiting(*many.rest)
    elif not is_null(many):
        yield waiting(many)


def _decoded(value: Value) -> Value:
    import json

    found = dereferenced(value)
    if not isinstance(found, Known):
        return found
    if not found.data:
        return Fields({})
    try:
        return lifted(json.loads(text_of(found)), found.place)
    except (ValueError, RecursionError) as error:
        raise FailedError("a policy", "is not JSON") from error


def _own(written: WrittenBody) -> Value:
    fields: dict[str, Value] = {"Version": Known(_VERSION)}
    for name, key in (("version", "Version"), ("policy_id", "Id")):
        value = written.get(name)
        if value is not None and not is_null(dereferenced(value)):
            fields[key] = value
    statements = dereferenced(written.get("statement") or Items(()))
    if isinstance(statements, Items):
        fields["Statement"] = Items(
            tuple(map(_statement, statements.items)),
            tuple(map(_statement, statements.rest)),
            statements.place,
            statements.needs,
        )
    else:
        fields["Statement"] = statements
    return Fields(fields)


_LISTS = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}


def _statement(block: Value) -> Value:
    """A statement block as the policy language writes it."""
    found = dereferenced(block)
    if not isinstance(found, Fields):
        return block
    given = {
        name: value for name, value in found.fields.items() if not is_null(dereferenced(value))
    }
    fields: dict[str, Value] = {}
    places = {}

    def put(key: str, name: str, value: Value) -> None:
        fields[key] = value
        if name in found.places:
            places[key] = found.places[name]

    if "sid" in given:
        put("Sid", "sid", given["sid"])
    put("Effect", "effect", given.get("effect", Known("Allow", found.place)))
    for name, key in _LISTS.items():
        if name in given and not _is_empty(given[name]):
            put(key, name, _one_or_list(given[name]))
    for name, key in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        if name in given and not _is_empty(given[name]):
            put(key, name, _principals(given[name]))
    if "condition" in given and not _is_empty(given["condition"]):
        put("Condition", "condition", _conditions(given["condition"]))
    return Fields(fields, places, place=found.place)


def _is_empty(value: Value) -> bool:
    found = dereferenced(value)
    return isinstance(found, Items) and not found.items and not found.rest


def _one_or_list(value: Value) -> Value:
    """A list of texts; one alone stands by itself, and `&{` means the policy's own `${`."""
    found = dereferenced(value)
    if not isinstance(found, Items):
        return value
    items = tuple(map(_variables, found.items))
    if len(items) == 1 and not found.rest:
        return items[0]
    return Items(items, tuple(map(_variables, found.rest)), found.place, found.needs)


def _variables(value: Value) -> Value:
    if isinstance(value, Known) and isinstance(value.data, str):
        return Known(value.data.replace("&{", "${"), value.place)
    if isinstance(value, Text):
        parts = (p.replace("&{", "${") if isinstance(p, str) else p for p in value.parts)
        return Text(tuple(parts), value.place)
    return value


def _blocks(value: Value) -> tuple[list[Fields], tuple[Need, ...]]:
    """The blocks that are certain, and what others wait for."""
    found = dereferenced(value)
    if not isinstance(found, Items):
        return [], needs(found) or (Need("a block", "is not known"),)
    waits = found.needs or tuple(need for item in found.rest for need in needs(item))
    blocks = [block for item in found.items if isinstance(block := dereferenced(item), Fields)]
    return blocks, waits if found.rest else ()


def _principals(value: Value) -> Value:
    blocks, waits = _blocks(value)
    if waits:
        return Unknown(waits)
    fields: dict[str, list[Value]] = {}
    places = {}
    for block in blocks:
        kind = dereferenced(block.fields.get("type", Known(None)))
        if not isinstance(kind, Known):
            return waiting(kind)
        fields.setdefault(str(kind.data), []).append(block.fields.get("identifiers", Items(())))
        if block.place is not None:
            places[str(kind.data)] = block.place
    joined = {kind: _joined(lists) for kind, lists in fields.items()}
    star = joined.get("*")
    if len(joined) == 1 and isinstance(star, Known) and star.data == "*":
        return Known("*", places.get("*"))
    return Fields(joined, places)


def _joined(lists: list[Value]) -> Value:
    items: list[Value] = []
    rest: list[Value] = []
    found = [dereferenced(value) for value in lists]
    for value in found:
        if not isinstance(value, Items):
            return waiting(*lists)
        items += value.items
        rest += value.rest
    waits = doubts(*(value for value in found if isinstance(value, Items)))
    return _one_or_list(Items(tuple(items), tuple(rest), found[0].place, waits))


def _conditions(value: Value) -> Value:
    blocks, waits = _blocks(value)
    if waits:
        return Unknown(waits)
    tests: dict[str, dict[str, list[Value]]] = {}
    for block in blocks:
        test = dereferenced(block.fields.get("test", Known(None)))
        variable = dereferenced(block.fields.get("variable", Known(None)))
        if not (isinstance(test, Known) and isinstance(variable, Known)):
            return waiting(test, variable)
        lists = tests.setdefault(str(test.data), {}).setdefault(str(variable.data), [])
        lists.append(block.fields.get("values", Items(())))
    return Fields(
        {
            test: Fields({variable: _joined(lists) for variable, lists in variables.items()})
            for test, variables in tests.items()
        }
    )


def _template_file(written: WrittenBody, scope: ModuleContext) -> Value:
    return _filled_in(written.get("template") or Known(None), written, scope)


def _template_file_at(written: WrittenBody, scope: ModuleContext) -> Value:
    """The same of the resource of Terraform before 0.7, whose template may be a file's path."""
    template = dereferenced(written.get("template") or Known(None))
    if isinstance(template, Known) and "\n" not in str(template.data):
        found = FILESYSTEM["fileexists"]([template], scope)
        if isinstance(found, Known) and found.data is True:
            template = FILESYSTEM["file"]([template], scope)
    return _filled_in(template, written, scope)


def _filled_in(value: Value, written: WrittenBody, scope: ModuleContext) -> Value:
    """A template with the variables that are written with it."""
    template = dereferenced(as_text(value))
    if isinstance(template, Text) and not _is_to_be_filled_in(template):
        return template  # Terraform has filled it in before the data source sees it.
    if not isinstance(template, Known):
        return waiting(template)
    variables = dereferenced(written.get("vars") or Fields({}))
    if is_null(variables):
        variables = Fields({})
    if isinstance(variables, Known | Items):
        raise FailedError("vars", "is not a map")
    if not isinstance(variables, Fields) or variables.rest is not None:
        return waiting(variables)
    file = template.place.file if template.place else scope.module.folder
    return as_text(scope.filled_in(parse_template(file, text_of(template)), variables.fields))


def _is_to_be_filled_in(template: Text) -> bool:
    known = "".join(part for part in template.parts if isinstance(part, str))
    return "${" in known or "%{" in known


def _cloudinit(written: WrittenBody, scope: ModuleContext) -> Value:
    """The parts of cloud-init's configuration as one MIME text; compressed it stays readable."""
    from base64 import b64encode

    parts = dereferenced(written.get("part") or Items(()))
    boundary = dereferenced(written.get("boundary") or Known("MIMEBOUNDARY"))
    if not isinstance(parts, Items) or parts.rest or not isinstance(boundary, Known):
        return waiting(parts, boundary)
    mark = str(boundary.data)
    pieces: list[str | Value] = [
        f'Content-Type: multipart/mixed; boundary="{mark}"\nMIME-Version: 1.0\r\n\r\n'
    ]
    for item in parts.items:
        part = dereferenced(item)
        if not isinstance(part, Fields):
            return waiting(parts)
        pieces += [f"--{mark}\r\n", *_part(part), "\r\n"]
    pieces.append(f"--{mark}--\r\n")
    found = concatenate(pieces)
    zipped, encoded = (_flag(written, name) for name in ("gzip", "base64_encode"))
    if isinstance(zipped, Unknown) or isinstance(encoded, Unknown):
        return waiting(zipped, encoded)
    if not zipped.data and not encoded.data:
        return found
    if isinstance(found, Text):
        return Base64Text(found.parts)
    if zipped.data:
        return Base64Text((text_of(found),))
    return Known(b64encode(text_of(found).encode()).decode())


def _part(part: Fields) -> Iterator[str | Value]:
    def given(name: str) -> Value | None:
        value = part.fields.get(name)
        return None if value is None or is_null(dereferenced(value)) else as_text(value)

    if (name := given("filename")) is not None:
        yield from ('Content-Disposition: attachment; filename="', name, '"\r\n')
    yield "Content-Transfer-Encoding: 7bit\r\nContent-Type: "
    yield given("content_type") or "text/plain"
    yield "\r\nMime-Version: 1.0\r\n"
    if (merge := given("merge_type")) is not None:
        yield from ("X-Merge-Type: ", merge, "\r\n")
    yield "\r\n"
    yield given("content") or ""


def _flag(written: WrittenBody, name: str) -> Known | Unknown:
    """A truth value that is true unless it is written otherwise."""
    found = dereferenced(written.get(name) or Known(True))
    if isinstance(found, Known):
        return Known(found.data not in (False, "false"))
    return waiting(found)


def _service_name(written: WrittenBody, scope: ModuleContext) -> Value:
    service = written.get("service")
    if service is None or is_null(dereferenced(service)):
        raise FailedError("the endpoint service", "is not named")
    region = unknown("the region", "is not in the sources")
    return concatenate(["com.amazonaws.", region, ".", as_text(service)])


def _local_file(written: WrittenBody, scope: ModuleContext) -> Value:
    filename = dereferenced(written.get("filename") or Known(None))
    return FILESYSTEM["file"]([filename], scope) if is_whole(filename) else waiting(filename)


def _handed_on(written: WrittenBody, scope: ModuleContext) -> Value:
    """What `null_data_source` is given."""
    return written.get("inputs") or Fields({})


COMPUTED: dict[tuple[str, str], Callable[[WrittenBody, ModuleContext], Value]] = {
    ("aws_iam_policy_document", "json"): _policy,
    ("aws_iam_policy_document", "minified_json"): _policy,
    ("template_file", "rendered"): _template_file,
    ("resource template_file", "rendered"): _template_file_at,
    ("cloudinit_config", "rendered"): _cloudinit,
    ("template_cloudinit_config", "rendered"): _cloudinit,
    ("aws_vpc_endpoint_service", "service_name"): _service_name,
    ("local_file", "content"): _local_file,
    ("null_data_source", "outputs"): _handed_on,
    ("aws_rds_engine_version", "parameter_group_family"): engine_versions.group_family,
    ("aws_rds_engine_version", "version"): engine_versions.engine_version,
}
"""What data sources compute, by their type and the attribute."""


_LEAST: dict[tuple[str, str], int] = {
    ("aws_availability_zones", "names"): 2,
    ("aws_availability_zones", "zone_ids"): 2,
    ("aws_vpc", "cidr_block_associations"): 1,
}
"""How many elements lists certainly have, as long as nothing filters them.

A Region has at least two Availability Zones, and a VPC a block of IPv4 addresses.
"""

_FILTERS = {
    "aws_availability_zones": (
        "filter", "exclude_names", "exclude_zone_ids", "all_availability_zones",
    ),
}  # fmt: skip


def least_elements(kind: str, name: str, written: WrittenBody) -> int:
    """How many elements an attribute of a data source has at least."""
    count = _LEAST.get((kind, name), 0)
    for argument in _FILTERS.get(kind, ()) if count else ():
        found = dereferenced(written.get(argument) or Known(None))
        if not ((isinstance(found, Known) and not found.data) or _is_empty(found)):
            return 0
    state = dereferenced((written.get("state") if count else None) or Known(None))
    if not isinstance(state, Known) or state.data not in (None, "available"):
        return 0
    return count
