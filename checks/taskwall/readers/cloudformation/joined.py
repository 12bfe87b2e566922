"""Which templates of a scan belong together: nested stacks, and exports with their imports."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Lookup
from typing import Final

import msgspec
from msgspec.structs import replace

from taskwall.files import Files, UnreadableError
from taskwall.readers.cloudformation.deployment import Offer, Run
from taskwall.readers.cloudformation.document import members, written
from taskwall.readers.cloudformation.evaluate import Evaluator
from taskwall.readers.cloudformation.template import Declared, Template, parsed
from taskwall.stack import Inputs, SourceError
from taskwall.values import Known, Text, Value, settled, spelled, symbol

STACKS: Final = {
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::CloudFormation::StackSet": "TemplateURL",
    "AWS::Serverless::Application": "Location",
}
"""The types that deploy a template, and the property that says which."""
MOST: Final = 500
"""A template that comes to more nested stacks than this, all told, is an error."""

Nested = dict[str, dict[str, Template]]
"""By file and logical id: the template of each nested stack that is in the scan."""


# Nested stacks


class _Source(msgspec.Struct, frozen=True):
    path: str = ""


class _Stored(msgspec.Struct, frozen=True):
    objectKey: str = ""  # noqa: N815 (as CDK spells it)


class _Asset(msgspec.Struct, frozen=True):
    source: _Source = _Source()
    destinations: dict[str, _Stored] = {}


class _Assets(msgspec.Struct, frozen=True):
    """What the manifest of a CDK assembly says of its files."""

    files: dict[str, _Asset] = {}


class Nesting:
    """The templates of a scan by what nests what."""

    def __init__(self, templates: Sequence[Template], inputs: Inputs, files: Files) -> None:
        self.templates = {template.unit.file: template for template in templates}
        self.inputs = inputs
        self.files = files
        self.nested: Nested = {}
        self.errors: list[SourceError] = []
        self._stored: dict[str, dict[str, str]] = {}
        self._by_name: dict[str, list[str]] = {}
        for path in self.templates:
            self._by_name.setdefault(os.path.basename(path), []).append(path)
        for template in templates:
            below = {
                declared.name: found
                for declared in template.resources.values()
                if declared.type in STACKS and (found := self._template(template, declared))
            }
            if below:
                self.nested[template.unit.file] = below

    def roots(self) -> list[Template]:
        """The templates that are deployed by themselves. Nesting that goes in circles is cut."""
        below = {one.unit.file for each in self.nested.values() for one in each.values()}
        starts = [path for path in self.templates if path not in below]
        seen: set[str] = set()
        for path in starts:
            self._cut(path, [], seen)
        for path in self.templates:  # what is left nests itself
            if path not in seen:
                starts.append(path)
                self._cut(path, [], seen)
        for path in starts:
            self._bound(path)
        return [self.templates[path] for path in starts]

    def _cut(self, path: str, above: list[str], seen: set[str]) -> None:
        seen.add(path)
        for name, template in list(self.nested.get(path, {}).items()):
            file = template.unit.file
            if file == path or file in above:
                circle = [*above, path][[*above, path].index(file) :]
                steps = " -> ".join(os.path.basename(step) for step in (*circle, file))
                self._refuse(path, name, f"{name} nests itself: {steps}")
            elif file not in seen:
                self._cut(file, [*above, path], seen)

    def _bound(self, path: str) -> None:
        sizes: dict[str, int] = {}

        def size(file: str) -> int:
            if file not in sizes:
                each = (size(one.unit.file) for one in self.nested.get(file, {}).values())
                sizes[file] = 1 + sum(each)
            return sizes[file]

        if size(path) > MOST:
            for name in list(self.nested.get(path, {})):
                self._refuse(path, name, f"{name} nests more than {MOST} stacks in total")

    def _refuse(self, path: str, name: str, message: str) -> None:
        del self.nested[path][name]
        declared = self.templates[path].resources[name]
        url = members(declared.properties).get(STACKS[declared.type])
        place = (url.place if url is not None else None) or declared.header
        self.errors.append(SourceError(place, message))

    def _template(self, template: Template, declared: Declared) -> Template | None:
        """The template of a nested stack, if the scan has it."""
        folder = os.path.dirname(template.unit.file)
        asset = written(members(declared.metadata).get("aws:asset:path"))
        if asset is not None:  # as CDK writes it
            return self.templates.get(os.path.normpath(os.path.join(folder, asset)))
        node = members(declared.properties).get(STACKS[declared.type])
        if node is None:
            return self._embedded(template, declared)
        value = Evaluator(template, Run(self.inputs, {})).value(node)
        steps, local = _path(value)
        if not steps:
            return None
        path = os.path.normpath(os.path.join(folder, *steps))
        if local and path in self.templates:
            return self.templates[path]
        if (asset := self._assets(folder).get(steps[-1])) is not None:
            return self.templates.get(asset)
        near = self._by_name.get(steps[-1], ())
        scores = {path: _alike(path, steps) for path in near if path != template.unit.file}
        best = [path for path in scores if scores[path] == max(scores.values())]
        return self.templates[best[0]] if len(best) == 1 else None

    def _embedded(self, template: Template, declared: Declared) -> Template | None:
        """The template that a stack set holds as a text, where it stands line by line."""
        body = members(declared.properties).get("TemplateBody")
        place = None if body is None else body.place
        lines = template.unit.text.split("\n")
        if written(body) is None or place is None or place.file != template.unit.file:
            return None
        if not re.match(r"\|[-+]?\s*(?:#.*)?$", lines[place.line - 1][place.column - 1 :]):
            return None
        # With empty lines before it, everything in it stands where it does in the file.
        text = "\n" * place.line + "\n".join(lines[place.line : place.end_line]) + "\n"
        try:
            found = parsed(place.file, text)
        except UnreadableError as error:
            self.errors.append(error.error)
            return None
        if found is None:
            return None
        self.errors.extend(found.errors)
        return replace(found, unit=replace(found.unit, file=f"{place.file}#{declared.name}"))

    def _assets(self, folder: str) -> dict[str, str]:
        """The files of an assembly of CDK by the names under which it stores them."""
        if folder in self._stored:
            return self._stored[folder]
        found = self._stored[folder] = {}
        if not self.files.exists(os.path.join(folder, "manifest.json")):
            return found
        try:
            names = sorted(name for name in os.listdir(folder) if name.endswith(".assets.json"))
        except OSError:
            return found
        for name in names:
            try:
                text = self.files.text(os.path.join(folder, name))
                manifest = msgspec.json.decode(text, type=_Assets)
            except (UnreadableError, msgspec.DecodeError, RecursionError):
                continue
            for file in manifest.files.values():
                for stored in file.destinations.values():
                    key = stored.objectKey.rpartition("/")[2]
                    found[key] = os.path.normpath(os.path.join(folder, file.source.path))
        return found


def _path(value: Value | None) -> tuple[list[str], bool]:
    """The last steps of a path or address, so far as they are known; whether it is a local path."""
    found = None if value is None else settled(value)
    if isinstance(found, Known):
        text = spelled(found.data) or ""
    elif isinstance(found, Text) and isinstance(found.parts[-1], str):
        text = found.parts[-1].partition("/")[2]  # the first step hangs on what is not known
    else:
        return [], False
    bare = re.sub(r"^(?:https?|s3)://[^/]*/", "", text.partition("?")[0]).removeprefix("file://")
    steps = [step for step in bare.replace("\\", "/").split("/") if step not in ("", ".")]
    local = isinstance(found, Known) and "://" not in text.removeprefix("file://")
    return (steps if steps and "." in steps[-1] else []), local


def _alike(path: str, steps: Sequence[str]) -> int:
    """How many of the last steps two paths have in common."""
    mine = path.replace("\\", "/").split("/")
    count = 0
    for one, other in zip(reversed(mine), reversed(steps), strict=False):
        if one != other:
            break
        count += 1
    return count


# Exports


def offers(
    root: Template, inputs: Inputs, nested: Lookup[str, Lookup[str, Template]]
) -> Iterator[Offer]:
    """The outputs that a tree of templates exports."""
    files = {root.unit.file, *_below(root, nested)}
    if not any("Export" in one.unit.text for one in _of(files, root, nested)):
        return
    run = Run(inputs, {}, nested)
    top = Evaluator(root, run)
    run.roots.append(top)
    for one in top.all_below():
        for name, node in one.template.outputs.items():
            export = members(members(node).get("Export")).get("Name")
            if export is None:
                continue
            value = one.value(export)
            if value is not None:
                place = export.place or one.template.place
                yield Offer(root.unit.file, one.site.path, name, value, place)


def _below(template: Template, nested: Lookup[str, Lookup[str, Template]]) -> Iterator[str]:
    for one in nested.get(template.unit.file, {}).values():
        yield one.unit.file
        yield from _below(one, nested)


def _of(
    files: set[str], root: Template, nested: Lookup[str, Lookup[str, Template]]
) -> Iterator[Template]:
    yield root
    seen = {root.unit.file}
    for each in nested.values():
        for one in each.values():
            if one.unit.file in files and one.unit.file not in seen:
                seen.add(one.unit.file)
                yield one


class Market:
    """Everything that a scan exports, to be found by the names that imports give."""

    def __init__(self, every: Iterable[Offer]) -> None:
        self._by_parts: dict[tuple[str, ...], list[Offer]] = {}
        self._bound: dict[tuple[str, str], set[str]] = {}
        self._known: dict[tuple[str, tuple[str, ...]], list[Offer]] = {}
        for offer in every:
            self._by_parts.setdefault(_parts(offer.name), []).append(offer)

    def __bool__(self) -> bool:
        return bool(self._by_parts)

    def meant(self, name: Value, file: str) -> list[Offer]:
        """The exports that an import of a template can mean.

        Those of the same known parts come before others.
        """
        wanted = _parts(name)
        key = (os.path.dirname(file), wanted)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._meant(*key)
        if len(found) > 1 and (stack := _stack_of(name, found)):
            roots = self._bound.get((file, stack))
            found = [one for one in found if one.root in roots] if roots else found
        return found

    def bind(self, imports: Iterable[tuple[str, Value]]) -> bool:
        """Learn from imports, with the templates that they stand in, which stack is which.

        What one template imports from one stack comes from one template: of several that export a
        name, only those count that export the others too. Whether anything was learnt.
        """
        sources: dict[tuple[str, str], list[set[str]]] = {}
        for file, name in imports:
            found = self.meant(name, file)
            if found and (stack := _stack_of(name, found)):
                sources.setdefault((file, stack), []).append({offer.root for offer in found})
        learnt = False
        for key, roots in sources.items():
            common = set.intersection(*roots)
            if common and any(len(one) > len(common) for one in roots):
                self._bound[key] = common
                learnt = True
        return learnt

    def _meant(self, folder: str, wanted: tuple[str, ...]) -> list[Offer]:
        if not any(wanted):
            return []
        found = self._by_parts.get(wanted)
        if found is None:
            alike = (o for parts, o in self._by_parts.items() if _may_be(wanted, parts))
            found = [offer for some in alike for offer in some if not _of_no_stack(wanted, offer)]
        if len(found) > 1 and os.path.isfile(os.path.join(folder, "manifest.json")):
            # Stages of CDK may export the same: each stays within its own assembly.
            return [one for one in found if os.path.dirname(one.root) == folder] or found
        return found


class Customer:
    """A market as one stack asks it: whether it would hear the same of another shows in time."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._told: dict[tuple[str, Value], list[Offer]] = {}
        self._lost = False
        """Whether it was told something that it cannot remember."""

    def meant(self, name: Value, file: str) -> list[Offer]:
        """The exports that an import of a template can mean."""
        found = self._market.meant(name, file)
        try:
            self._told[file, name] = found
        except TypeError:  # a name that is made of a map
            self._lost = True
        return found

    def holds(self, market: Market) -> bool:
        """Whether another market says what this one did; it is that one from now on."""
        same = not self._lost and all(
            market.meant(name, file) == found for (file, name), found in self._told.items()
        )
        if same:
            self._market = market
        return same


def _stack_of(name: Value, offers: Sequence[Offer]) -> str:
    """What an import calls the stack whose name the exports begin with; "" if they do not."""
    tails = {_parts(offer.name)[1:] if _begins_with_stack(offer.name) else () for offer in offers}
    tail = next(iter(tails)) if len(tails) == 1 else ()
    if len(tail) != 1:
        return ""
    found = settled(name)
    if isinstance(found, Known):
        text = spelled(found.data) or ""
        return text.removesuffix(tail[0]) if text.endswith(tail[0]) else ""
    parts = found.parts if isinstance(found, Text) else ()
    if len(parts) == 2 and parts[1] == tail[0] and not isinstance(parts[0], str):
        return f"${{{symbol(parts[0])}}}" if symbol(parts[0]) else ""
    return ""


def _of_no_stack(wanted: tuple[str, ...], offer: Offer) -> bool:
    """Whether an export has the name that is wanted only if its stack has none.

    A parameter that is to hold the stack's name and is empty by default asks for that: names of
    stacks begin with a letter.
    """
    if not _begins_with_stack(offer.name):
        return False
    first = wanted[0][:1]
    return wanted == ("".join(_parts(offer.name)),) or (first != "" and not first.isalpha())


def _begins_with_stack(name: Value) -> bool:
    first = name.parts[0] if isinstance(name, Text) else ""
    return not isinstance(first, str) and symbol(first).endswith("AWS::StackName")


def _parts(name: Value) -> tuple[str, ...]:
    """The literal pieces of a name; what is open between them is left out."""
    found = settled(name)
    if isinstance(found, Known):
        return (spelled(found.data) or "",)
    if isinstance(found, Text):
        pieces = [part if isinstance(part, str) else "\0" for part in found.parts]
        return tuple("".join(pieces).split("\0"))
    return ("", "")


def _may_be(wanted: tuple[str, ...], offered: tuple[str, ...]) -> bool:
    """Whether two names, known in part, can be the same; one of nothing known never is."""
    if not any(offered) or (len(wanted) == 1 and len(offered) == 1):
        return False
    head, other = wanted[0], offered[0]
    tail, end = wanted[-1], offered[-1]
    if not tail and not other and len(wanted) > 1 and len(offered) > 1:
        # Both begin with a stack's name, of which some may be what is known of the wanted one.
        known, rest = head or wanted[1], offered[1]
        return any(
            rest.startswith(known[start:]) or (len(offered) > 2 and known[start:].startswith(rest))
            for start in range(len(known))
        )
    return (head.startswith(other) or other.startswith(head)) and (
        tail.endswith(end) or end.endswith(tail)
    )
