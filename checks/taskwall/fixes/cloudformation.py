"""Edits of templates, in YAML and JSON: the text of a scalar, or a member that is added."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from json import dumps
from typing import Any

from msgspec.structs import replace

from taskwall.core.change import NewValue, has_placeholders, holds_code
from taskwall.core.patterns import pattern
from taskwall.core.values import Known, Span, Value, dereferenced, spelled
from taskwall.findings.finding import Edit
from taskwall.fixes import yaml_text
from taskwall.fixes.apply import applied
from taskwall.fixes.json_text import document, in_text
from taskwall.fixes.refused import RefusedError
from taskwall.fixes.removal import element, whole_lines
from taskwall.fixes.source_text import SourceText
from taskwall.fixes.steps import END, PathStep, below, nested
from taskwall.readers.cloudformation.document import composed
from taskwall.source.files import Files
from taskwall.source.resource import Resource

PROPERTIES = "Properties"

_LIMITS = {"AllowedPattern", "MaxLength", "MaxValue", "MinLength", "MinValue"}
"""What a parameter may ask of its value; a list of those that it allows is looked up."""

_ANCHOR = pattern(r"(?<![^\s\[{,])&\w")
"""A name that YAML gives to what stands there, to use it elsewhere."""


class Writer:
    """Makes edits of one template."""

    def __init__(self, sheet: SourceText) -> None:
        self.sheet = sheet
        self._root = composed(sheet.file, sheet.text)
        self._json = sheet.text.lstrip()[:1] == "{"
        self._unit = _unit(self._root, sheet.text)
        self._starts: dict[int, dict[int, int]] = {}

    def follow(self, _files: Files, _every: Collection[str], _asking: Collection[Span]) -> None:
        """Do nothing: templates have no local values."""

    def begin(self) -> None:
        """Begin another fix: nothing is kept from one to the next."""

    def edits(
        self,
        resource: Resource,
        path: Sequence[PathStep],
        wanted: NewValue,
        name: str = "",
        whole: bool = False,
    ) -> Iterator[Edit]:
        """The edits that give a property of a resource a value.

        With `name`, a property of that name takes the place of the one that the path leads to; with
        `whole`, the value that of all that is there.

        Raises:
            RefusedError: something other than plain text of this resource decides what is there.
        """
        if name or whole:
            yield self._replaced_at(resource, path, wanted, name)
            return
        node = self._at(*self.sheet.span(resource.place))
        members = self._members(node)
        if PROPERTIES in members:
            yield from self._reach(members[PROPERTIES][1], resource.body, path, wanted)
        elif resource.body.fields:
            raise RefusedError
        else:
            added = nested((PROPERTIES, *path), wanted)
            assert isinstance(added, Mapping)
            yield self._added(node, added)

    def in_document(
        self, value: Value, path: Sequence[PathStep], wanted: NewValue
    ) -> Iterator[Edit]:
        """The edits that set what a path leads to in the whole text, which evaluates to `value`.

        Raises:
            RefusedError: something other than plain text decides what is there.
        """
        yield from self._reach(self._root, value, path, wanted)

    def _replaced_at(
        self, resource: Resource, path: Sequence[PathStep], wanted: NewValue, name: str
    ) -> Edit:
        """The edit that puts a value in the place of another, and another key in that of its."""
        node, key = self._at(*self.sheet.span(resource.place)), None
        for step in (PROPERTIES, *path):
            if isinstance(step, int):
                key, node = None, self._element(node, step)
                continue
            if node.id == "sequence":  # a list of one stands for its element
                node = self._element(node, 0, alone=True)
            members = self._members(node)
            if step not in members or name in members:
                raise RefusedError
            key, node = members[step]
        taken = bool(name) and _is_attribute(node)
        if not taken:
            self._plain(node)
        text, start, end = self.sheet.text, node.start_mark.index, self._end(node)
        if name:
            plain = node.id == "scalar" and node.style not in ("|", ">")
            if key is None or not (taken or plain):
                raise RefusedError
            quote = key.style or ""
            new = f"{quote}{name}{quote}{text[key.end_mark.index : start]}"
            new += yaml_text.scalar(wanted, json=self._json)
            return self.sheet.edit(key.start_mark.index, end, new, has_placeholders(wanted))
        if "#" in text[start:end]:
            raise RefusedError  # comments would be lost
        if isinstance(wanted, tuple):
            return self._replaced_list(node, wanted)
        if not isinstance(wanted, Mapping):
            raise RefusedError
        indent = " " * (start - self.sheet.line_start(start))
        if node.flow_style:
            indent = self.sheet.indent(start)
            spread = "\n" in text[start:end]
            made = (
                yaml_text.spread(wanted, indent, self._unit, self._json)
                if spread
                else yaml_text.flow(wanted, self._json)
            )
        else:
            made = "\n".join(yaml_text.block(wanted, indent, self._unit)).lstrip()
        return self.sheet.edit(start, end, made, has_placeholders(wanted))

    def _replaced_list(self, node: Any, wanted: tuple[NewValue, ...]) -> Edit:
        """The edit that puts a list in the place of one of resources, or of literals."""
        if node.id != "sequence" or not all(map(_is_reference, node.value)):
            raise RefusedError
        start, end = node.start_mark.index, self._end(node)
        if node.flow_style:
            made = yaml_text.flow(wanted, self._json)
            if "\n" in self.sheet.text[start:end]:
                made = yaml_text.spread(wanted, self.sheet.indent(start), self._unit, self._json)
        else:
            indent = " " * (start - self.sheet.line_start(start))
            made = "\n".join(yaml_text.list_lines(wanted, indent, self._unit)).lstrip()
        return self.sheet.edit(start, end, made, has_placeholders(wanted))

    def beside(self, resource: Resource, text: str) -> Edit:
        """The edit that adds resources, written in YAML, after one of the template."""
        node = self._at(*self.sheet.span(resource.place))
        sheet, end = self.sheet, self._end(node)
        start = sheet.offset(resource.place.line, resource.place.column)
        from taskwall.fixes.json_code import json_members, yaml_value

        resources = yaml_value(text)
        if not self._parameters().isdisjoint(resources):
            raise RefusedError  # both would have one name
        if self._json:
            members = json_members(text, sheet.indent(start), self._unit)
            return sheet.edit(end, end, f",\n{members}", "<" in text)
        if node.flow_style:
            raise RefusedError
        indent = sheet.indent(start)
        lines = [yaml_text.block({k: v}, indent, self._unit) for k, v in resources.items()]
        at = sheet.line_end(end)
        apart = "\n" if sheet.follows_directly(at) else "\n\n"
        added = "".join(apart + "\n".join(each) for each in lines)
        return sheet.edit(at, at, added, "<" in text)

    def _parameters(self) -> set[str]:
        """The names of the template's parameters."""
        root: Any = self._root
        found = next((value for key, value in root.value if key.value == "Parameters"), None)
        pairs = [] if found is None or found.id != "mapping" else found.value
        return {key.value for key, _ in pairs}

    def literal(self, place: Span, found: Value | None, wanted: NewValue) -> Edit:
        """The edit that puts a value in the place of a scalar: a default, or what a call gives.

        Raises:
            RefusedError: no scalar is there, another one than what the sources evaluate to, or one
                that a parameter does not allow.
        """
        holder, index = self._member(*self.sheet.span(place))
        node = holder.value[index][1]
        known = dereferenced(found)
        allowed = {key.value: value for key, value in holder.value}
        one_of = allowed.get("AllowedValues")
        refused = one_of is not None and str(wanted) not in {each.value for each in one_of.value}
        same = isinstance(known, Known) and node.value == spelled(known.data)
        if not same or refused or not _LIMITS.isdisjoint(allowed):
            raise RefusedError
        return self._replaced(node, wanted)

    def arguments(self, _call: Span, _wanted: Mapping[str, NewValue]) -> Iterator[Edit]:
        """None: templates have no modules that tools download."""
        raise RefusedError

    def in_text(
        self, resource: Resource, path: Sequence[PathStep], wanted: NewValue
    ) -> Iterator[Edit]:
        """The edits that set what a path leads to in the JSON text that a property has.

        Fn::Sub gives values that are known at deployment; a text without variables gets it.

        Raises:
            RefusedError: something other than one text decides what is there.
        """
        name, *inner = path
        node, substituted = self._text_of(resource, str(name))
        given, lead = in_text(wanted, "cloudformation"), ""
        if not substituted and holds_code(wanted):
            lead = "!Sub "
            if "${" in node.value:
                raise RefusedError
        start = node.start_mark.index
        if node.style not in ("|", ">"):
            yield self._in_quoted(node, inner, given, lead)
            return
        if lead:
            yield self.sheet.edit(start, start, lead, placeholder=False)
        first = self.sheet.text.index("\n", start) + 1
        line, _ = self.sheet.position(first)
        text = self.sheet.text[first : node.end_mark.index]
        written = Writer(SourceText(self.sheet.file, text))
        for edit in written.in_document(document(text), inner, given):
            yield replace(edit, line=edit.line + line - 1, end_line=edit.end_line + line - 1)

    def _text_of(self, resource: Resource, name: str) -> tuple[Any, bool]:
        """The scalar that is the text of a property, and whether Fn::Sub looks for variables in it.

        Raises:
            RefusedError: there is none, or it has a name by which others use it.
        """
        properties = self._members(self._at(*self.sheet.span(resource.place))).get(PROPERTIES)
        members = {} if properties is None else self._members(properties[1])
        if name not in members:
            raise RefusedError
        key, node = members[name]
        named = self.sheet.text[node.start_mark.index] in "&*?"
        if named or node.start_mark.index < key.end_mark.index:
            raise RefusedError
        substituted = node.tag == "!Sub"
        if node.id == "mapping" and [one.value for one, _ in node.value] == ["Fn::Sub"]:
            node, substituted = node.value[0][1], True
        if node.id == "sequence" and substituted and node.value:
            node = node.value[0]
        if node.id != "scalar" or node.tag not in ("!Sub", "tag:yaml.org,2002:str", "", None):
            raise RefusedError
        return node, substituted

    def _in_quoted(self, node: Any, path: Sequence[PathStep], wanted: NewValue, lead: str) -> Edit:
        """The edit that puts another text of JSON in the place of a quoted one."""
        text = node.value
        inner = Writer(SourceText(self.sheet.file, text))
        edits = tuple(inner.in_document(document(text), path, wanted))
        new, start = applied(text, edits), node.start_mark.index
        tag = "!Sub " if node.tag == "!Sub" else lead
        quoted = (
            "'" + new.replace("'", "''") + "'"
            if node.style == "'"
            else dumps(new, ensure_ascii=False)
        )
        end = self._end(node)
        made = f'{{"Fn::Sub": {quoted}}}' if lead and self._json else tag + quoted
        return self.sheet.edit(start, end, made, any(edit.placeholder for edit in edits))

    def removed(self, resource: Resource, path: Sequence[PathStep]) -> Iterator[Edit]:
        """The edit that takes a resource, or what a path in it leads to, away.

        Raises:
            RefusedError: something other than plain text of this resource decides what is there.
        """
        holder, index = self._member(*self.sheet.span(resource.place))
        for step in (PROPERTIES, *path) if path else ():
            node = holder.value[index]
            node = node[1] if holder.id == "mapping" else node
            if isinstance(step, int):
                self._element(node, step)
                if len(node.value) > 1:
                    holder, index = node, step
                elif holder.value[index][0].value == "SecurityGroupEgress":
                    raise RefusedError  # without it AWS lets everything out
            else:
                members = list(self._members(node))
                if step not in members:
                    raise RefusedError
                holder, index = node, members.index(step)
        yield self._without(holder, index)

    def _without(self, holder: Any, index: int) -> Edit:
        """The edit that takes a member out of a mapping, or an element out of a list."""
        pairs = [each if holder.id == "mapping" else (each, each) for each in holder.value]
        spans = [(first.start_mark.index, self._end(last)) for first, last in pairs]
        anchored = _ANCHOR.search(self.sheet.text, *spans[index])
        if len(spans) == 1 or (anchored and not self._json):
            raise RefusedError
        if holder.flow_style:
            return element(self.sheet, spans, index)
        return whole_lines(self.sheet, *spans[index], "" if holder.id == "mapping" else "-")

    def _at(self, start: int, end: int) -> Any:
        """The value of the member of the document that begins at an offset.

        Raises:
            RefusedError: none does.
        """
        holder, index = self._member(start, end)
        return holder.value[index][1]

    def _member(self, start: int, end: int) -> tuple[Any, int]:
        """The mapping that has the member that begins at an offset, and which of its members it is.

        Raises:
            RefusedError: there is none.
        """
        node: Any = self._root
        while node is not None and node.id == "mapping":
            starts = self._starts.get(id(node))
            if starts is None:
                starts = {key.start_mark.index: at for at, (key, _) in enumerate(node.value)}
                self._starts[id(node)] = starts
            if start in starts:
                return node, starts[start]
            inside = (node.value[index][1] for at, index in starts.items() if at <= start)
            node = next((value for value in inside if value.end_mark.index >= end), None)
        raise RefusedError

    def _members(self, node: Any) -> dict[str, tuple[Any, Any]]:
        """The keys and values of a mapping by key.

        Raises:
            RefusedError: it is none that can be edited: it is made by a function, shared by an
                anchor, or merged from elsewhere.
        """
        self._plain(node)
        if node.id != "mapping":
            raise RefusedError
        if any(key.id != "scalar" for key, _ in node.value):
            raise RefusedError
        found = {key.value: (key, value) for key, value in node.value}
        if any(key.start_mark.index < node.start_mark.index for key, _ in found.values()):
            raise RefusedError
        if any(not isinstance(k, str) or k in ("<<", "Ref") or k[:4] == "Fn::" for k in found):
            raise RefusedError
        return found

    def _plain(self, node: Any) -> None:
        if self.sheet.text[node.start_mark.index : node.start_mark.index + 1] in tuple("&!*?"):
            raise RefusedError

    def _reach(
        self, node: Any, value: Value, path: Sequence[PathStep], wanted: NewValue
    ) -> Iterator[Edit]:
        """The edits below a node that evaluates to `value`."""
        if not path:
            if isinstance(wanted, Mapping):
                yield from self._into(node, value, wanted)
            else:
                yield self._replaced(node, wanted)
            return
        step, rest = path[0], path[1:]
        if step == END:
            yield self._appended(node, wanted)
            return
        if isinstance(step, int):
            yield from self._reach(self._element(node, step), _sure(value, step), rest, wanted)
            return
        if node.id == "sequence":  # a list of one stands for its element
            yield from self._reach(self._element(node, 0, alone=True), value, path, wanted)
            return
        members = self._members(node)
        found = below(value, step)
        if (found is None) != (step not in members):
            raise RefusedError
        if found is None:
            yield from self._into(node, value, {step: nested(rest, wanted)})
        else:
            key, inner = members[step]
            if inner.start_mark.index < key.end_mark.index:
                raise RefusedError  # an alias
            yield from self._reach(inner, found, rest, wanted)

    def _element(self, node: Any, index: int, alone: bool = False) -> Any:
        """The element of a list in which nothing is conditional or inserted."""
        self._plain(node)
        if node.id != "sequence" or index >= len(node.value) or (alone and len(node.value) > 1):
            raise RefusedError
        for each in node.value:
            self._plain(each)
            if each.id == "mapping":
                self._members(each)
        return node.value[index]

    def _into(self, node: Any, value: Value, wanted: Mapping[str, NewValue]) -> Iterator[Edit]:
        """The edits that set members of a mapping, whichever of them are there."""
        members = self._members(node)
        missing: dict[str, NewValue] = {}
        for name, each in wanted.items():
            if below(value, name) is None and name not in members:
                missing[name] = each
            else:
                yield from self._reach(node, value, (name,), each)
        if missing:
            yield self._added(node, missing)

    def _replaced(self, node: Any, wanted: NewValue) -> Edit:
        self._plain(node)
        start, end = node.start_mark.index, node.end_mark.index
        if node.id != "scalar" or node.style in ("|", ">") or isinstance(wanted, tuple):
            raise RefusedError
        text = yaml_text.scalar(wanted, quote=node.style or "", json=self._json)
        lead = " " if start == end else ""  # nothing stands behind the colon
        return self.sheet.edit(start, end, lead + text, has_placeholders(wanted))

    def _appended(self, node: Any, wanted: NewValue) -> Edit:
        """The edit that adds elements behind those of a list."""
        self._plain(node)
        if node.id != "sequence" or not node.value or not isinstance(wanted, tuple):
            raise RefusedError
        sheet, text = self.sheet, self.sheet.text
        first, last = node.value[0].start_mark.index, node.value[-1]
        end = self._end(last)
        if not node.flow_style:
            indent = sheet.text[sheet.line_start(node.start_mark.index) : node.start_mark.index]
            if indent.strip():
                raise RefusedError
            inline = last.id != "scalar" and bool(last.flow_style)
            lines = yaml_text.list_lines(wanted, indent, self._unit, inline)
            at = sheet.line_end(end)
            return sheet.edit(
                at, at, "".join(f"\n{line}" for line in lines), has_placeholders(wanted)
            )
        if text[end : node.end_mark.index - 1].lstrip()[:1] == ",":
            raise RefusedError
        if "\n" not in text[node.start_mark.index : first]:
            added = "".join(f", {yaml_text.flow(each, self._json)}" for each in wanted)
        else:
            indent = sheet.indent(first)
            spread = (yaml_text.spread(each, indent, self._unit, self._json) for each in wanted)
            added = "".join(f",\n{indent}{each}" for each in spread)
        return sheet.edit(end, end, added, has_placeholders(wanted))

    def _added(self, node: Any, missing: Mapping[str, NewValue]) -> Edit:
        """The edit that adds members to a mapping, behind those that it has."""
        self._members(node)
        sheet, placeholder = self.sheet, has_placeholders(missing)
        start, end = node.start_mark.index, node.end_mark.index
        if not node.value:
            text = yaml_text.flow(missing, self._json)
            if self._json and "\n" in sheet.text.strip():
                indent = sheet.indent(start)
                inner = indent + " " * self._unit
                text = yaml_text.flow_lines(missing, inner, self._unit, self._json)
                text = f"{{\n{text}\n{indent}}}"
            return sheet.edit(start, end, text, placeholder)
        first = node.value[0][0].start_mark
        last = self._end(node.value[-1][1])
        if node.flow_style:
            return self._added_in_flow(node, missing, last)
        indent = " " * (first.index - sheet.line_start(first.index))
        lines = "".join(f"\n{line}" for line in yaml_text.block(missing, indent, self._unit))
        at = sheet.line_end(last)
        return sheet.edit(at, at, lines, placeholder)

    def _added_in_flow(self, node: Any, missing: Mapping[str, NewValue], last: int) -> Edit:
        sheet, text = self.sheet, self.sheet.text
        first = node.value[0][0].start_mark.index
        rest = text[last : node.end_mark.index - 1]
        if rest.lstrip()[:1] == ",":  # YAML allows a comma behind the last member
            raise RefusedError
        if "\n" in text[node.start_mark.index : first]:
            indent = sheet.indent(first)
            body = yaml_text.flow_lines(missing, indent, self._unit, self._json)
            return sheet.edit(last, last, f",\n{body}", has_placeholders(missing))
        body = yaml_text.flow(missing, self._json)[1:-1].strip()
        return sheet.edit(last, last, f", {body}", has_placeholders(missing))

    def _end(self, node: Any) -> int:
        """Where the text of a node ends, without the white space that the parser counts to it."""
        if node.id != "scalar" and not node.flow_style and node.value:
            last = node.value[-1]
            inner = self._end(last[1] if node.id == "mapping" else last)
            return max(inner, int(node.start_mark.index))
        start: int = node.start_mark.index
        return start + len(self.sheet.text[start : node.end_mark.index].rstrip())


def _is_reference(node: Any) -> bool:
    """Whether a node is a literal, or names a resource or a parameter."""
    if node.id == "mapping":
        return [key.value for key, _ in node.value] in (["Ref"], ["Fn::GetAtt"])
    return node.id == "scalar" and node.tag in ("!Ref", "!GetAtt", "")


def _is_attribute(node: Any) -> bool:
    """Whether a node is an attribute of a resource, which nothing but its text decides."""
    if node.id == "mapping":
        return [key.value for key, _ in node.value] == ["Fn::GetAtt"]
    return bool(node.tag == "!GetAtt")


_OPENED = pattern(r"\{\s*\n([ \t]+)")


def _unit(node: Any, text: str) -> int:
    """By how much a document indents a mapping below its key."""
    while node is not None and node.id == "mapping" and node.value:
        key, value = node.value[0]
        if value.id == "mapping" and value.value:
            inner: int = value.value[0][0].start_mark.index
            if "\n" in text[key.end_mark.index : inner]:
                column = key.start_mark.index - (text.rfind("\n", 0, key.start_mark.index) + 1)
                return max(inner - (text.rfind("\n", 0, inner) + 1) - int(column), 1)
        nested = (value for _, value in node.value if value.id == "mapping" and value.value)
        node = next(nested, None)
    start = len(text) - len(text.lstrip())
    opened = _OPENED.match(text, start)
    return max(len(opened[1]) - start, 1) if opened else 2


def _sure(value: Value, step: int) -> Value:
    found = below(value, step)
    if found is None:
        raise RefusedError
    return found
