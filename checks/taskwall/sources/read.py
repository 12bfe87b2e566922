"""Read every stack of a scan."""

import os
import re
from collections.abc import Sequence
from functools import cache as cache_of
from functools import partial

from msgspec.structs import replace

from taskwall.core.patterns import pattern
from taskwall.settings import Settings, stack_of
from taskwall.source.cdk_assembly import CdkAssemblies
from taskwall.source.containment import attempt
from taskwall.source.files import Files
from taskwall.source.kinds import ROOTS, TEMPLATES, TERRAFORM, is_plan
from taskwall.source.stack import OTHERS_HAVE, Inputs, Stack
from taskwall.source.submodules import unchecked_submodules
from taskwall.sources.context import read_context
from taskwall.sources.deployments import declared_deployments, of_values
from taskwall.sources.embedded import readers_of, source_texts
from taskwall.sources.found import ALL_KINDS, ReadStack, ScanScope, Sources
from taskwall.sources.generated import not_generated
from taskwall.sources.links import links_out
from taskwall.sources.listing import (
    VALUES,
    boundaries_of,
    files_below,
    files_in,
    is_folder,
    unsaved,
)
from taskwall.sources.nearby import ReadCache
from taskwall.sources.proposals import proposed
from taskwall.sources.recognising import is_empty_file, kind_of
from taskwall.sources.refusals import NO_SUCH_PATH, refusal
from taskwall.sources.stacks import stacks_of
from taskwall.sources.values_files import (
    deployed_files,
    files_below_values,
    is_loaded,
    root_of_values,
)

_AWSVPC = pattern(
    r"(?:network_mode|NetworkMode)[\"']?\s*[=:]\s*(?!\s|[\"']?(?:bridge|host|none)\b)"
)
"""How sources look that have awsvpc tasks, or may: of a mode that is not written out any."""

_DEFINITION = pattern(r"\b(?:aws|awscc)_ecs_task_definition\"\s+\"|\bAWS::ECS::TaskDefinition\b")
_FOR_FARGATE = pattern(
    r"(?:^|[{,])[ \t]*[\"']?(?:requires_compatibilities|RequiresCompatibilities)[\"']?\s*[=:]\s*(?:"
    r"\[\s*[\"']?FARGATE[\"']?\s*\]|-[ \t]*[\"']?FARGATE[\"']?[ \t\r]*$(?!\s*-))",
    re.MULTILINE,
)


def _written_in(text: str) -> frozenset[str]:
    """Which tasks a text defines, or may, of `OTHERS_HAVE`.

    Those that Fargate alone runs are none that instances of another stack may have.
    """
    if len(_DEFINITION.findall(text)) <= len(_FOR_FARGATE.findall(text)):
        return frozenset()
    return frozenset(("task definitions", *["awsvpc tasks"] * bool(_AWSVPC.search(text))))


def read_sources(
    paths: Sequence[str],
    inputs: Inputs,
    use: Settings,
    files: Files,
    scope: ScanScope,
    cache: ReadCache | None = None,
) -> Sources:
    """Read every stack below the given absolute paths.

    A file given by itself is read within the stacks that it takes part in, wherever in its
    repository their roots are. A file of settings stands for its folder, one of values for the root
    that it is for: the nearest folder with Terraform files from its own upward; one that sources
    read (`templatefile`, `DefinitionUri`) for the sources that name it. `cache` is what earlier
    reads with the same files, inputs, settings and scope have found out.
    """
    reading = _Reading(paths, inputs, use, files, scope, cache or ReadCache())
    for path in reading.paths:
        if is_folder(path, files):
            reading.look_below(path)
    for path in dict.fromkeys(reading.paths):
        if not is_folder(path, files):
            reading.look_at(path)
    reading.read_folders()
    reading.read_roots()
    reading.read_files()
    reading.note_others()
    reading.note_absent()
    reading.propose()
    return reading.found


class _Reading:
    """What is looked for first, by the repository that it is in, and read then."""

    def __init__(
        self,
        paths: Sequence[str],
        inputs: Inputs,
        use: Settings,
        files: Files,
        scope: ScanScope,
        cache: ReadCache,
    ) -> None:
        self.found = found = Sources()
        found.refused += [refusal(use.file, why) for why in use.missing]
        self._inputs = replace(
            inputs,
            explore_defaults=use.scenarios == "all",
            module_sources=use.module_sources,
            remote_states=use.remote_state,
            ties={_side(one): _side(other) for one, other in use.ties.items()},
            context=read_context(
                [one.path for one in use.context], use, files, inputs, found.errors
            ),
            deployments=declared_deployments(use, files, found.refused),
        )
        self.paths = [os.path.dirname(path) if _is_settings(path, use) else path for path in paths]
        self._boundaries = boundaries_of(self.paths, files)
        if not inputs.outside:
            files.confine(
                dict.fromkeys(self._boundaries.values()), (*self.paths, *inputs.var_files)
            )
        named = frozenset(paths)
        files.is_excluded = lambda path: use.excludes(path) and path not in named
        self._use, self._files, self._scope, self._cache = use, files, scope, cache
        self._assemblies = CdkAssemblies(files)
        self._texts = cache_of(partial(source_texts, use=use, files=files))
        self._below: dict[str, None] = {}
        """The files below given folders."""
        self._seen: set[str] = set()
        """Of those the sources."""
        self._wide: dict[str, list[str]] = {}
        """The same, by repository."""
        self._loose: dict[str, str] = {}
        """Files of values below given folders that no root reads, with the folder of their root;
        "" where they lie in none."""
        self._narrow: dict[str, list[str]] = {}
        """Files given by themselves, and sources that read such a file, by repository."""
        self._embedded: dict[str, list[str]] = {}
        """Files given by themselves that sources read."""
        self._roots: dict[tuple[str, str], tuple[str, list[str]]] = {}
        """Roots for which a file of values is given: by a file of theirs, and that file ("" where
        Terraform reads it by itself), their repository, and their files."""
        self._whole: set[str] = set()
        """Stacks that were read for a file of values which Terraform reads by itself."""

    # --- looking

    def look_below(self, folder: str) -> None:
        """Find the sources below a given folder."""
        found, use, files, scope = self.found, self._use, self._files, self._scope
        search = files_below if scope.deep else files_in
        there = dict.fromkeys(search((folder,), files, found.errors))
        self._below |= there
        if scope.among is None:
            empty = unchecked_submodules(self._boundaries[folder], folder, files)
            found.absent += [(folder, one) for where, one in empty if not use.excludes(where)]
        for path in (*there, *unsaved(folder, files, scope.deep, there)):
            if path.endswith(VALUES) and not use.excludes(path):
                root = root_of_values(path, self._boundaries[folder], use, files)
                if not root or not is_loaded(path, root[0]):
                    self._loose[path] = os.path.dirname(root[0]) if root else ""
            if not path.endswith((*ROOTS, *TEMPLATES)):
                continue
            if scope.among is not None and path not in scope.among:
                continue
            if use.excludes(path):
                found.excluded.add(path)
            elif self._assemblies.is_stale(path):
                found.stale[path] = None
            elif path not in self._seen:
                self._seen.add(path)
                self._wide.setdefault(self._boundaries[folder], []).append(path)

    def look_at(self, path: str) -> None:
        """Find what a file takes part in that is given by itself."""
        found, files = self.found, self._files
        if path in self._seen:
            return
        boundary = self._boundaries[path]
        if not files.exists(path):
            is_there = os.path.exists(path)
            why = "is not a plain file (- is standard input)" if is_there else NO_SUCH_PATH
            found.refused.append(refusal(path, why))
        elif path.endswith(VALUES):
            self._look_at_values(path)
        elif path.endswith(TEMPLATES) and is_empty_file(path, files):
            found.refused.append(refusal(path, "is empty"))
        elif readers := readers_of(path, partial(self._texts, boundary), files):
            self._embedded.setdefault(boundary, []).append(path)
            self._narrow.setdefault(boundary, []).extend(readers)
        elif kind_of(path, files) is not None:
            self._narrow.setdefault(boundary, []).append(path)
        else:
            found.foreign.append(path)

    def _look_at_values(self, path: str) -> None:
        use, files, boundary = self._use, self._files, self._boundaries[path]
        its = of_values(self._inputs.deployments, path)
        root = list(deployed_files(its, use, files)) or root_of_values(path, boundary, use, files)
        root = root or files_below_values(path, use, files)
        more = "" if root and is_loaded(path, root[0]) else path
        if not root:
            self.found.foreign.append(path)
        elif more or not self._seen.issuperset(root):
            self._roots[root[0], more] = boundary, root

    # --- reading

    def read_folders(self) -> None:
        """Read what is below given folders."""
        for boundary, sources in self._wide.items():
            said = replace(self._inputs, boundary=boundary)
            context = said.context
            found = dict.fromkeys(self._other_roots(sources, boundary))
            others = found.keys() - context.terraform
            if others:
                added = (path for path in found if path in others)
                context = replace(context, terraform=(*context.terraform, *added))
                said = replace(said, context=context)
            stacks, errors = stacks_of(sources, self._files, said, self._scope)
            deployed = self._may_be_deployed(stacks, sources, boundary)
            if deployed:
                self._narrow.setdefault(boundary, []).extend(sorted(deployed))
            reads = (stack for stack in stacks if deployed.isdisjoint(stack.files))
            self.found.reads += [ReadStack(stack, boundary) for stack in reads]
            # Of those that are not of any stack nobody asked.
            nobodys = deployed | others
            self.found.errors += [one for one in errors if one.place.file not in nobodys]

    def _may_be_deployed(
        self, stacks: Sequence[Stack], sources: Sequence[str], boundary: str
    ) -> frozenset[str]:
        """The files of the root modules that others elsewhere run, and of stacks they nest."""
        # Elsewhere means in the rest of a repository. Not so if all of it is given, or it is none.
        if boundary in self.paths or not os.path.exists(os.path.join(boundary, ".git")):
            return frozenset()
        from taskwall.sources.givers import given_elsewhere, nested_elsewhere

        folders = [path for path in self.paths if is_folder(path, self._files)]
        elsewhere = folders, boundary, self._use, self._files
        found: set[str] = set()
        if any(path.endswith(TERRAFORM) for path in self._seen):
            roots = given_elsewhere(stacks, *elsewhere)
            found.update(unit.path for stack in roots for unit in stack.root.files)
        nested = nested_elsewhere(sources, *elsewhere)
        return frozenset(found).union(
            *(stack.files for stack in stacks if not nested.isdisjoint(stack.files))
        )

    def _other_roots(self, sources: Sequence[str], boundary: str) -> tuple[str, ...]:
        """The files of the roots of a repository that write what some sources read."""
        if not any(path.endswith(ROOTS) for path in sources):
            return ()
        from taskwall.sources.other_roots import roots_written

        said = self._inputs.context
        by_name = not (said.terraform or said.sources or said.templates)
        return roots_written(sources, boundary, self._use, self._files, by_name)

    def read_roots(self) -> None:
        """Read the roots that files of values are given for, each with its file."""
        found, use, files, scope = self.found, self._use, self._files, self._scope
        for (_, more), (boundary, given) in self._roots.items():
            said = replace(self._inputs, boundary=boundary)
            its = of_values(said.deployments, more)
            if its:
                said = replace(said, deployments=its)
            elif more:
                said = replace(said, var_files=(*said.var_files, more), deployments=())
            by = ReadCache() if more else self._cache
            stacks, errors = by.stacks(given, said, use, files, scope)
            kept = [stack for stack in stacks if not stack.files.isdisjoint(given)]
            concerned = frozenset().union(*(stack.files for stack in kept))
            found.reads += [ReadStack(stack, boundary) for stack in kept]
            found.errors += [error for error in errors if error.place.file in concerned]
            if not more:
                self._whole.update(stack.name for stack in kept)

    def read_files(self) -> None:
        """Read the stacks that files given by themselves take part in."""
        found, files, scope = self.found, self._files, self._scope
        for boundary, sources in self._narrow.items():
            given = list(dict.fromkeys(sources))
            only = frozenset((*given, *self._embedded.get(boundary, ())))
            said = replace(self._inputs, boundary=boundary)
            stacks, errors = self._cache.stacks(given, said, self._use, files, scope)
            kept = [stack for stack in stacks if not only.isdisjoint(stack.files)]
            # A downloaded module is called from where it is used, and is no root beside that.
            kept = [one for one in kept if not any(one.files < other.files for other in kept)]
            concerned = only.union(*(stack.files for stack in kept))
            # What a plan says stands in the sources beside it, where they are there.
            found.reads += [
                ReadStack(stack, boundary, None if is_plan(stack.name, files) else only)
                for stack in kept
                if stack.name not in self._whole
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

    def note_absent(self) -> None:
        """Note links that were not followed, and apps without sources."""
        if self._scope.among is not None:
            return
        given = [path for path in self.paths if is_folder(path, self._files)]
        wrong = {error.place.file for error in self.found.errors}
        read = (file for one in self.found.reads for file in one.stack.files)
        for folder, link in links_out(given, read, self._files):
            if not (self._use.excludes(link.place.file) or link.place.file in wrong):
                self.found.absent.append((folder, link))
        if self._scope.deep:
            self.found.absent += [
                (os.path.dirname(one.place.file), one)
                for one in not_generated(given, self._below, self._use, self._files)
            ]

    def note_others(self) -> None:
        """Let each stack know what others have, and for which of its files it was read."""
        for read in self.found.reads:
            read.stack.asked = read.only or frozenset()
        stacks = [read.stack for read in self.found.reads]
        beside = stacks if len(stacks) > 1 else []
        having = {
            what: {one.name for one in beside if self._has(one, what)} for what in OTHERS_HAVE
        }
        for one in stacks:  # which may be the same as before, beside others
            own = {one.name}
            one.others_have = frozenset(what for what in having if not having[what] <= own)

    def _has(self, stack: Stack, what: str) -> bool:
        """Whether a stack has something of `OTHERS_HAVE`.

        Tasks that may be elsewhere leave verdicts open; a mesh speaks for the proxies of others,
        and has to be sure.
        """
        types = OTHERS_HAVE[what]
        if not any(map(stack.creates, types)):
            return False
        if what != "meshes":  # the common case, without an evaluation
            return any(what in self._files.made_of(path, _written_in) for path in stack.files)
        made = attempt(partial(stack.evaluate, {}), stack.name, self.found.errors)
        return made is not None and any(
            one.type in types and not one.data and not one.origin.maybe for one in made.resources
        )

    def propose(self) -> None:
        """Find deployments that could be declared, where the user says nothing of values."""
        said = self._inputs.deployments or self._inputs.var_files or self._inputs.parameters
        if self._scope == ScanScope() and self._wide and not said:
            stacks = [read.stack for read in self.found.reads]
            others = (path for path in sorted(self._seen) if path.endswith(".json"))
            read = frozenset().union(*(stack.files for stack in stacks)) if self._loose else ()
            loose = {path: root for path, root in self._loose.items() if path not in read}
            self.found.proposed = proposed(loose, others, stacks, self._files)


def _side(text: str) -> tuple[str, str]:
    """The stack, "" for any, and the address of a side of a tie."""
    stack = stack_of(text)
    return (stack, text.removeprefix(f"{stack}:")) if stack else ("", text)


def _is_settings(path: str, use: Settings) -> bool:
    return path == use.file or os.path.basename(path) == "taskwall.toml"
