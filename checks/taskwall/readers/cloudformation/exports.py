"""What templates export, and which of it an import means."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.values import (
    Known,
    Span,
    Text,
    Value,
    dereferenced,
    same,
    spelled,
    symbol,
)
from taskwall.readers.connected import connected_components
from taskwall.source.files import Files
from taskwall.source.parameter_store import OF_AWS

ExportKind: TypeAlias = Literal["export", "parameter", "output"]
"""What others may refer to: exports, parameters of Parameter Store, and (by hand) any output."""


MOST_FOLLOWED: Final = 4
"""An import that more templates can satisfy is unknown: each is a further scenario."""

MOST_OPEN_IMPORTS: Final = 16
"""Stacks with more such imports are not put together: all of it is read again for each of them."""


class Export(Struct, frozen=True):
    """What others may refer to: of which tree of templates, where in it, and under what name.

    Of a parameter, `output` is the logical id of the resource that puts it into Parameter Store.
    `value` is that of what no template makes. Of an export that an import means, `copies` are the
    trees that export the same name farther away.
    """

    root: str
    path: str
    output: str
    name: Value
    place: Span
    kind: ExportKind = "export"
    value: Value | None = None
    copies: tuple[str, ...] = ()


class Asked(Struct, frozen=True):
    """That a template refers to a name, as `symbol`."""

    file: str
    name: Value
    symbol: str
    place: Span
    kind: ExportKind = "export"


class Exports:
    """Everything that a scan exports or stores, to be found by the names that others give."""

    def __init__(self, every: Iterable[Export], files: Files) -> None:
        self._files = files
        self._others: dict[tuple[ExportKind, tuple[str, ...]], list[Export]] = {}
        self._by_parts: dict[tuple[str, ...], list[Export]] = {}
        self._by_step: dict[tuple[int, int, str], list[Export]] = {}
        """Parameters known in part: by how many steps a name has, and by the last known one."""
        self._bound: dict[tuple[str, str], set[tuple[str, str]]] = {}
        self._chosen: dict[tuple[str, frozenset[str]], frozenset[str]] = {}
        self._known: dict[tuple[str, tuple[str, ...], str], list[Export]] = {}
        self._answers: dict[tuple[str, tuple[str, ...], str], list[Export]] = {}
        """What imports mean, as far as is learnt: each is asked in every scenario."""
        self._stacks: dict[tuple[str, str], Export | None] = {}
        self._asking: set[tuple[str, tuple[str, ...]]] = set()
        """The templates that import, and the known parts of the names that they give."""
        self._same: set[tuple[tuple[str, str], tuple[str, str]]] = set()
        self._first_of: dict[tuple[str, str], tuple[str, str]] | None = None
        for export in every:
            parts = known_parts(export.name)
            if export.kind == "export":
                self._by_parts.setdefault(parts, []).append(export)
            else:
                self._others.setdefault((export.kind, parts), []).append(export)
            if export.kind == "parameter" and len(parts) > 1:
                steps = _steps(export.name)
                known = [number for number, step in enumerate(steps) if step and "\0" not in step]
                if known:  # else nearly every name would fit
                    key = len(steps), known[-1], steps[known[-1]]
                    self._by_step.setdefault(key, []).append(export)

    def named(self, kind: ExportKind, name: Value) -> list[Export]:
        """What a name can mean beside exports: that of the same known parts.

        Where there is none, it is the one parameter of Parameter Store that may have the name.
        """
        wanted = known_parts(name)
        found = self._others.get((kind, wanted), []) if any(wanted) else []
        if found or kind != "parameter" or len(wanted) > 1 or wanted[0].startswith(OF_AWS):
            return found
        steps = wanted[0].split("/")
        alike = [
            one
            for number, step in enumerate(steps)
            for one in self._by_step.get((len(steps), number, step), ())
            if all(map(_may_be_step, steps, _steps(one.name)))
        ]
        return alike if len(alike) == 1 else []

    def meant(self, name: Value, file: str) -> list[Export]:
        """The exports that an import of a template can mean.

        Those of the same written name come before those of the same known parts, and these before
        others. Of templates that are called alike and export one name, each with its stack's
        before it, the nearest is taken.
        """
        key = (file, known_parts(name), symbol(name))
        found = self._answers.get(key)
        if found is None:
            found = self._fitting(name, file)
            if len(found) > 1:
                found = _nearest(found, os.path.dirname(file), of_stacks=True)
                found = _written_like(found, file)
            self._answers[key] = found
        return found

    def _fitting(self, name: Value, file: str) -> list[Export]:
        """The same, wherever the templates of stacks of any name are.

        No stack imports what it exports itself, and nothing says that there is another of it.
        """
        key = (os.path.dirname(file), known_parts(name), symbol(name))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._meant(*key[:2], name)
        if len(found) > 1:
            stack = _stack_of(name, found)
            bound = self._bound.get((file, stack)) if stack else None
            roots = self._chosen.get((file, _roots(found))) or ()
            found = [
                one
                for one in found
                if ((one.root, one.path) in bound if bound else one.root in roots)
            ] or found
        others = [one for one in found if (one.root, one.path) != (file, "")]
        # Of two that ask for the same, neither can be meant by the other: they would wait for ever.
        asking = any((one.root, key[1]) in self._asking for one in others)
        return found if len(found) > 1 and asking else others

    def bind(self, imports: Iterable[Asked]) -> bool:
        """Learn from imports, with the templates that they stand in, which stack is which.

        What one template imports from one stack comes from one template: of several that export a
        name, nested or not, only those count that export the others too. Of templates that export
        the same name one account holds one: that from which the template imports something else.
        Whether anything was learnt.
        """
        self._answers.clear()
        imports = list(imports)
        self._asking.update((one.file, known_parts(one.name)) for one in imports)
        sources: dict[tuple[str, str], list[set[tuple[str, str]]]] = {}
        copies: dict[str, dict[frozenset[str], bool]] = {}
        for file, name in ((one.file, one.name) for one in imports if one.kind == "export"):
            found = self._fitting(name, file)
            if found and (stack := _stack_of(name, found)):
                stacks = {(export.root, export.path) for export in found}
                sources.setdefault((file, stack), []).append(stacks)
            elif found:
                known = copies.setdefault(file, {})
                known[_roots(found)] = known.get(_roots(found), False) or _exclusive(found)
        learnt = self._choose(copies)
        for key, roots in sources.items():
            common = set.intersection(*roots)
            if not common:  # what a stack hands its name to may export by that name as well
                top = set.intersection(*({root for root, _ in one} for one in roots))
                common = {each for one in roots for each in one if each[0] in top}
            if common:  # outputs import later, and from the same stack
                self._bound[key] = common
                learnt = learnt or any(one - common for one in roots)
        return learnt

    def name_stacks(self, file: str, imports: Iterable[Asked]) -> None:
        """Learn which parameters of a template hold the name of which stack.

        Where `${Network}-vpc` means an export `${AWS::StackName}-vpc`, `Network` does. One that
        would hold the names of two stacks holds none. Where it means an export `${Env}-vpc`,
        `Network` is what `Env` is in that template.
        """
        for one in imports:
            found = self.meant(one.name, one.file) if one.kind == "export" else []
            if len(found) == 1 and one.file == file and not found[0].path:
                for own, other in _inputs(one.name, found[0].name):
                    self._same.add(((file, own), (found[0].root, other)))
                    self._first_of = None
            stack = _stack_of(one.name, found) if len(found) == 1 else ""
            if stack.startswith("${"):
                key = file, stack[2:-1]
                known = self._stacks.setdefault(key, found[0])
                if known is None or (known.root, known.path) != (found[0].root, found[0].path):
                    self._stacks[key] = None

    def stack_named(self, file: str, parameter: str) -> Export | None:
        """An export of the stack whose name a parameter of a template holds, if that is known."""
        return self._stacks.get((file, parameter))

    def same_input(self, file: str, parameter: str) -> tuple[str, str]:
        """The parameter of a template that a parameter is the same as; itself if it is the first.

        What several templates name each other's exports by is in all of them the same, unless two
        parameters of one template would be.
        """
        if self._first_of is None:
            ends = sorted({end for pair in self._same for end in pair})
            self._first_of = {}
            for group in connected_components(ends, self._same):
                if len({file for file, _ in group}) == len(group):  # else two of one would be one
                    self._first_of |= dict.fromkeys(group, group[0])
        return self._first_of.get((file, parameter), (file, parameter))

    def _choose(self, copies: Mapping[str, Mapping[frozenset[str], bool]]) -> bool:
        """Learn, by file, which of the templates it is that export the same; whether any is."""
        learnt = False
        for file, some in copies.items():
            for every in (roots for roots, exclusive in some.items() if exclusive):
                parts = [roots for roots in some if roots <= every]
                held = every.intersection(*parts)
                if held and held != every:
                    self._chosen.update({(file, roots): held for roots in parts})
                    learnt = True
        return learnt

    def _meant(self, folder: str, wanted: tuple[str, ...], name: Value) -> list[Export]:
        if not any(wanted):
            return []
        found = self._by_parts.get(wanted)
        if found is None:
            alike = (o for parts, o in self._by_parts.items() if _may_be(wanted, parts))
            found = [
                export
                for some in alike
                for export in some
                if not _of_no_stack(wanted, export) and not _is_by_chance(wanted, export)
            ]
            if len(wanted) == 1 and all(_begins_with_stack(one.name) for one in found):
                # `${AWS::StackName}-vpc-id` says more of `net-vpc-id` than `${AWS::StackName}-id`.
                most = max((len("".join(known_parts(one.name))) for one in found), default=0)
                found = [one for one in found if len("".join(known_parts(one.name))) == most]
        if not _begins_with_stack(name):
            found = [export for export in found if same(export.name, name) is True] or found
        found = _called_like(_stack_of(name, found), found) if len(found) > 1 else found
        if len(found) < 2:
            return found
        if self._files.is_file(os.path.join(folder, "manifest.json")):
            # Stages of CDK may export the same: each stays within its own assembly.
            found = [one for one in found if os.path.dirname(one.root) == folder] or found
        return _nearest(found, folder)


def _called_like(stack: str, exports: list[Export]) -> list[Export]:
    """Of some exports those of the template as which a stack is called; all if there is none.

    The stack `shop-prod-elb` is that of `elb.yaml`, beside an `rds.yaml` that exports the like.
    """
    words = stack.lower().split("-")
    stems = {one.root: os.path.basename(one.root).partition(".")[0].lower() for one in exports}
    ends = ("-".join(words[start:]) for start in range(len(words)))
    called = next((end for end in ends if end in stems.values()), None)
    return [one for one in exports if stems[one.root] == called] or exports


def _written_like(exports: list[Export], file: str) -> list[Export]:
    """Of one template that is there in YAML and in JSON, the one written as a file is."""
    if len({os.path.splitext(one.root)[0] for one in exports}) > 1:
        return exports
    ending = os.path.splitext(file)[1]
    return [one for one in exports if one.root.endswith(ending)] or exports


def _roots(exports: Iterable[Export]) -> frozenset[str]:
    return frozenset(export.root for export in exports)


def _exclusive(exports: Sequence[Export]) -> bool:
    """Whether one account can hold only one of several exports: all have the same name."""
    first = exports[0].name
    return all(
        same(first, one.name) is True and not _begins_with_stack(one.name) for one in exports
    )


def _nearest(exports: list[Export], folder: str, *, of_stacks: bool = False) -> list[Export]:
    """Of exports of one written name, which are copies, those nearest to a folder.

    One account cannot hold both: `dev/` and `prod/`, `v1/` and `v2/`. Names that begin with that of
    the stack differ with it, and are looked at if it is asked for stacks.
    """

    def is_copy(one: Export, other: Export) -> bool:
        if of_stacks:
            both = _begins_with_stack(one.name) and _begins_with_stack(other.name)
            alike = os.path.basename(one.root) == os.path.basename(other.root)
            return both and alike and known_parts(one.name) == known_parts(other.name)
        return not _begins_with_stack(one.name) and same(one.name, other.name) is True

    def nearness(one: Export) -> tuple[int, bool]:
        of = os.path.dirname(one.root)
        return len(os.path.commonpath((folder, of))), of == folder

    ranked = [(one, nearness(one)) for one in exports]
    found = []
    for one, own in ranked:
        copies = [(each, its) for each, its in ranked if each is not one and is_copy(one, each)]
        if all(its <= own for _, its in copies):
            farther = tuple(each.root for each, its in copies if its < own)
            found.append(replace(one, copies=farther) if farther else one)
    return found


def assumption(export: Export) -> str:
    """What is said of an import that means an export of which there are copies."""
    every = [export, *(replace(export, root=root) for root in export.copies)]
    taken, *others = qualified_paths(every)
    return f"is assumed to come from {taken}, which is nearer than {' and '.join(others)}"


def qualified_paths(exports: Sequence[Export]) -> list[str]:
    """The templates of exports, by their paths below the folder that holds them all."""
    roots = list(dict.fromkeys(export.root for export in exports))
    above = os.path.commonpath([os.path.dirname(root) for root in roots])
    return [os.path.relpath(root, above).replace("\\", "/") for root in roots]


def followed(
    name: Value, file: str, exports: Sequence[Export]
) -> tuple[str, dict[str, str]] | None:
    """What is asked of an import that may mean one of a few exports, and the templates by answers.

    None if they are too many to be followed, or of one other template. What templates import from
    one stack is asked once: inputs that are called alike, and may be the same stacks, are the same.
    No template imports what it exports itself.
    """
    others = [one for one in exports if (one.root, one.path) != (file, "")]
    roots = list(dict.fromkeys(export.root for export in others))
    if not 1 < len(roots) <= MOST_FOLLOWED:
        return None
    paths = qualified_paths(others)
    stack = _stack_of(name, exports)
    found = dereferenced(name)
    said = spelled(found.data) if isinstance(found, Known) else symbol(found)
    what = f"stack {stack}" if stack else f"the exporter of {said}"
    return f"{what} (of {' and '.join(paths)})", dict(zip(paths, roots, strict=True))


class ImportResolver:
    """Resolves the imports of one stack, and remembers to what."""

    def __init__(self, exports: Exports) -> None:
        self._exports = exports
        self._resolved: dict[tuple[str, Value], list[Export]] = {}
        self._named: dict[tuple[ExportKind, Value], list[Export]] = {}
        self._same: dict[tuple[str, str], tuple[str, str]] = {}
        self._incomplete = False
        """Whether an import was resolved by a name that cannot be remembered."""

    def meant(self, name: Value, file: str) -> list[Export]:
        """The exports that an import of a template can mean."""
        found = self._exports.meant(name, file)
        try:
            self._resolved[file, name] = found
        except TypeError:  # a name that is made of a map
            self._incomplete = True
        return found

    def named(self, kind: ExportKind, name: Value) -> list[Export]:
        """What a name can mean beside exports."""
        found = self._exports.named(kind, name)
        try:
            self._named[kind, name] = found
        except TypeError:
            self._incomplete = True
        return found

    def stack_named(self, file: str, parameter: str) -> Export | None:
        """An export of the stack whose name a parameter of a template holds, if that is known."""
        return self._exports.stack_named(file, parameter)

    def same_input(self, file: str, parameter: str) -> tuple[str, str]:
        """The parameter of a template that a parameter is the same as."""
        found = self._same[file, parameter] = self._exports.same_input(file, parameter)
        return found

    def agrees_with(self, exports: Exports) -> bool:
        """Whether other exports resolve all imports alike; if so, they are used from now on."""
        same = not self._incomplete and all(
            exports.meant(name, file) == found for (file, name), found in self._resolved.items()
        )
        same = same and all(exports.named(*key) == one for key, one in self._named.items())
        same = same and all(exports.same_input(*key) == one for key, one in self._same.items())
        if same:
            self._exports = exports
        return same


def _inputs(name: Value, exported: Value) -> Iterator[tuple[str, str]]:
    """The parameters in the name of an import, each with what stands for it in an export's name."""
    one, other = dereferenced(name), dereferenced(exported)
    if not (isinstance(one, Text) and isinstance(other, Text)):
        return
    if [part if isinstance(part, str) else None for part in one.parts] != [
        part if isinstance(part, str) else None for part in other.parts
    ]:
        return
    for mine, theirs in zip(one.parts, other.parts, strict=True):
        names = [symbol(each) for each in (mine, theirs) if not isinstance(each, str)]
        if len(names) == 2 and all(each and not set("/:").intersection(each) for each in names):
            yield names[0], names[1]


def _stack_of(name: Value, exports: Sequence[Export]) -> str:
    """What an import calls the stack whose name the exports begin with; "" if they do not."""
    tails = {
        known_parts(export.name)[1:] if _begins_with_stack(export.name) else ()
        for export in exports
    }
    tail = next(iter(tails)) if len(tails) == 1 else ()
    if len(tail) != 1:
        return ""
    found = dereferenced(name)
    if isinstance(found, Known):
        text = spelled(found.data) or ""
        return text.removesuffix(tail[0]) if text.endswith(tail[0]) else ""
    parts = found.parts if isinstance(found, Text) else ()
    if len(parts) == 2 and parts[1] == tail[0] and not isinstance(parts[0], str):
        return f"${{{symbol(parts[0])}}}" if symbol(parts[0]) else ""
    return ""


def _of_no_stack(wanted: tuple[str, ...], export: Export) -> bool:
    """Whether an export has the name that is wanted only if its stack has none.

    A parameter that is to hold the stack's name and is empty by default asks for that: names of
    stacks begin with a letter. What no name may hold stands for one, such as `<name of the stack>`.
    """
    if not _begins_with_stack(export.name):
        return False
    begins_otherwise = re.fullmatch(r"(?![A-Za-z])[\w:./-]+", wanted[0]) is not None
    return wanted == ("".join(known_parts(export.name)),) or begins_otherwise


_SAY_NOTHING = frozenset({"export", "exports", "output", "outputs"})
"""Words with which names of exports end that say nothing of what is exported."""


def _is_by_chance(wanted: tuple[str, ...], export: Export) -> bool:
    """Whether a name that is wanted fits an export only because nearly every name does.

    If the template is called as the stack would have to be, it is meant all the same.
    """
    if len(wanted) > 1 or not _begins_with_stack(export.name):
        return False
    mine = _words(*known_parts(export.name))
    template = _words(os.path.basename(export.root).partition(".")[0])
    return mine <= _SAY_NOTHING and not template & (_words(*wanted) - mine)


def _words(*texts: str) -> frozenset[str]:
    return frozenset(word.lower() for one in texts for word in re.findall(r"[A-Za-z0-9]+", one))


def _begins_with_stack(name: Value) -> bool:
    first = name.parts[0] if isinstance(name, Text) else ""
    return not isinstance(first, str) and symbol(first).endswith("AWS::StackName")


def known_parts(name: Value) -> tuple[str, ...]:
    """The literal pieces of a name; what is open between them is left out."""
    found = dereferenced(name)
    if isinstance(found, Known):
        return (spelled(found.data) or "",)
    if isinstance(found, Text):
        pieces = [part if isinstance(part, str) else "\0" for part in found.parts]
        return tuple("".join(pieces).split("\0"))
    return ("", "")


def is_named_so(export: Export, name: Value) -> bool:
    """Whether what is known of a name is all that is known of the name of an export."""
    return known_parts(export.name) == known_parts(name)


def _steps(name: Value) -> list[str]:
    """The steps of a path, with a sign for what is open in them: that is no further step."""
    return "\0".join(known_parts(name)).split("/")


def _may_be_step(step: str, offered: str) -> bool:
    """Whether a step of a path can be one that may have one open part, which is not empty."""
    head, hole, tail = offered.partition("\0")
    if not hole:
        return step == offered
    fits = step.startswith(head) and step.endswith(tail) and len(step) > len(head + tail)
    return fits and "\0" not in tail


def _fills(whole: str, pieces: tuple[str, ...]) -> bool:
    """Whether a name of which only pieces are known can be this one."""
    pattern = ".*".join(map(re.escape, pieces))
    return re.fullmatch(pattern, whole, re.DOTALL) is not None


def _may_be(wanted: tuple[str, ...], offered: tuple[str, ...]) -> bool:
    """Whether two names, known in part, can be the same; one of nothing known never is."""
    if not any(offered) or (len(wanted) == 1 and len(offered) == 1):
        return False
    if len(wanted) == 1:
        return _fills(wanted[0], offered)
    if len(offered) == 1:
        return _fills(offered[0], wanted)
    head, other = wanted[0], offered[0]
    tail, end = wanted[-1], offered[-1]
    if not tail and not other:
        # Both begin with a stack's name, of which some may be what is known of the wanted one.
        known, rest = head or wanted[1], offered[1]
        return any(
            rest.startswith(known[start:]) or (len(offered) > 2 and known[start:].startswith(rest))
            for start in range(len(known))
        )
    return (head.startswith(other) or other.startswith(head)) and (
        tail.endswith(end) or end.endswith(tail)
    )
