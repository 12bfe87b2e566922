"""Which templates of a scan belong together: nested stacks, and what their trees export."""

import os
import re
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import PurePath
from typing import Final

from msgspec.structs import replace

from taskwall.core.paths import encloses, nearest_folder
from taskwall.core.patterns import pattern
from taskwall.core.values import (
    OTHER,
    Known,
    Scalar,
    Scenario,
    Text,
    Value,
    dereferenced,
    spelled,
    symbol,
)
from taskwall.readers.cloudformation.choices import (
    MOST_ADDRESSES,
    Candidates,
    Nested,
    address_of,
    templates,
)
from taskwall.readers.cloudformation.deployment import DeploymentEvaluation
from taskwall.readers.cloudformation.document import (
    IntrinsicCall,
    Node,
    elements,
    literal_text,
    members,
)
from taskwall.readers.cloudformation.evaluate import Evaluator
from taskwall.readers.cloudformation.exports import Export
from taskwall.readers.cloudformation.parameters import ParametersError, parameters
from taskwall.readers.cloudformation.pipelines import PIPELINE, deployed_by
from taskwall.readers.cloudformation.template import (
    BODY,
    STACKS,
    Declared,
    Template,
    given_parameters,
    read_template,
)
from taskwall.source.cdk_assembly import asset_manifest
from taskwall.source.containment import attempt
from taskwall.source.files import Files, UnreadableError
from taskwall.source.stack import Inputs, SourceError

MAX_NESTED_STACKS: Final = 500
"""A template that comes to more nested stacks than this, all told, is an error."""

PARAMETER: Final = "AWS::SSM::Parameter"
"""The type of what is put into Parameter Store."""

# Nested stacks


class Nesting:
    """The templates of a scan by what nests what."""

    def __init__(self, templates: Sequence[Template], inputs: Inputs, files: Files) -> None:
        self.templates = {template.unit.file: template for template in templates}
        self.inputs = inputs
        self.files = files
        self.nested: dict[str, dict[str, Candidates]] = {}
        self.errors: list[SourceError] = []
        self._stored: dict[str, dict[str, str]] = {}
        self._by_name: dict[str, list[str]] = {}
        self._by_stem: dict[str, list[str]] = {}
        for path in self.templates:
            self._by_name.setdefault(os.path.basename(path), []).append(path)
            self._by_stem.setdefault(_stem(path), []).append(path)
        self._nest()
        if any(PIPELINE in template.unit.text for template in templates) and self._add_deployed():
            self._nest()

    def _nest(self) -> None:
        """Find the templates of all nested stacks."""
        self.nested, self.errors = {}, []
        # All of them first: what nests a template is given it with these values, too.
        for path, template in list(self.templates.items()):
            self.templates[path] = self._with_addressed(template)
        for path, template in self.templates.items():
            below = attempt(partial(self._below, template), path, self.errors)
            if below:
                self.nested[path] = below

    def _add_deployed(self) -> bool:
        """Add to templates the stacks that their pipelines deploy; whether there are any.

        A pipeline that deploys what a template nests, or is in itself, brings changes of that stack
        and no other one.
        """
        found = False
        nested = {one.unit.file for path in self.nested for _, one in templates(self.nested, path)}
        for path, template in list(self.templates.items()):
            stacks: dict[str, Declared] = {}
            for pipeline in template.resources.values():
                if pipeline.type != PIPELINE:
                    continue
                values = partial(self._values, os.path.dirname(path))
                there = set[str]()
                for stack in deployed_by(pipeline, values):
                    files = [one.unit.file for one in self._templates(template, stack).values()]
                    if files and not any(one in nested or self._nests(one, path) for one in files):
                        there.add(stack.name)
                for stack in deployed_by(pipeline, values, there):
                    if stack.name in there:
                        stacks.setdefault(stack.name, stack)
            if stacks:
                self.templates[path] = replace(template, resources=template.resources | stacks)
                found = True
        return found

    def outside(self) -> Iterator[str]:
        """The files outside the scan that nested stacks without a template in it name.

        A folder may be scanned alone whose stacks nest what lies beside it in the repository. An
        address says the last steps of the path, seen from the template's folder or one above it.
        """
        for file, template in self.templates.items() if self.inputs.boundary else ():
            for declared in template.resources.values():
                if declared.type not in STACKS or declared.name in self.nested.get(file, {}):
                    continue
                if (node := members(declared.properties).get(STACKS[declared.type])) is None:
                    continue
                evaluator = Evaluator(template, DeploymentEvaluation(self.inputs, {}))
                steps, local = _path(evaluator.value(node))
                tops = [os.path.dirname(file)]
                if not local:
                    tops += map(str, PurePath(tops[0]).parents)
                starts = range(1 if local else len(steps))
                tried = (
                    os.path.normpath(os.path.join(top, *steps[start:]))
                    for start in starts
                    for top in tops
                    if encloses(self.inputs.boundary, top)
                )
                found = next((path for path in tried if self._is_outside(path)), None)
                if found is not None:
                    yield found

    def _is_outside(self, path: str) -> bool:
        return (
            encloses(self.inputs.boundary, path)
            and path not in self.templates
            and self.files.exists(path)
            and not self.files.is_excluded(path)
        )

    def _values(self, folder: str, path: str) -> dict[str, Value] | None:
        """The parameters in a file of the sources that a pipeline in a folder is given.

        Its path is from the top of these, which is the folder, or one above it.
        """
        for top in (folder, *map(str, PurePath(folder).parents)):
            if not encloses(self.inputs.boundary or folder, top):
                break
            file = os.path.normpath(os.path.join(top, path))
            if path and encloses(top, file) and self.files.exists(file):
                try:
                    return parameters(file, self.files.text(file))
                except (ParametersError, UnreadableError):
                    return None
        return None

    def _nests(self, file: str, other: str) -> bool:
        """Whether a template is another one, or nests it, however deep."""
        waiting, seen = [file], set[str]()
        while waiting:
            one = waiting.pop()
            if one == other:
                return True
            if one not in seen:
                seen.add(one)
                waiting += [below.unit.file for _, below in templates(self.nested, one)]
        return False

    def _below(self, template: Template) -> dict[str, Candidates]:
        return {
            declared.name: found
            for declared in template.resources.values()
            if declared.type in STACKS and (found := self._templates(template, declared))
        }

    def roots(self) -> list[Template]:
        """The templates that are deployed by themselves. Nesting that goes in circles is cut."""
        below = {one.unit.file for path in self.nested for _, one in templates(self.nested, path)}
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
        for name, template in list(templates(self.nested, path)):
            file = template.unit.file
            if name not in self.nested[path]:
                continue
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
                each = (size(one.unit.file) for _, one in templates(self.nested, file))
                sizes[file] = 1 + sum(each)
            return sizes[file]

        if not self.templates[path].unit.text:  # stands for what is deployed beside each other
            for file in {one.unit.file for _, one in templates(self.nested, path)}:
                self._bound(file)
        elif size(path) > MAX_NESTED_STACKS:
            for name in list(self.nested.get(path, {})):
                self._refuse(
                    path, name, f"{name} nests more than {MAX_NESTED_STACKS} stacks in total"
                )

    def _refuse(self, path: str, name: str, message: str) -> None:
        del self.nested[path][name]
        declared = self.templates[path].resources[name]
        url = members(declared.properties).get(STACKS[declared.type])
        place = (url.place if url is not None else None) or declared.header
        self.errors.append(SourceError(place, message))

    def _templates(self, template: Template, declared: Declared) -> Candidates:
        """The templates that a nested stack may have, of those that the scan has."""
        folder = os.path.dirname(template.unit.file)
        asset = literal_text(members(declared.metadata).get("aws:asset:path"))
        node = members(declared.properties).get(STACKS[declared.type])
        if asset is not None:  # as CDK writes it
            only = self.templates.get(os.path.normpath(os.path.join(folder, asset)))
        elif node is None:
            only = self._embedded(template, declared)
        else:
            evaluator = Evaluator(template, DeploymentEvaluation(self.inputs, {}))
            values = [evaluator.value(node)]
            if not _path(values[0])[0]:
                values = [evaluator.value(one) for one in _branches(node)]
            found = [self._named(template, declared, value) for value in values]
            # A condition of the region, say, chooses between two addresses of one template.
            only = found[0] if all(one is found[0] for one in found) else None
            if only is None:
                return self._chosen(template, declared)
        return {} if only is None else {"": only}

    def _with_addressed(self, template: Template) -> Template:
        """A template with the values of parameters that its addresses ask for.

        `services/${Name}/template.yaml` may mean each file of which this is the path.
        """
        addressed: dict[str, set[str]] = {}
        for declared in template.resources.values():
            node = members(declared.properties).get(STACKS.get(declared.type, ""))
            if not isinstance(node, IntrinsicCall):
                continue
            evaluator = Evaluator(template, DeploymentEvaluation(self.inputs, {}))
            address = evaluator.value(node)
            parts = address.parts if isinstance(address, Text) else ()
            names = [symbol(dereferenced(part)) for part in parts if not isinstance(part, str)]
            if len(names) == 1 and names[0] in template.parameters:
                before, after = ("".join(map(str, side)) for side in _around(parts))
                addressed.setdefault(names[0], set()).update(self._leading_on(before, after))
        found = {name: tuple(sorted(values)) for name, values in addressed.items()}
        return replace(template, addressed=found) if found else template

    def _leading_on(self, before: str, after: str) -> set[str]:
        """What may stand between two parts of an address for it to name templates of the scan.

        At least a folder above what is open is known, or the address could mean any file.
        """
        folder, _, start = before.rpartition("/")
        above = folder.rpartition("/")[2]
        if not above or "." not in after:
            return set()
        open_ = re.compile(
            rf"(?:^|.*/){re.escape(above)}/{re.escape(start)}([\w.-]+){re.escape(after)}"
        )
        paths = (path.replace(os.sep, "/") for path in self.templates)
        found = {match[1] for path in paths if (match := open_.fullmatch(path))}
        return found if len(found) <= MOST_ADDRESSES else set()

    def _chosen(self, template: Template, declared: Declared) -> Candidates:
        """The templates among which inputs choose, each by its address."""
        found: dict[str, Template] = {}
        waiting: list[Scenario] = [{}]
        for setting in waiting:
            run = DeploymentEvaluation(self.inputs, setting)
            evaluator = Evaluator(template, run)
            address = address_of(evaluator, declared)
            named = self._named(template, declared, Known(address))
            if named is not None:
                found[address] = named
            asked = {each for each in run.questions if each.operand not in setting}
            if address or not asked:
                continue
            operand = min(each.operand for each in asked)
            answers: set[Scalar] = {each.answer for each in asked if each.operand == operand}
            others = () if evaluator.parameters.allowed(operand) else (OTHER,)
            waiting += ({**setting, operand: answer} for answer in (*answers, *others))
            if len(waiting) > MOST_ADDRESSES:
                return {}
        return found

    def _named(
        self, template: Template, declared: Declared, value: Value | None
    ) -> Template | None:
        """The template that a path or address names, if the scan has it.

        Of several that are called so, the one that takes the parameters which it is given; then
        the one whose path has the most steps of the address. Where the address says nothing of
        folders it is that under the nearest common one: repositories keep copies of a tree.
        """
        folder = os.path.dirname(template.unit.file)
        steps, local = _path(value)
        if not steps:
            return None
        path = os.path.normpath(os.path.join(folder, *steps))
        if local and path in self.templates:
            return self.templates[path]
        if (asset := self._assets(folder).get(steps[-1])) is not None:
            return self.templates.get(asset)
        near = self._by_name.get(steps[-1]) or self._renamed(template, steps, declared)
        scores = {path: _alike(path, steps) for path in near if path != template.unit.file}
        best = [path for path in scores if scores[path] == max(scores.values())]
        if len(best) > 1:
            best = [path for path in best if _takes(self.templates[path], declared)]
            most = max((_shared_steps(steps, path) for path in best), default=0)
            best = [path for path in best if _shared_steps(steps, path) == most]
            if _names_no_folder(value):
                nearest = nearest_folder(map(os.path.dirname, best), folder)
                best = [path for path in best if os.path.dirname(path) == nearest]
        return self.templates[best[0]] if len(best) == 1 else None

    def _renamed(
        self, template: Template, steps: Sequence[str], declared: Declared
    ) -> Sequence[str]:
        """The templates that an address of no file means if they are called otherwise there.

        What is uploaded as `vpc.yml` may be written as `vpc.cf.yml`, and what as `web/service.yml`
        as `web.yml`; `aws cloudformation package` makes `packaged-vpc.yml` of `vpc.yml`. It has the
        parameters that it is given, and the outputs that are read of it.
        What a pipeline deploys is made by a build, and called as that says: logical ids have
        letters and digits only.
        """
        if not given_parameters(declared) or not declared.name.isalnum():
            return ()
        read = set(re.findall(rf"\b{declared.name}\W{{1,60}}Outputs\.(\w+)", template.unit.text))
        stems = {_stem(step) for step in steps[-2:]}
        names = {*stems, *(_PACKAGED.sub("", stem) for stem in stems)} - _USUAL_NAMES
        return [
            path
            for name in sorted(names)
            for path in self._by_stem.get(name, ())
            if _takes(self.templates[path], declared)
            and read <= self.templates[path].outputs.keys()
        ]

    def _embedded(self, template: Template, declared: Declared) -> Template | None:
        """The template that a stack set holds as a text, where it stands line by line."""
        body = members(declared.properties).get(BODY)
        place = None if body is None else body.place
        lines = template.unit.text.split("\n")
        if literal_text(body) is None or place is None or place.file != template.unit.file:
            return None
        if not re.match(r"\|[-+]?\s*(?:#.*)?$", lines[place.line - 1][place.column - 1 :]):
            return None
        # With empty lines before it, everything in it stands where it does in the file.
        text = "\n" * place.line + "\n".join(lines[place.line : place.end_line]) + "\n"
        try:
            found = read_template(place.file, text)
        except UnreadableError as error:
            self.errors.append(error.error)
            return None
        if found is None:
            return None
        self.errors.extend(found.errors)
        return replace(found, unit=replace(found.unit, file=f"{place.file}#{declared.name}"))

    def _assets(self, folder: str) -> dict[str, str]:
        """The files of an assembly of CDK by the names under which it stores them.

        What is committed of one, as of snapshots in tests, is often without its `manifest.json`.
        """
        if folder in self._stored:
            return self._stored[folder]
        found = self._stored[folder] = {}
        try:
            names = [name for name in self.files.names(folder) if name.endswith(".assets.json")]
        except OSError:
            return found
        for name in names:
            manifest = asset_manifest(os.path.join(folder, name), self.files)
            for file in manifest.files.values() if manifest is not None else ():
                for stored in file.destinations.values():
                    key = stored.key.rpartition("/")[2]
                    found[key] = os.path.normpath(os.path.join(folder, file.source.path))
        return found


def _around(parts: Sequence[str | Value]) -> tuple[Sequence[str | Value], Sequence[str | Value]]:
    """The parts of a text before and behind the one that is not written."""
    at = next(number for number, part in enumerate(parts) if not isinstance(part, str))
    return parts[:at], parts[at + 1 :]


_USUAL_NAMES: Final = frozenset(
    (
        *("cfn", "cloudformation", "index", "main", "master", "parent", "root", "service", "stack"),
        *("template", "templates"),
    )
)
"""Names of files and folders that do not say which template is meant."""


_PACKAGED = pattern(r"^(?:out|output|packaged?|pkg)[-_]|[-_](?:out|output|packaged?|pkg)$")
"""How people call what is packaged, beside its own name."""


def _stem(path: str) -> str:
    """The name of a file without all that stands behind a dot."""
    return os.path.basename(path).partition(".")[0]


def _takes(template: Template, declared: Declared) -> bool:
    """Whether a template has all parameters that a nested stack gives, and it gives all others."""
    given = given_parameters(declared)
    required = {name for name, one in template.parameters.items() if "Default" not in members(one)}
    return given is not None and required <= given.keys() <= template.parameters.keys()


def _branches(node: Node) -> Iterator[Node]:
    """The values that a node may come to, whatever its conditions are."""
    if isinstance(node, IntrinsicCall) and node.name == "Fn::If":
        for one in elements(node.argument)[1:]:
            yield from _branches(one)
    else:
        yield node


def _path(value: Value | None) -> tuple[list[str], bool]:
    """The last steps of a path or address, so far as they are known; whether it is a local path."""
    found = dereferenced(value)
    if isinstance(found, Known):
        text = spelled(found.data) or ""
    elif isinstance(found, Text) and isinstance(found.parts[-1], str):
        first, slash, others = found.parts[-1].partition("/")
        text = others if slash else first  # the first step hangs on what is not known
    else:
        return [], False
    bare = re.sub(r"^(?:https?|s3)://[^/]*/", "", text.partition("?")[0]).removeprefix("file://")
    steps = [step for step in bare.replace("\\", "/").split("/") if step not in ("", ".")]
    local = isinstance(found, Known) and "://" not in text.removeprefix("file://")
    return (steps if steps and "." in steps[-1] else []), local


def _names_no_folder(value: Value | None) -> bool:
    """Whether all of an address before the name of its file is open: `${Prefix}/vpc.yml`."""
    found = dereferenced(value)
    parts = found.parts if isinstance(found, Text) else ()
    address = "".join(part if isinstance(part, str) else _HOLE for part in parts)
    return _NO_FOLDER.fullmatch(address) is not None


_HOLE = "\0"
_NO_FOLDER = pattern("(?:https?://(?:[^/]*/)?)?[/\0]*\0/[^/\0]+")


def _alike(path: str, steps: Sequence[str]) -> int:
    """How many of the last steps two paths have in common."""
    mine = path.replace("\\", "/").split("/")
    count = 0
    for one, other in zip(reversed(mine), reversed(steps), strict=False):
        if one != other:
            break
        count += 1
    return count


def _shared_steps(steps: Sequence[str], path: str) -> int:
    """How many steps of an address are folders of a path."""
    folders = path.replace("\\", "/").split("/")[:-1]
    return len({*steps[:-1]}.intersection(folders))


# Exports


def exports_of(root: Template, inputs: Inputs, nested: Nested) -> Iterator[Export]:
    """The outputs that a tree of templates exports, and what it puts into Parameter Store."""
    files = {root.unit.file, *_below(root, nested)}
    texts = [one.unit.text for one in _of(files, root, nested)]
    by_hand = {
        address: f"{stack}:{address}"
        for stack, address in inputs.ties.values()
        if stack in ("", root.unit.file)
    }
    if not by_hand and not any("Export" in text or PARAMETER in text for text in texts):
        return
    run = DeploymentEvaluation(inputs, {}, nested)
    top = Evaluator(root, run)
    run.roots.append(top)
    for one in top.all_below():
        for name, node in one.template.outputs.items():
            export = members(members(node).get("Export")).get("Name")
            value = None if export is None else one.value(export)
            place = (export and export.place) or node.place or one.template.place
            if value is not None:
                yield Export(root.unit.file, one.site.path, name, value, place)
            exported = spelled(value.data) if isinstance(value, Known) else None
            if (said := by_hand.get(name) or by_hand.get(exported or "")) is not None:
                yield Export(root.unit.file, one.site.path, name, Known(said), place, "output")
        for declared in one.template.resources.values():
            named = members(declared.properties).get("Name")
            value = one.value(named) if declared.type == PARAMETER and named is not None else None
            if value is not None:
                site, place = one.site.path, declared.header
                yield Export(root.unit.file, site, declared.name, value, place, "parameter")


def _below(template: Template, nested: Nested) -> Iterator[str]:
    for _, one in templates(nested, template.unit.file):
        yield one.unit.file
        yield from _below(one, nested)


def _of(files: set[str], root: Template, nested: Nested) -> Iterator[Template]:
    yield root
    seen = {root.unit.file}
    for path in nested:
        for _, one in templates(nested, path):
            if one.unit.file in files and one.unit.file not in seen:
                seen.add(one.unit.file)
                yield one
