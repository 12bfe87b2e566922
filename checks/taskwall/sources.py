"""The sources of a scan: which files there are, what encloses them, and the stacks they make."""

import os
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache as cache_of
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from msgspec import Struct
from msgspec.structs import replace

from taskwall.context import read_context, with_cdk
from taskwall.core.paths import encloses, repository_of
from taskwall.core.patterns import pattern
from taskwall.core.values import Span
from taskwall.deployments import declared_deployments, of_values, stacks_of_deployments
from taskwall.findings.text import count_of_kind
from taskwall.parameter_store import are_shared, with_parameters
from taskwall.proposals import Proposal, proposed
from taskwall.settings import Settings, stack_of
from taskwall.source.cdk_assembly import CdkAssemblies
from taskwall.source.containment import attempt
from taskwall.source.deployment import Deployment
from taskwall.source.files import (
    DOWNLOADED,
    MAX_FILE_BYTES,
    PASSED_OVER,
    Files,
    UnreadableError,
    walk,
)
from taskwall.source.kinds import (
    HCL,
    ROOTS,
    TEMPLATES,
    TERRAFORM,
    TERRAGRUNT,
    is_plan,
    is_terraform,
)
from taskwall.source.stack import AbsentSource, Inputs, SourceError, Stack
from taskwall.source.submodules import unchecked_submodules

if TYPE_CHECKING:
    from taskwall.readers.cloudformation.neighbours import Neighbours

SourceKind: TypeAlias = Literal["terraform", "plan", "cloudformation"]
"""The kinds of sources."""

ALL_KINDS: frozenset[SourceKind] = frozenset(get_args(SourceKind))

VALUES = (".tfvars", ".tfvars.json")
"""How the names of the files end that hold values of a root's variables."""

MAY_COUNT = (*TERRAFORM, *TEMPLATES, ".tfvars", HCL, ".toml")
"""How files end that may be sources, values for them (`.tfvars.json` too), or settings."""

MAX_CANDIDATES = 5_000
"""So many files at most are looked at to find those that belong to a given template."""


class ScanScope(Struct, frozen=True):
    """Which of the sources below the given paths count, for surfaces whose host has its own mind.

    `kinds` are those that are read, all by default. `among`, if it is given, are the absolute
    paths of the only files that count below a folder. `deep` says whether files below a folder
    count, or only those in it.
    """

    kinds: frozenset[SourceKind] = ALL_KINDS
    among: frozenset[str] | None = None
    deep: bool = True


class ReadStack(Struct, frozen=True):
    """A stack that was read, and the boundary that encloses it.

    `only` names the files that it was read for, if those were given by themselves.
    """

    stack: Stack
    boundary: str
    only: frozenset[str] | None = None

    @property
    def files(self) -> frozenset[str]:
        """The files whose findings are shown."""
        return self.stack.files if self.only is None else self.only


class Sources(Struct):
    """What a scan has to look at, and what stood in its way.

    `errors` lie in the sources, `refused` in what was given. `foreign` are given files that are
    none of ours, `absent` are submodules that are not checked out, by the given folder that they
    are in, and `excluded` counts the files that the settings leave out. `proposed` are deployments
    that could be declared for the files of values among them, `stale` are templates that an earlier
    synthesis of CDK has left.
    """

    reads: list[ReadStack] = []
    errors: list[SourceError] = []
    refused: list[SourceError] = []
    foreign: list[str] = []
    absent: list[tuple[str, AbsentSource]] = []
    excluded: int = 0
    proposed: tuple[Proposal, ...] = ()
    stale: list[str] = []


def read_sources(
    paths: Sequence[str],
    inputs: Inputs,
    use: Settings,
    files: Files,
    scope: ScanScope,
    cache: "ReadCache | None" = None,
) -> Sources:
    """Read every stack below the given absolute paths.

    A file given by itself is read within the stacks that it takes part in, wherever in its
    repository their roots are. A file of settings stands for its folder, one of values for the root
    that it is for: the nearest folder with Terraform files from its own upward; one that sources
    read (`templatefile`, `DefinitionUri`) for the sources that name it. `cache` is what earlier
    reads with the same files, inputs, settings and scope have found out.
    """
    found = Sources()
    found.refused += [_refusal(use.file, why) for why in use.missing]
    left_out: set[str] = set()
    cache = cache or ReadCache()
    inputs = replace(
        inputs,
        explore_defaults=use.scenarios == "all",
        module_sources=use.module_sources,
        remote_states=use.remote_state,
        ties={_side(one): _side(other) for one, other in use.ties.items()},
        context=read_context([one.path for one in use.context], use, files, inputs, found.errors),
        deployments=declared_deployments(use, files, found.refused),
    )
    paths = [os.path.dirname(path) if _is_settings(path, use) else path for path in paths]
    boundaries = _boundaries(paths, files)
    if not inputs.outside:
        files.confine(dict.fromkeys(boundaries.values()), (*paths, *inputs.var_files))
    seen: set[str] = set()
    wide: dict[str, list[str]] = {}
    assemblies, stale = CdkAssemblies(files), dict[str, None]()
    loose: dict[str, str] = {}
    for folder in (path for path in paths if _is_folder(path, files)):
        search = _below if scope.deep else _in
        below = dict.fromkeys(search((folder,), files, found.errors))
        if scope.among is None:
            empty = unchecked_submodules(boundaries[folder], folder, files)
            found.absent += [(folder, one) for where, one in empty if not use.excludes(where)]
        for path in (*below, *_unsaved(folder, files, scope.deep, below)):
            counts = path.endswith((*ROOTS, *TEMPLATES)) and (
                scope.among is None or path in scope.among
            )
            if counts and use.excludes(path):
                left_out.add(path)
            elif counts and assemblies.is_stale(path):
                stale[path] = None
            elif counts and path not in seen:
                seen.add(path)
                wide.setdefault(boundaries[folder], []).append(path)
            if path.endswith(VALUES) and not use.excludes(path):
                root = _root_of(path, boundaries[folder], use, files)
                if root and not _is_loaded(path, root[0]):
                    loose[path] = os.path.dirname(root[0])
    found.excluded = len(left_out)
    found.stale = list(stale)
    narrow: dict[str, list[str]] = {}
    embedded: dict[str, list[str]] = {}
    texts = cache_of(partial(_source_texts, use=use, files=files))
    roots: dict[tuple[str, str], tuple[str, list[str]]] = {}
    for path in dict.fromkeys(paths):
        if _is_folder(path, files) or path in seen:
            continue
        if not files.exists(path):
            is_there = os.path.exists(path)
            why = "is not a plain file (- is standard input)" if is_there else _NOTHING
            found.refused.append(_refusal(path, why))
        elif path.endswith(VALUES):
            its = of_values(inputs.deployments, path)
            root = list(_deployed(its, use, files)) or _root_of(path, boundaries[path], use, files)
            more = "" if root and _is_loaded(path, root[0]) else path
            if not root:
                found.foreign.append(path)
            elif more or not seen.issuperset(root):
                roots[root[0], more] = boundaries[path], root
        elif path.endswith(TEMPLATES) and _is_empty(path, files):
            found.refused.append(_refusal(path, "is empty"))
        elif readers := _readers(path, partial(texts, boundaries[path]), files):
            embedded.setdefault(boundaries[path], []).append(path)
            narrow.setdefault(boundaries[path], []).extend(readers)
        elif kind_of(path, files) is not None:
            narrow.setdefault(boundaries[path], []).append(path)
        else:
            found.foreign.append(path)
    for boundary, sources in wide.items():
        stacks, errors = _stacks(sources, files, replace(inputs, boundary=boundary), scope)
        found.reads += [ReadStack(stack, boundary) for stack in stacks]
        found.errors += errors
    whole: set[str] = set()
    for (_, more), (boundary, given) in roots.items():
        said = replace(inputs, boundary=boundary)
        its = of_values(inputs.deployments, more)
        if its:
            said = replace(said, deployments=its)
        elif more:
            said = replace(said, var_files=(*inputs.var_files, more), deployments=())
        by = ReadCache() if more else cache
        stacks, errors = by.stacks(given, said, use, files, scope)
        kept = [stack for stack in stacks if not stack.files.isdisjoint(given)]
        concerned = frozenset().union(*(stack.files for stack in kept))
        found.reads += [ReadStack(stack, boundary) for stack in kept]
        found.errors += [error for error in errors if error.place.file in concerned]
        if not more:
            whole.update(stack.name for stack in kept)
    for boundary, sources in narrow.items():
        given = list(dict.fromkeys(sources))
        only = frozenset((*given, *embedded.get(boundary, ())))
        stacks, errors = cache.stacks(given, replace(inputs, boundary=boundary), use, files, scope)
        kept = [stack for stack in stacks if not only.isdisjoint(stack.files)]
        # A downloaded module is called from where it is used, and is no root beside that.
        kept = [one for one in kept if not any(one.files < other.files for other in kept)]
        concerned = only.union(*(stack.files for stack in kept))
        # What a plan says stands in the sources beside it, where they are there.
        found.reads += [
            ReadStack(stack, boundary, None if is_plan(stack.name, files) else only)
            for stack in kept
            if stack.name not in whole
        ]
        wrong = [error for error in errors if error.place.file in concerned]
        found.errors += wrong
        if scope.kinds == ALL_KINDS:
            ours = concerned.difference(given).union(*(stack.files for stack in kept))
            ours = ours.union(stack.name for stack in kept)
            reported = ours.union(error.place.file for error in wrong)
            found.foreign += [
                path for path in given if not path.endswith(ROOTS) and path not in reported
            ]
    told = inputs.deployments or inputs.var_files or inputs.parameters
    if scope == ScanScope() and wide and not told:
        stacks = [read.stack for read in found.reads]
        others = (path for path in sorted(seen) if path.endswith(".json"))
        found.proposed = proposed(loose, others, stacks, files)
    return found


def _side(text: str) -> tuple[str, str]:
    """The stack, "" for any, and the address of a side of a tie."""
    stack = stack_of(text)
    return (stack, text.removeprefix(f"{stack}:")) if stack else ("", text)


def _is_settings(path: str, use: Settings) -> bool:
    return path == use.file or os.path.basename(path) == "taskwall.toml"


def _root_of(path: str, boundary: str, use: Settings, files: Files) -> list[str]:
    """The Terraform files of the root that a file of values is for."""
    folder = os.path.dirname(path)
    while encloses(boundary, folder):
        beside = (one for one in _in((folder,), files) if one.endswith(ROOTS))
        found = [one for one in beside if not use.excludes(one)]
        if found or folder == os.path.dirname(folder):
            return found
        folder = os.path.dirname(folder)
    return []


def _readers(
    path: str, sources: Callable[[], Sequence[tuple[str, str]]], files: Files
) -> list[str]:
    """The sources, of those of a repository, that name a file which is none."""
    if is_terraform(path) or is_plan(path, files) or _may_be_template(path, files):
        return []
    name = re.escape(os.path.basename(path))
    in_terraform = re.compile(rf'["/]{name}"')
    in_template = re.compile(rf"""(?:Uri|Location)["']?\s*:\s*["']?(?:[^\s"']*/)?{name}\b""")
    return [
        source
        for source, text in sources()
        if (in_terraform if source.endswith(ROOTS) else in_template).search(text)
    ]


def _source_texts(boundary: str, use: Settings, files: Files) -> list[tuple[str, str]]:
    """The files of a repository that may be sources, with their texts."""
    found = []
    usable = (path for path in _below((boundary,), files) if not use.excludes(path))
    for path in islice(usable, MAX_CANDIDATES):
        with suppress(UnreadableError):
            found.append((path, files.text(path)))
    return found


def _deployed(deployments: Iterable[Deployment], use: Settings, files: Files) -> Iterator[str]:
    """The Terraform files that are deployed by some deployments."""
    folders = {part.path: None for one in deployments for part in one.parts}
    for path in dict.fromkeys(_below(folders, files)):
        if path.endswith(ROOTS) and not use.excludes(path):
            yield path


def _is_loaded(path: str, source: str) -> bool:
    """Whether Terraform reads a file of values beside a source of its root without being named."""
    folder, name = os.path.split(path)
    by_itself = name.startswith("terraform.tfvars") or ".auto.tfvars" in name
    return by_itself and folder == os.path.dirname(source)


def nothing_to_analyse(paths: Sequence[str], found: Sources, files: Files) -> SourceError | None:
    """What is wrong where the given paths hold nothing to look at; None if they hold something."""
    if found.reads or found.errors or found.refused:
        return None
    if not paths:
        return _refusal("", "no file and no folder is given")
    why = "there is no Terraform and no CloudFormation here"
    if found.foreign:
        why = _none_of_ours(found.foreign[0], files)
    if found.absent:
        kinds = Counter((one.kind, one.cure) for _, one in found.absent)
        what = (f"{count_of_kind(kind, count)}: {cure}" for (kind, cure), count in kinds.items())
        why += f" but {', '.join(what)}"
    if found.excluded:
        files_are = "1 file is" if found.excluded == 1 else f"{found.excluded:,} files are"
        why += f"; {files_are} excluded"
    return _refusal(paths[0], f"nothing to analyse: {why} (--allow-empty accepts that)")


_NOTHING = "there is no such file or folder"


def _refusal(path: str, why: str) -> SourceError:
    return SourceError(Span(path, 1, 1, 1, 1), why)


def _none_of_ours(path: str, files: Files) -> str:
    """Why a given file is not analysed, and what to give in its place."""
    try:
        text = files.text(path)
    except UnreadableError as error:
        if _is_binary_plan(path, files):
            return "this is a plan as Terraform saves it: give the output of terraform show -json"
        return error.error.message
    if '"terraform_version"' in text and '"resources"' in text:
        return "this is a state of Terraform: give its sources, or a plan"
    if _BLOCK.search(text):
        return "this may be Terraform, but Terraform reads only files that end in .tf or .tf.json"
    return "this is neither Terraform nor a plan nor a template"


_BLOCK = pattern(
    r"^(?:(?:resource|module|data|variable|provider|output) +\"[^\"]*\"[^{\n]*"
    r"|locals *|terraform *)\{",
    re.MULTILINE,
)


def _is_binary_plan(path: str, files: Files) -> bool:
    """Whether a file is a plan as `terraform plan -out` writes it: a ZIP archive."""
    try:
        return files.read(path, MAX_FILE_BYTES).startswith(b"PK")
    except OSError:
        return False


def kind_of(path: str, files: Files) -> SourceKind | None:
    """The kind of a source by its name, or of a file by any other name by what is in it.

    None if it is no source. What is named like a template may still be something else.
    """
    if is_terraform(path):
        return "terraform"
    if is_plan(path, files):
        return "plan"
    if path.endswith(TEMPLATES) or _may_be_template(path, files):
        return "cloudformation"
    return None


def _may_be_template(path: str, files: Files) -> bool:
    """Whether a file may be a template, by a glance at what is in it."""
    from taskwall.readers.cloudformation.template import may_be_template

    try:
        return may_be_template(files.text(path))
    except UnreadableError:
        return False


def _is_empty(path: str, files: Files) -> bool:
    """Whether a file holds nothing at all: given by itself, it is not what somebody meant."""
    try:
        return not files.text(path).strip()
    except UnreadableError:
        return False


class ReadCache:
    """What reads of the same repositories, with the same files, inputs and settings, share."""

    def __init__(self) -> None:
        self._neighbours: dict[tuple[str, ...], Neighbours] = {}
        self._stacks: dict[tuple[str, ...], tuple[list[Stack], list[SourceError]]] = {}
        self._spent: dict[Neighbours, int] = {}

    def stacks(
        self,
        given: Sequence[str],
        inputs: Inputs,
        use: Settings,
        files: Files,
        scope: ScanScope,
    ) -> tuple[list[Stack], list[SourceError]]:
        """The stacks of given files, with those that may belong to the same, and the errors."""
        whole = False
        if not any(map(is_terraform, given)):
            near = self._near(given, inputs, use, files)
            key = self._worth(near, (*given, *near.around(given)))
            whole = len(key) == len(near.templates)
        else:
            key = tuple(sorted({*given, *self._around(given, inputs, use, files)}))
        found = self._stacks.get(key)
        if found is None:
            found = _stacks(key, files, inputs, scope)
            only = frozenset(given)
            if whole or any(only < stack.files for stack in found[0]):
                self._stacks[key] = found  # others may ask for them
        return found

    def _worth(self, near: "Neighbours", around: Iterable[str]) -> tuple[str, ...]:
        """What to read for files that belong together: these, or once they come to more, all.

        The templates of a repository are read twice at most, however many of them are given one
        after another.
        """
        key = tuple(sorted(set(around)))
        if key not in self._stacks and near in self._spent:
            self._spent[near] += len(key)
            if self._spent[near] > len(near.templates) and near.templates.issuperset(key):
                return tuple(sorted(near.templates))
        return key

    def _around(
        self, given: Sequence[str], inputs: Inputs, use: Settings, files: Files
    ) -> Iterator[str]:
        """The files beside given ones that may belong to the same stacks.

        Of Terraform those of the same folders, and all of the repository: a folder may be a
        module. Of templates those that nest them or are nested, and those that export or import.
        """
        folders = [os.path.dirname(path) for path in given if is_terraform(path)]
        if folders:
            for path in _below((*folders, inputs.boundary), files):
                if path.endswith(ROOTS) and not use.excludes(path):
                    yield path
        templates = [path for path in given if not is_terraform(path)]
        if templates:
            yield from self._near(templates, inputs, use, files).around(templates)

    def _near(
        self, templates: Sequence[str], inputs: Inputs, use: Settings, files: Files
    ) -> "Neighbours":
        """The templates of a repository; without one, those in the folders of the given ones."""
        from taskwall.readers.cloudformation.neighbours import Neighbours

        whole = os.path.exists(os.path.join(inputs.boundary, ".git"))
        where = (
            (inputs.boundary,) if whole else tuple({os.path.dirname(t): None for t in templates})
        )
        exact = not inputs.assumptions and not inputs.explore_defaults
        found = self._neighbours.get(where)
        if found is None:
            others = _below(where, files) if whole else _in(where, files)
            usable = (
                path for path in others if path.endswith(TEMPLATES) and not use.excludes(path)
            )
            paths = islice(usable, MAX_CANDIDATES)
            found = Neighbours(paths, files, inputs.parameters, exact=exact)
            self._neighbours[where] = found
            self._spent[found] = 0
        if not found.looked_at.issuperset(templates):  # one of very many, or nowhere near
            return Neighbours(templates, files, inputs.parameters, exact=exact, beside=found)
        return found


def _in(
    folders: Iterable[str], files: Files, errors: list[SourceError] | None = None
) -> Iterator[str]:
    for folder in folders:
        for entry in files.entries(folder, errors):
            if entry.is_file() and (not entry.is_symlink() or files.follows(entry.path)):
                yield entry.path


def found_in(folder: str, scope: ScanScope) -> Iterator[str]:
    """The files below a folder, or in it, that may be sources, values for them, or settings."""
    for path in walk((folder,)) if scope.deep else _in((folder,), Files()):
        if path.endswith(MAY_COUNT):
            yield path


def _below(
    folders: Iterable[str], files: Files, errors: list[SourceError] | None = None
) -> Iterator[str]:
    cache = os.path.join("", "cdk.out", ".cache", "")
    for path in walk(folders, files=files, errors=errors):
        if path.endswith((*ROOTS, *TEMPLATES, *VALUES)) and cache not in path:
            yield path


def sources_below(folder: str, use: Settings, files: Files) -> list[str]:
    """The files below a folder that are sources, as far as a glance at them says."""
    return [
        path
        for path in _below((folder,), files)
        if path.endswith((*ROOTS, *TEMPLATES))
        and not use.excludes(path)
        and (path.endswith(ROOTS) or is_plan(path, files) or _may_be_template(path, files))
    ]


def _is_folder(path: str, files: Files) -> bool:
    """Whether a path is a folder, be it that only held files are in it."""
    held = (one for one in files.held if one != path)
    return files.is_folder(path) or any(encloses(path, one) for one in held)


def _unsaved(folder: str, files: Files, deep: bool, below: Container[str]) -> Iterator[str]:
    """The sources below a folder (or in it) that are not on disk, as others are, but held."""
    for path in files.held:
        if path in below or not encloses(folder, path) or not path.endswith((*ROOTS, *TEMPLATES)):
            continue
        names = os.path.relpath(path, folder).split(os.sep)
        near = len(names) == 1 or (deep and PASSED_OVER.isdisjoint(names))
        if near and not files.is_file(path):
            yield path


def may_be_source(path: str, text: str) -> bool:
    """Whether a text may be a source, or values for one, by its path and at a glance."""
    if is_terraform(path) or path.endswith((".tfvars", ".tfvars.json")):
        return True
    if not path.endswith(TEMPLATES):
        return False
    from taskwall.readers.cloudformation.template import may_be_template

    return may_be_template(text)


def unparsed(path: str, text: str) -> SourceError | None:
    """Why nothing at all can be read in the text of a source; None if something can.

    Of Terraform's own syntax something always can: its parser recovers.
    """
    try:
        if path.endswith(ROOTS):
            if path.endswith(".json"):
                from taskwall.readers.terraform.syntax.json import parse

                found = parse(path, text)
                return None if found.body.blocks else next(iter(found.errors), None)
        elif path.endswith(TEMPLATES):
            from taskwall.readers.cloudformation.template import read_template

            read_template(path, text)
    except UnreadableError as error:
        return error.error
    return None


def _stacks(
    paths: Sequence[str], files: Files, inputs: Inputs, scope: ScanScope
) -> tuple[list[Stack], list[SourceError]]:
    """The stacks of some files, once for each of their deployments."""
    return stacks_of_deployments(
        lambda said: _read(paths, files, said, scope), paths, files, inputs
    )


def _read(
    paths: Sequence[str], files: Files, inputs: Inputs, scope: ScanScope
) -> tuple[list[Stack], list[SourceError]]:
    """The stacks of some files; a reader is imported only for files that are its own."""
    stacks: list[Stack] = []
    errors: list[SourceError] = []

    def add(found: "tuple[Sequence[Stack], Iterable[SourceError]] | None") -> None:
        for stack in found[0] if found else ():
            # What files it has is asked again and again: a stack that cannot say is none.
            if attempt(partial(_files_of, stack), stack.name, errors) is not None:
                stacks.append(stack)
        errors.extend(found[1] if found else ())

    others = [path for path in paths if not is_terraform(path)]
    plans = [path for path in others if is_plan(path, files)]
    # A plan beside a unit of Terragrunt stands for it.
    planned_folders = {os.path.dirname(path) for path in plans}
    terraform = [
        path
        for path in paths
        if is_terraform(path)
        and not (path.endswith(TERRAGRUNT) and os.path.dirname(path) in planned_folders)
    ]
    templates = [path for path in others if path not in plans]
    if "terraform" not in scope.kinds:
        terraform = []
    if "cloudformation" not in scope.kinds:
        templates = []
    of_templates = replace(inputs, context=with_cdk(inputs.context, templates, files, errors))
    share = terraform and templates and are_shared(terraform, templates, files)
    if terraform:
        from taskwall.readers.terraform import stacks as read_terraform

        said = inputs
        if share:
            said = with_parameters(
                inputs, _templates(templates, files, of_templates, []), files, errors
            )
        add(attempt(lambda: read_terraform(terraform, files, said), terraform[0], errors))
    if share:
        of_templates = with_parameters(of_templates, stacks, files, errors)
    if plans and "plan" in scope.kinds:
        from taskwall.readers.terraform.plan.stacks import plans as read_plans
        from taskwall.readers.terraform.plan.stacks import unplanned

        planned = attempt(lambda: read_plans(plans, files, inputs, stacks), plans[0], errors)
        stacks = unplanned(stacks, planned[0] if planned else ())
        add(planned)
    if templates:
        add((_templates(templates, files, of_templates, errors), ()))
    return stacks, errors


def _templates(
    paths: Sequence[str], files: Files, inputs: Inputs, errors: list[SourceError]
) -> Sequence[Stack]:
    """The stacks of some templates; `errors` is given what cannot be read."""
    from taskwall.readers.cloudformation import stacks as read_templates

    found = attempt(lambda: read_templates(paths, files, inputs), paths[0], errors)
    errors += found[1] if found else ()
    return found[0] if found else ()


def _files_of(stack: Stack) -> frozenset[str]:
    return stack.files


def _boundaries(paths: Iterable[str], files: Files) -> dict[str, str]:
    """For each path the repository that encloses it, else the outermost given folder that does.

    What encloses a file of a downloaded module is the folder into which that was downloaded.
    """
    folders = {path: path if files.is_folder(path) else _own_folder(path) for path in paths}
    return {
        path: repository_of(folder)
        or min((one for one in folders.values() if encloses(one, folder)), key=len)
        for path, folder in folders.items()
    }


def _own_folder(path: str) -> str:
    """The folder of a file; of one that a tool has downloaded, the folder that it works in."""
    steps = os.path.dirname(path).split(os.sep)
    inside = next((n for n, step in enumerate(steps) if step in DOWNLOADED and n), len(steps))
    return os.sep.join(steps[:inside]) or os.sep
