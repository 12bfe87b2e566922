"""Tags: a map in Terraform, a list of keys and values (or a map) in CloudFormation."""

from collections.abc import Iterator

from taskwall.core.values import Fields, Items, Unknown, dereferenced
from taskwall.lowering._reader import ResourceReader, setting
from taskwall.model.core.entity import Setting
from taskwall.model.core.tag import Tag


def tags(r: ResourceReader) -> Iterator[Tag]:
    """The tags of a resource, those of its own attribute."""
    cell = r.attribute("tags", "Tags")
    value = dereferenced(cell.value)
    if cell.absent or value is None:
        return
    if isinstance(value, Fields):
        for key in value.fields:
            yield Tag(r.id, key, setting(cell.get(key), "tags"))
        if value.rest is not None:
            yield Tag(r.id, None, Setting(value.rest, cell.place, "tags", r.name), whole=True)
    elif isinstance(value, Items):
        for each in cell.each():
            named = each.get("Key")
            known = str(named.known) if named.known is not None else None
            whole = isinstance(dereferenced(each.value), Unknown)
            if known is not None or named.needs:
                found = setting(each.get("Value") if known is not None else named, "Tags")
                yield Tag(r.id, known, found, whole)
    else:
        yield Tag(r.id, None, setting(cell, "tags"), whole=True)
