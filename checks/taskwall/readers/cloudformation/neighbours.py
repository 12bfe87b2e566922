"""Which templates of a folder may belong to the same stacks, told by their texts before parsing.

What this finds is never too little, and as little as a text can tell: to read one template of a
large repository must not take the whole repository.
"""

import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import copy
from itertools import combinations, pairwise
from typing import Final

from taskwall.readers.cloudformation.exports import MOST_FOLLOWED, MOST_OPEN_IMPORTS
from taskwall.readers.cloudformation.sceptre import projects
from taskwall.readers.cloudformation.template import may_be_template
from taskwall.readers.connected import connected_components
from taskwall.source.cdk_assembly import NESTED
from taskwall.source.files import Files, UnreadableError
from taskwall.source.kinds import NESTING, nested_names

# Compiled by their first use: a template that is scanned with its whole folder needs none.
_EXPORT: Final = r"Export['\"]?\s*:"
_SUB: Final = r"(?:!Sub|\{?\s*['\"]?Fn::Sub['\"]?\s*:)\s*(['\"]?)"
_VARIABLE: Final = r"\$\{([\w:.]+)\}"
_ENDING: Final = r"((?:[\w:.-]|\$\{[\w:.]+\})+)\1(?=\s*(?:[,}\]\n#]|$))"
_OFFER: Final = rf"{_EXPORT}\s*\{{?\s*['\"]?Name['\"]?\s*:\s*{_SUB}\$\{{AWS::StackName\}}{_ENDING}"
_WANT: Final = rf"ImportValue['\"]?\s*:?\s*{_SUB}\$\{{([\w:.]+)\}}{_ENDING}"
_DEFAULT: Final = (
    r"\bDefault['\"]?\s*:\s*(?:'([^'\n]*)'|\"([^\"\n\\]*)\"|([\w.:/-]+))\s*(?:[,}#\n]|$)"
)
_OPEN: Final = "${}"
"""Stands in an ending for what no default settles."""


_SHARING: Final = ("Export", "ImportValue", "SSM::Parameter", "resolve:ssm:")
_READS: Final = r"resolve:ssm:([^:{}\s]+)|Parameter::Value<"
_STORES: Final = r"AWS::SSM::Parameter['\"]?[\s,}]"
_DEFAULTS: Final = r"Default['\"]?\s*:\s*['\"]?([^\s'\",}]*/[^\s'\",}]+)"


def _mentions_others(text: str) -> bool:
    """Whether a text may say anything of other templates: most do not."""
    return any(word in text for word in (*NESTING, *_SHARING))


class Mentions:
    """What the text of a template says of others.

    `exported` are the endings of the exports whose names are the stack's and an ending, as most
    are; `exports_more` says that it exports by other names too. `imported` are the endings that it
    imports, by the parameter that is to hold the stack's name; `open` are those of them that hang
    on a parameter without a default. `imports_more` as above. `reads` are the last steps of names
    that it reads from Parameter Store, and `stores` is the text if it puts anything there.
    """

    def __init__(self, path: str, text: str) -> None:
        self.name = os.path.basename(path)
        self.names = nested_names(text)
        self.exported: frozenset[str] = frozenset()
        self.imported: dict[str, set[str]] = {}
        self.open: set[str] = set()
        self.exports_more = self.imports_more = False
        self.reads = _reads(text)
        self.stores = text if re.search(_STORES, text) else ""
        if "Export" in text:
            exports = [ending for _, ending in re.findall(_OFFER, text) if "${" not in ending]
            self.exported = frozenset(exports)
            self.exports_more = len(re.findall(_EXPORT, text)) > len(exports)
        if "ImportValue" in text:
            wants = re.findall(_WANT, text)
            for _, stack, ending in wants:
                self.imported.setdefault(stack, set()).add(ending)
            self.imports_more = text.count("ImportValue") > len(wants)

    def settle(self, text: str, given: Collection[str]) -> None:
        """Put the defaults of parameters into `imported`, but for those that are given."""
        defaults: dict[str, str] = {}

        def value(name: str) -> str:
            if name not in defaults:
                found = f"${{{name}}}" if name in given else _default(name, text)
                defaults[name] = _OPEN if found is None else found
            return defaults[name]

        wants: dict[str, set[str]] = {}
        for stack, endings in self.imported.items():
            if value(stack) == "":  # no stack's name is empty, and each begins with a letter
                self.imports_more |= any(
                    ending[0].isalpha() or ending[0] == "$" for ending in endings
                )
                continue
            settled = {re.sub(_VARIABLE, lambda one: value(one[1]), one) for one in endings}
            self.open = self.open.union(ending for ending in settled if _OPEN in ending)
            wants[stack] = {ending for ending in settled if _OPEN not in ending}
        self.imported = wants

    @property
    def exports(self) -> bool:
        """Whether it exports anything."""
        return self.exports_more or bool(self.exported)

    @property
    def imports(self) -> bool:
        """Whether it imports anything."""
        return self.imports_more or bool(self.imported) or bool(self.open)


class Neighbours:
    """The templates among some files, by which of them may belong together.

    Templates are tied if one may nest the other, or import what it exports; so are those of a
    project of Sceptre. An import that many templates can satisfy, and that nothing in the sources
    decides between, ties none of them; that there are several must be seen all the same, so that
    they are read with it.
    """

    def __init__(
        self,
        paths: Iterable[str],
        files: Files,
        given: Collection[str] = (),
        *,
        boundary: str = "",
        exact: bool = True,
        beside: "Neighbours | None" = None,
    ) -> None:
        """Look at files, and at those that others were made of, which stand `beside` them.

        `given` are the parameters whose values are given. Projects of Sceptre are looked for up to
        the `boundary`. `exact` says that the others have their defaults, and stacks any names: else
        every import may be of any export.
        """
        self.looked_at = frozenset(looked := list(dict.fromkeys(paths)))
        self.said: dict[str, Mentions | None] = {}
        """By template what its text says, if it may say anything of others."""
        if beside is not None:
            self.looked_at |= beside.looked_at
            self.said |= beside.said
        for path in looked:
            self._look(path, files)
        self.templates = frozenset(self.said)
        self._by_name: dict[str, list[str]] = {}
        for path in self.said:
            self._by_name.setdefault(path.rpartition(os.sep)[2], []).append(path)
        said = {path: one for path, one in self.said.items() if one is not None}
        named = frozenset[str]().union(*(one.names for one in said.values()))
        self._mentions: dict[str, Mentions] = {}
        for path, plain in said.items():
            one = self._mentions[path] = copy(plain)
            if exact and one.name not in named:
                one.settle(files.text(path), given)
            if one.imports and (not exact or _in_assembly(path, files)):
                one.imports_more = True  # an assembly of CDK is a world of its own
        self._offering: dict[str, set[str]] = {}
        for path, one in self._mentions.items():
            for ending in one.exported:
                self._offering.setdefault(ending, set()).add(path)
        self._ties: dict[str, set[str]] = {}
        self._tie()
        for project in projects(self.templates, files, boundary):
            used = (stack.template for stack in project.configs)
            for path, other in pairwise(one for one in used if one in self.templates):
                self._tied(path, other)

    def around(self, given: Sequence[str]) -> list[str]:
        """The files that must be read with given ones, without these, in the order of all."""
        tied = {path for path in given if path in self.templates}
        waiting = list(tied)
        while waiting:
            more = self._ties.get(waiting.pop(), set()) - tied
            tied |= more
            waiting += more
        beside = {
            path
            for one in tied
            if one in self._mentions
            for wants in (*self._mentions[one].imported.values(), self._mentions[one].open)
            for ending in wants
            for other in self._alike(ending)
            for path in self._offering[other]
        }
        wanted = (tied | beside).difference(given)
        return [path for path in self.said if path in wanted] if wanted else []

    def _look(self, path: str, files: Files) -> None:
        try:
            text = files.text(path)
        except UnreadableError:
            return
        if may_be_template(text):
            self.said[path] = Mentions(path, text) if _mentions_others(text) else None

    def _tie(self) -> None:
        for path, one in self._mentions.items():
            for name in one.names:
                for other in self._by_name.get(name, ()):
                    self._tied(path, other)
        exporting = [path for path, one in self._mentions.items() if one.exports]
        loose = [path for path in exporting if self._mentions[path].exports_more]
        chosen: list[tuple[str, str]] = []
        for path, one in self._mentions.items():
            if one.imports:
                for other in exporting if one.imports_more else loose:
                    self._tied(path, other)
                for other, alone in () if one.imports_more else self._meant(path, one):
                    if alone:
                        self._tied(path, other)
                    else:
                        chosen.append((path, other))

        # CDK names a nested template by the hash of what is in it, and puts it beside its stack's.
        for path in self.said if self._mentions else ():
            if path.endswith(NESTED):
                folder = os.path.dirname(path)
                for other in self._mentions:
                    if other != path and os.path.dirname(other) == folder:
                        self._tied(path, other)
        storing = [path for path, one in self._mentions.items() if one.stores]
        for path, one in self._mentions.items():
            for other in storing if one.reads else ():
                stores = self._mentions[other].stores
                if path != other and any(name in stores for name in one.reads):
                    self._tied(path, other)

        self._tie_chosen(chosen)

    def _tie_chosen(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Tie the templates that import what several offer, where they are not very many.

        There may be fewer choices than a text can tell.
        """
        certain = [(one, other) for one, others in self._ties.items() for other in others]
        groups = connected_components(list(self.said), [*certain, *pairs]) if pairs else []
        group_of = {path: number for number, group in enumerate(groups) for path in group}
        counts = Counter(group_of[path] for path in {path for path, _ in pairs})
        for path, other in pairs:
            if counts[group_of[path]] <= 4 * MOST_OPEN_IMPORTS:
                self._tied(path, other)

    def _tied(self, one: str, other: str) -> None:
        self._ties.setdefault(one, set()).add(other)
        self._ties.setdefault(other, set()).add(one)

    def _meant(self, path: str, one: Mentions) -> Iterator[tuple[str, bool]]:
        """The templates each of which may satisfy some of a template's imports, if they are few.

        With each of them whether it may do so alone.

        What is imported from one stack comes from one template, which exports all of it. Two
        parameters may hold the same stack's name. Where an ending is open, it may be any that is
        like it: it counts towards the least that can be meant, and not towards the most.
        """
        stacks: list[tuple[set[str], set[str]]] = []
        for endings in one.imported.values():
            known = [self._offering[ending] for ending in endings if self._is_one(ending)]
            maybe = [
                self._offering[other]
                for ending in endings
                if not self._is_one(ending)
                for other in self._alike(ending)
            ]
            if known or maybe:
                most = set.intersection(*known) if known else set().union(*maybe)
                stacks.append((most or set().union(*known), set.intersection(most, *maybe)))
        both = [
            (most & other, least & another)
            for (most, least), (other, another) in combinations(stacks, 2)
        ]
        for most, least in (*stacks, *both, *((same, same) for same in self._renamed(one))):
            if _may_be_few(path, least, most):
                yield from ((path, len(least) < 2) for path in most)
        for ending in (*one.open, *(e for endings in one.imported.values() for e in endings)):
            if not self._is_one(ending):
                alike = [self._offering[other] for other in self._alike(ending)]
                hangs = "${" in ending and _OPEN not in ending
                alone = alike if hangs else [set().union(*alike)]
                for found in alone:
                    if _may_be_few(path, found, found):
                        yield from ((path, len(found) < 2) for path in found)

    def _renamed(self, one: Mentions) -> Iterator[set[str]]:
        """The templates that satisfy all imports from a stack whose name ends within an ending.

        Where `${P}-net-Vpc` can only mean an export that ends with `-Vpc`, the stack is `${P}-net`.
        """
        found: dict[tuple[str, str], list[set[str]]] = {}
        for stack, endings in one.imported.items():
            for ending in endings:
                alike = [] if self._is_one(ending) else self._alike(ending)
                if len(alike) == 1 and ending.endswith(alike[0]):
                    key = stack, ending.removesuffix(alike[0])
                    found.setdefault(key, []).append(self._offering[alike[0]])
        return (set.intersection(*some) for some in found.values())

    def _is_one(self, ending: str) -> bool:
        """Whether an ending is that of an export, and of no other."""
        return "${" not in ending and ending in self._offering

    def _alike(self, ending: str) -> list[str]:
        """The endings of exports that an ending may be.

        What stands before it may be a part of the stack's name, and what it begins with as well.
        """
        if self._is_one(ending):
            return [ending]
        head, opened, rest = ending.partition("${")
        tail = rest.rpartition("}")[2] if opened else head
        if tail:
            return [one for one in self._offering if one.endswith(tail) or tail.endswith(one)]
        starts = [head[start:] for start in range(len(head))]
        return [one for one in self._offering if any(map(one.startswith, starts))]


def _may_be_few(path: str, least: Collection[str], most: Iterable[str]) -> bool:
    """Whether an import may mean so few of some templates that each is followed.

    It means those that are nearest to its own.
    """
    folder = os.path.dirname(path)
    near = {len(os.path.commonpath((folder, os.path.dirname(one)))) for one in most}
    return len(least) <= MOST_FOLLOWED or len(near) > 1


def _reads(text: str) -> frozenset[str]:
    """The last steps of the names that a template may read from Parameter Store."""
    names = [one[1] for one in re.finditer(_READS, text)]
    if None in names:  # those of parameters are their defaults
        names += re.findall(_DEFAULTS, text)
    return frozenset(name.rpartition("/")[2] for name in names if name)


def _default(parameter: str, text: str) -> str | None:
    """The default of a parameter; None if it has none, itself as a variable if that is unclear."""
    for body in _bodies(parameter, text):
        if re.search(r"\bType['\"]?\s*:", body):
            if "Default" not in body:
                return None
            given = re.search(_DEFAULT, body)
            if given is not None:
                return given[1] or given[2] or given[3] or ""
            break
    return f"${{{parameter}}}"


def _bodies(name: str, text: str) -> Iterator[str]:
    """What stands under each key of a name: the rest of its line, or what is set in deeper."""
    at = text.find(name)
    while at >= 0:
        indent = text[text.rfind("\n", 0, at) + 1 : at].rstrip("'\"")
        rest = re.compile(r"['\"]?\s*:(.*)").match(text, at + len(name))
        if rest is not None and not indent.strip():
            deeper = re.compile(rf"(?:\n(?:{indent}[ \t]+\S.*|[ \t]*(?=\n)))*")
            below = None if "}" in rest[1] else deeper.match(text, rest.end())
            yield rest[1] if below is None else below[0]
        at = text.find(name, at + 1)


def _in_assembly(path: str, files: Files) -> bool:
    return files.is_file(os.path.join(os.path.dirname(path), "manifest.json"))
