"""What files of Terraform read and write of other roots, as far as their texts show.

A repository is looked through by it, and not parsed: texts are compared, with the defaults of
variables, the values of `*.tfvars` and locals in them.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice, product
from re import Pattern

from msgspec import Struct

from taskwall.core.paths import encloses
from taskwall.core.patterns import pattern
from taskwall.readers.terraform.evaluation.data_queries import DATA_SOURCES
from taskwall.source.files import Files
from taskwall.source.interpolation import WORKSPACE
from taskwall.source.kinds import TERRAFORM, TERRAGRUNT
from taskwall.source.parameter_store import OF_AWS

_SOUGHT = {data: one.means[0] for data, one in DATA_SOURCES.items() if data != "aws_ssm_parameter"}
"""By the types of data sources the resources that they look up: the first of several types."""

_MADE = {type_: first for data, first in _SOUGHT.items() for type_ in DATA_SOURCES[data].means}
"""By the types of resources under which of them data sources look them up."""

_BLOCK = pattern(
    r'^data\s+"?(?P<read>terraform_remote_state|aws_ssm_parameter)"?\s+"?(?P<label>[\w-]+)'
    r'|^resource\s+"aws_ssm_parameter"'
    r'|^[ \t]*(?:terraform\s*\{[ \t]*)?(?P<backend>backend\s*"\w+"|cloud)\s*\{'
    r'|^variable\s+"(?P<variable>[\w-]+)"'
    rf'|^data\s+"?(?P<sought>{"|".join(_SOUGHT)})"?\s'
    r"|^(?P<locals>locals)\s*\{|^(?P<call>module)\s"
    r"|^(?P<unit>terraform)\s*\{|^(?P<inputs>inputs)\s*=\s*\{",
    re.MULTILINE,
)
"""How the blocks begin that read states, parameters and names, write the first two, or say what
these may be. The last two are of units of Terragrunt: their module, and what they give to it."""

_RESOURCE = pattern(
    rf'^resource\s+"?(?P<made>{"|".join(_MADE)})"?\s|^(?P<call>module)\s', re.MULTILINE
)
"""How what makes the resources begins that are looked up by their names. They are the most: by
themselves."""

_MODULE = pattern(
    r'^[ \t]*source\s*=\s*"terraform-aws-modules/([\w-]+)/aws(?://[^"\n]*)?"', re.MULTILINE
)

_MADE_BY_MODULE: Mapping[str, str] = {
    "alb": "aws_lb",
    "ecs": "aws_ecs_cluster",
    "rds": "aws_db_instance",
    "rds-aurora": "aws_rds_cluster",
    "security-group": "aws_security_group",
    "vpc": "aws_vpc",
}
"""By the names of modules of terraform-aws-modules, what they make under the name that they are
given."""

_TAGS = pattern(r"^[ \t]*tags\s*=\s*[a-z]", re.MULTILINE)
"""Tags that an expression makes: which these are, no text says."""

ANY = ""
"""Stands for the name of what is looked up by such tags."""

_ADDS = pattern(
    r'^resource\s+"?aws_(?:vpc_endpoint|flow_log)"?\s'
    r'|^[ \t]*source\s*=\s*"terraform-aws-modules/vpc/aws//modules/(?:vpc-endpoints|flow-log)"'
    r"|^[ \t]*security_group_id\s*=\s*data\.terraform_remote_state\.",
    re.MULTILINE,
)
"""What a root adds to the VPC or to a group of another one, so that it is missing there."""

_NAME = pattern(
    r"\b(?:address|key|name|path|prefix|secret_suffix|schema_name)\s*=\s*(?:abspath\()?"
    r'(?:"([^"\n]+)"|(?:var|local)\.([\w-]+))'
)
"""What tells one state from another, or one parameter; or the variable or local that does."""

_PREFIX = pattern(r'\bworkspace_key_prefix\s*=\s*"([^"\n]+)"')
"""What stands before the workspace in the keys of a root's states."""

_OWN_FOLDER = pattern(r"\A\$\{\s*path\.(?:module|root|cwd)\s*\}/")
"""How a path begins that leads from the folder of a root."""

_CALLED = pattern(
    r"(?:\b[Nn]ame|\b(?:cluster_|service_)name|identifier|\bfamily|\btask_definition|cluster_id"
    r'|group_id|\bvalues)"?\s*[=:]\s*(?:\[\s*)?(?:"([^"\n]+)"|(?:var|local)\.([\w-]+))'
)
"""What a resource is called: by an argument, by its tag `Name`, or by the values of a filter."""

_LOCAL = pattern(r'^[ \t]*source\s*=\s*"(\.\.?/[^"\n]+)"', re.MULTILINE)
"""The folder of a module that is called."""

_FORMAT = pattern(
    r'("\$\{\s*)?\bformat\(\s*"([^"%\n]*(?:%s[^"%\n]*)+)"\s*,((?:[\w.,\s-]|"[^",\n]*")++)\)(?(1)\s*\}")'
)
"""A text that `format` makes of names and texts, maybe within a text of nothing else."""

_IN_WORKSPACE = pattern(r"(=[ \t]*)terraform\.workspace[ \t]*$", re.MULTILINE)

_HOLE = pattern(r"\$\{\s*(?:var|local)\.([\w-]+)\s*\}")
"""Where a text takes the value of a variable or a local."""

MOST_NAMES = 8
"""A text whose variables come to more names than this, or a name that resources of more folders
have, tells no root from another."""

DEEPEST_HOLE = 3
"""A variable stands in a local, which stands in another: so deep at most, as written by hand."""

_GIVEN = pattern(r'^[ \t]*([\w-]+)[ \t]*=[ \t]*"([^"\n]+)"', re.MULTILINE)
_PASSED = pattern(
    r'^[ \t]*([\w-]+)[ \t]*=[ \t]*(?:"([^"\n]+)"|(?:var|local)\.([\w-]+)[ \t]*$)', re.MULTILINE
)
"""An argument of a module: a text, or the variable or local that holds one."""
_DEFAULT = pattern(r'\bdefault\s*=\s*"([^"\n]+)"')


class _Asked(Struct, frozen=True):
    """What a file reads of another root: a name, or the variable or local that holds it.

    `label` is what the data source is called.
    """

    name: str
    variable: str
    label: str


class SearchedFile(Struct, frozen=True):
    """What a file of Terraform reads and writes, as far as its text shows.

    `writes` are names of states and parameters, `writes_by` the variables and locals that hold such
    names, `has_backend` is whether it says where its state lies, `is_open` whether it leaves the
    name of that to `terraform init`. `values` are what variables and locals may be that it names.
    `looks_up` are resources by type and by what they are called, `calls` the modules that it calls
    by path, and `passes` what it gives to each of these.
    """

    asks: tuple[_Asked, ...]
    writes: frozenset[str]
    writes_by: frozenset[str]
    has_backend: bool
    is_open: bool
    values: tuple[tuple[str, str], ...]
    looks_up: tuple[tuple[str, str], ...]
    calls: tuple[str, ...]
    passes: tuple[tuple[str, str, str], ...] = ()


class Sought(Struct, frozen=True):
    """What files read of others: names of states and parameters, and what they look up by name."""

    names: frozenset[str]
    resources: frozenset[tuple[str, str]]

    def __bool__(self) -> bool:
        return bool(self.names or self.resources)


class TerraformTexts:
    """The files of a repository, each searched once."""

    def __init__(self, files: Files, by_name: bool) -> None:
        self._files = files
        self._by_name = by_name
        self._values_in = cache(self._values_of_folder)
        self._units: dict[str, dict[str, None]] = {}
        """The units of Terragrunt that were read, by the folders of their modules."""
        self._passed: dict[str, dict[tuple[str, str], None]] = {}
        """What calls give to the variables of modules, by the folders of these."""

    def read(self, path: str) -> SearchedFile:
        """What a file reads and writes."""
        found = self._files.made_of(path, _given if path.endswith(".tfvars") else _searched)
        for source in found.calls if path.endswith(TERRAGRUNT) else ():
            folder = os.path.normpath(os.path.join(os.path.dirname(path), source))
            self._units.setdefault(folder, {})[path] = None
        return found

    def written(self, path: str) -> frozenset[str]:
        """The names of states and parameters that a file writes."""
        file = self.read(path)
        held = map(self._values_in(os.path.dirname(path)).get, file.writes_by)
        return file.writes.union(*(values for values in held if values))

    def makes(self, path: str) -> Iterator[tuple[str, str]]:
        """The resources that a file makes, by type and name, in which holes may be left."""
        return self._named(self._files.made_of(path, _made), os.path.dirname(path))

    def adds(self, path: str) -> bool:
        """Whether a file adds to what another root makes."""
        return self._files.made_of(path, _adds)

    def wanted(self, paths: Iterable[str]) -> Sought:
        """What files read of others; of states the names, and the folders beside them."""
        names: set[str] = set()
        resources: set[tuple[str, str]] = set()
        for path in paths:
            folder = os.path.dirname(path)
            file = self.read(path)
            if self._by_name:
                named = self._named(file.looks_up, folder)
                # In one workspace a name is the same in all roots.
                resources.update(one for one in named if "${" not in one[1].replace(WORKSPACE, ""))
            for ask in file.asks:
                values = (ask.name,) if ask.name else self._values_in(folder).get(ask.variable)
                names.update(values or (ask.label,))
                for name in values or ():
                    at = _OWN_FOLDER.sub("./", name)
                    if at.endswith(".tfstate") and at.startswith("."):
                        names.add(os.path.normpath(os.path.join(folder, os.path.dirname(at))))
        # The state of a workspace lies below its name: "S3" in the documentation of backends.
        keys = {key for name in names for key in re.findall(r"env:/[^/]+/(.+)", name)}
        own = (name for name in names | keys if not name.startswith(OF_AWS))
        return Sought(frozenset(own), frozenset(resources))

    def called(self, paths: Iterable[str], boundary: str) -> Iterator[str]:
        """The files of the local modules that files call, and of those that these call."""
        waiting = list(paths)
        seen = {os.path.dirname(path) for path in waiting}
        for path in waiting:
            caller, file = os.path.dirname(path), self.read(path)
            for source, variable, text in file.passes:
                values = self._values_of(text, caller)
                given = self._passed.setdefault(os.path.normpath(os.path.join(caller, source)), {})
                given.update(dict.fromkeys((variable, value) for value in values))
            for source in file.calls:
                folder = os.path.normpath(os.path.join(caller, source))
                if folder in seen or not self._is_within(folder, boundary):
                    continue
                seen.add(folder)
                for entry in self._files.entries(folder):
                    if entry.name.endswith(TERRAFORM):
                        waiting.append(entry.path)
                        yield entry.path

    def _is_within(self, folder: str, boundary: str) -> bool:
        """Whether a folder is one of the repository, and no link that leads out of it."""
        real = self._files.real
        return encloses(boundary, folder) and encloses(real(boundary), real(folder))

    def _named(self, called: Iterable[tuple[str, str]], folder: str) -> Iterator[tuple[str, str]]:
        """Resources by type and name, with the values of the variables that stand in these."""
        for type_, text in called:
            yield from ((type_, name) for name in self._values_of(text, folder))

    def _values_of(self, text: str, folder: str) -> Iterable[str]:
        """What a text with holes may be, in which others may be left; nothing if it may be many."""
        texts = [text]
        for _ in range(DEEPEST_HOLE):
            if len(texts) <= MOST_NAMES:
                texts = [each for one in texts for each in self._filled(one, folder)]
        return dict.fromkeys(texts) if len(texts) <= MOST_NAMES else ()

    def _filled(self, text: str, folder: str) -> Iterator[str]:
        """What a text with holes may be; a hole of which no text says what stands in it stays."""
        holes = {hole[0]: hole[1] for hole in _HOLE.finditer(text)}
        known = self._values_in(folder)
        values = [dict.fromkeys(known.get(name, (hole,))) for hole, name in holes.items()]
        for choice in islice(product(*values), MOST_NAMES + 1):
            filled = text
            for hole, value in zip(holes, choice, strict=True):
                filled = filled.replace(hole, value)
            yield filled

    def _values_of_folder(self, folder: str) -> dict[str, tuple[str, ...]]:
        """What variables and locals of a module may be, where texts beside it, or units, say so."""
        found: dict[str, tuple[str, ...]] = {}
        for name, value in self._passed.get(folder, ()):
            found[name] = (*found.get(name, ()), value)
        names = (one for one in self._files.names(folder) if one.endswith((*TERRAFORM, ".tfvars")))
        for path in (*(os.path.join(folder, one) for one in names), *self._units.get(folder, ())):
            for name, value in self.read(path).values:
                found[name] = (*found.get(name, ()), value)
        return found


def _interpolating(text: str) -> str:
    """A text in which `format("alb-%s", var.name)` stands as `"alb-${var.name}"`.

    So stands the workspace where it is a value by itself.
    """

    def written(match: "re.Match[str]") -> str:
        first, *pieces = match[2].split("%s")
        given = [one.strip() for one in match[3].split(",")]
        if len(given) != len(pieces):
            return match[0]
        filled = [one.strip('"') if one[:1] == '"' else f"${{{one}}}" for one in given]
        return f'"{first}{"".join(map("".join, zip(filled, pieces, strict=True)))}"'

    if "terraform.workspace" in text:
        text = _IN_WORKSPACE.sub(rf'\1"{WORKSPACE}"', text)
    return _FORMAT.sub(written, text) if "format(" in text else text


def _searched(text: str) -> SearchedFile:
    """What a text reads and writes."""
    text = _interpolating(text)
    asks, values = [], list[tuple[str, str]]()
    writes, writes_by = set[str](), set[str]()
    looks_up, calls = list[tuple[str, str]](), list[str]()
    passes = list[tuple[str, str, str]]()
    is_open = has_backend = False
    for match, block in _blocks(text, _BLOCK):
        if match["sought"]:
            names = [*_called(block), *((ANY,) if _TAGS.search(block) else ())]
            looks_up += [(_SOUGHT[match["sought"]], name) for name in names]
        elif match["call"] or match["unit"]:
            sources = _LOCAL.findall(block)
            calls += sources
            for name, value, held in _PASSED.findall(block) if sources else ():
                passes.append((sources[0], name, value or f"${{var.{held}}}"))
        elif match["locals"] or match["inputs"]:
            values += _GIVEN.findall(block)
        elif match["variable"]:
            values += [(match["variable"], each) for each in _DEFAULT.findall(block)]
        else:
            named = _NAME.findall(block)
            if match["read"]:
                asks += [_Asked(name, variable, match["label"]) for name, variable in named]
                continue
            names = [name for name, _ in named if name]
            writes.update(names)
            if match["backend"] and (of := _PREFIX.search(block)):
                writes.update(f"{of[1]}/{WORKSPACE}/{name}" for name in names)
            writes_by.update(variable for _, variable in named if variable)
            has_backend |= bool(match["backend"])
            is_open |= bool(match["backend"]) and not names
    return SearchedFile(
        tuple(asks),
        frozenset(writes),
        frozenset(writes_by),
        has_backend,
        is_open,
        tuple(values),
        tuple(looks_up),
        tuple(calls),
        tuple(passes),
    )


def _given(text: str) -> SearchedFile:
    """What the text of a file of values says that variables may be."""
    none = frozenset[str]()
    return SearchedFile((), none, none, False, False, tuple(_GIVEN.findall(text)), (), ())


def _made(text: str) -> tuple[tuple[str, str], ...]:
    """The resources that a text makes, by type and by what they are called."""
    found = []
    for match, block in _blocks(_interpolating(text), _RESOURCE):
        made = _MADE.get(match["made"] or "")
        if match["call"] and (module := _MODULE.search(block)):
            made = _MADE_BY_MODULE.get(module[1])
        if made is not None:
            found += [(made, name) for name in (*_called(block), ANY)]
    return tuple(found)


def _adds(text: str) -> bool:
    """Whether a text adds to what another root makes."""
    return _ADDS.search(text) is not None


def _called(block: str) -> Iterator[str]:
    """What a block calls a resource, as a text with holes."""
    for name, variable in _CALLED.findall(block):
        yield name or f"${{var.{variable}}}"


def _blocks(text: str, begins: Pattern[str]) -> Iterator[tuple[re.Match[str], str]]:
    """The blocks that begin so: each to a brace at a line's start, or to the next one of them.

    What is of one line, and a backend, which has no braces in it, ends at the first brace.
    """
    starts = list(begins.finditer(text))
    end = 0
    for number, match in enumerate(starts, 1):
        limit = starts[number].start() if number < len(starts) else len(text)
        if end <= match.end():
            end = text.find("\n}", match.end())
            end = len(text) if end < 0 else end
        block = text[match.start() : min(end, limit)]
        line = block.partition("\n")[0].rstrip()
        short = match.lastgroup == "backend" or line.endswith("}")
        yield match, block.partition("}")[0] if short else block
