"""Where the module of a call is: at a local path, or where a tool has downloaded it to.

Looked at are, in this order: what `terraform get` and its like note in `modules.json`, where a
host says that it put a module, the folders of the settings, what checkov downloads, and the copies
that Terragrunt works on. Where it is nowhere, a stand-in may be read for it.
"""

import os
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from taskwall.core.paths import encloses, lies_within
from taskwall.core.values import Span
from taskwall.findings.finding import ALLOW_OUTSIDE
from taskwall.readers.terraform.modules import Module, ModuleLoader
from taskwall.readers.terraform.stand_ins import (
    FOLDER,
    StandIn,
    is_stand_in,
    registry_name,
    stand_ins,
    version_of_commit,
)
from taskwall.readers.terraform.versions import newest, satisfies, version_key
from taskwall.source import submodules
from taskwall.source.files import UnreadableError
from taskwall.source.secret_names import without_user
from taskwall.source.stack import Inputs, SourceError

GET = "terraform get"
"""The command that downloads modules and nothing else."""

TERRAGRUNT_INIT = "terragrunt init"
"""The same for a unit of Terragrunt."""

STACK_INIT = "terragrunt stack run init"
"""The same for the units that a `terragrunt.stack.hcl` makes."""


def no_module_at(source: str) -> str:
    """What is said of a path at which no module is, with what may bring it."""
    cure = f"check out the whole repository; {submodules.CHECK_OUT} brings what is in submodules"
    return f'there is no module at "{without_user(source)}": {cure}'


_REGISTRY = re.compile(r"(?:([\w-]+(?:\.[\w-]+)+(?::\d+)?)/)?([\w-]+/[\w-]+/[\w-]+)")
_GIT = re.compile(
    r"(?:git::)?(?:https?://|ssh://)?(?:git@)?([\w.-]+)[/:]([\w./-]+?)(?:\.git)?(?:\?(.*))?"
)
_BARE_PATH = re.compile(r"[\w-]+(?:/[\w-]+)?|[\w-]+(?:/[\w-]+){3,}|(?:[\w-]+/)+")
"""Steps without a host or a scheme; three without a slash at the end name one of the registry."""

_REGISTRIES = ("registry.terraform.io", "registry.opentofu.org")
"""The hosts that Terraform and OpenTofu take where a source names none."""


_COPIES = frozenset({".terraform", ".external_modules", ".terragrunt-cache"})
"""Folders into which tools put the modules that they fetch."""


class AbsentModule(Struct, frozen=True):
    """Why the module of a call is not there; `kind` and `cure` are those of an `AbsentSource`.

    `stand_ins` are what may be read for it, the first that fits the call.
    """

    why: str
    cure: str
    kind: str = "module"
    stand_ins: tuple[StandIn, ...] = ()


class _Manifest(Struct, frozen=True):
    """What is noted of downloaded modules: source, version and folder by the path of the calls."""

    entries: Mapping[str, tuple[str, str, str]] = {}


class ModuleSources:
    """Where the modules are that a root calls."""

    def __init__(self, root: Module, loader: ModuleLoader, inputs: Inputs, boundary: str) -> None:
        self._root = self.tool_folder = root.folder
        self._calls = root.calls
        self._loader = loader
        self._inputs = inputs
        self._boundary = boundary
        self._manifests: list[_Manifest] | None = None
        self._external: list[str] | None = None
        """The folders into which checkov downloads; found out when first asked for."""
        self.tool = ""
        """The command that downloads modules (in `tool_folder`); found out when first asked for."""
        self.copy = ""
        """The folder of the root's module, where the root is a unit of Terragrunt."""
        self.errors: list[SourceError] = []
        """What is wrong with what tools have noted; complete once a folder was asked for."""

    def folder(
        self, module: Module, chain: tuple[str, ...], source: str, constraint: str
    ) -> str | AbsentModule:
        """The folder of the module that a call means.

        Args:
            module: the module in which the call stands.
            chain: the names of the calls that lead there, the outermost first.
            source: where the call says that the module is.
            constraint: the versions that the call allows; "" for any.
        """
        key = ".".join(chain)
        if f"module.{'.module.'.join(chain)}" in self._inputs.not_called:
            why = "comes from a module that is not there on both sides"
            return AbsentModule(why, self._cure(), stand_ins=_stand_ins(source, constraint))
        if is_local(source):
            return self._local(module, source)
        stale = False
        for manifest in self._noted():
            noted = manifest.entries.get(key)
            if noted is None:
                continue
            if _same_source(noted[0], source) and satisfies(noted[1], constraint):
                return noted[2]
            stale = True
        found = (
            self._inputs.modules.get((module.folder, chain[-1]))
            or _from_settings(source, self._inputs.module_sources)
            or self._from_checkov(source, constraint)
        )
        if found:
            return found
        why = "comes from a module that is not downloaded"
        if stale:
            why = "comes from a module of which another version is downloaded"
        return AbsentModule(why, self._cure(), stand_ins=_stand_ins(source, constraint))

    def is_download(self, source: str, folder: str) -> bool:
        """Whether a module is a copy that a tool has fetched, which users do not edit.

        Not if it is in a folder of the repository that the settings name.

        Args:
            source: what its call says.
            folder: where it is.
        """
        if is_stand_in(folder):
            return True
        if is_local(source):
            steps = os.path.relpath(folder, self._root).split(os.sep)
            return not _COPIES.isdisjoint(steps) or encloses(self._data(), folder)
        named = (one for one in self._inputs.module_sources.values() if encloses(one, folder))
        return not any(encloses(self._boundary, one) for one in named)

    def _local(self, module: Module, source: str) -> str | AbsentModule:
        folder = self._loader.called(module.folder, source, self._boundary)
        repository = os.path.exists(os.path.join(self._boundary, ".git"))
        within = (self._boundary, *self._downloads()) if repository else ()
        if within and not self._inputs.outside and not self._loader.lies_within(folder, within):
            return AbsentModule("comes from a module outside the repository", ALLOW_OUTSIDE)
        if not self._loader.paths(folder) and self._is_submodule(folder):
            return AbsentModule(
                "comes from a submodule that is not checked out",
                submodules.CHECK_OUT,
                submodules.KIND,
            )
        return folder

    def _downloads(self) -> Iterator[str]:
        """The folders of what was downloaded, whose modules may call what lies beside them."""
        yield FOLDER
        yield self._data()
        yield os.path.join(self._root, ".terragrunt-cache")
        if self.copy:
            yield os.path.join(self.copy, self._inputs.data_folder)
        yield from self._inputs.module_sources.values()

    def _data(self) -> str:
        return os.path.join(self._root, self._inputs.data_folder)

    def _is_submodule(self, folder: str) -> bool:
        path = os.path.join(self._boundary, submodules.NAME)
        if not self._loader.exists(path):
            return False
        try:
            text = self._loader.text(path)
        except UnreadableError:
            return False
        named = submodules.submodule_folders(self._boundary, text)
        return any(lies_within(folder, one) for one, _, _ in named)

    def _cure(self) -> str:
        """The command that downloads modules, of the tool that the repository uses."""
        if not self.tool:
            names = self._loader.names(self._root)
            lock = os.path.join(self._root, ".terraform.lock.hcl")
            if "terragrunt.hcl" in names:
                self.tool = TERRAGRUNT_INIT
            elif any(name.endswith((".tofu", ".tofu.json")) for name in names) or (
                self._above(".opentofu-version") or "registry.opentofu.org" in self._text(lock)
            ):
                self.tool = "tofu get"
            else:
                self.tool = GET
        return self.tool

    def _text(self, path: str) -> str:
        try:
            return self._loader.text(path) if self._loader.exists(path) else ""
        except UnreadableError:
            return ""

    def _above(self, name: str) -> bool:
        """Whether a file of a name lies beside the root or above it, up to the boundary."""
        return any(self._loader.exists(os.path.join(at, name)) for at in self._ancestors())

    def _ancestors(self) -> Iterator[str]:
        folder = self._root
        yield folder
        while folder != self._boundary and lies_within(folder, self._boundary):
            folder = os.path.dirname(folder)
            yield folder

    # What tools have noted and left

    def _noted(self) -> list[_Manifest]:
        if self._manifests is None:
            self._manifests = [self._manifest(self._root, self._data())]
            copies = os.path.join(self._root, ".terragrunt-cache")
            for first in self._loader.names(copies):
                for second in self._loader.names(os.path.join(copies, first)):
                    copy = os.path.join(copies, first, second)
                    self._manifests.append(self._manifest(copy, os.path.join(copy, ".terraform")))
            if self.copy:
                data = os.path.join(self.copy, self._inputs.data_folder)
                self._manifests.append(self._manifest(self.copy, data))
        return self._manifests

    def _manifest(self, folder: str, data: str) -> _Manifest:
        """What `modules.json` notes of modules below the folder of a tool's own data."""
        path = os.path.join(data, "modules", "modules.json")
        if not self._loader.exists(path):
            return _Manifest()
        import json

        try:
            written = json.loads(self._loader.text(path))["Modules"]
            entries = [
                (str(one["Key"]), str(one["Source"]), str(one.get("Version", "")), str(one["Dir"]))
                for one in written
            ]
        except UnreadableError as error:
            self.errors.append(error.error)
            return _Manifest()
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            why = f"is not what `{GET}` writes: its modules are not read; run `{self._cure()}`"
            self._complain(path, why)
            return _Manifest()
        found = {}
        for key, source, version, where in entries:
            if is_local(source) or not key:
                continue  # read where the call says
            place = os.path.normpath(os.path.join(folder, where))
            if not lies_within(place, data) and not self._inputs.outside:
                inside = os.path.basename(data)
                self._complain(path, f'"{where}" (module {key}) lies outside {inside}', key)
            elif not self._loader.paths(place):
                message = f'there is no module in "{where}" (module {key}): run `{self._cure()}`'
                self._complain(path, message, key)
            else:
                found[key] = source, version, place
        return _Manifest(found)

    def _complain(self, path: str, message: str, key: str = "") -> None:
        """Note an error of a file that a tool wrote: at the call that it is about, if it is."""
        call = self._calls.get(key.partition(".")[0])
        place = Span(path, 1, 1, 1, 1) if call is None else call.header
        self.errors.append(SourceError(place, message))

    def _from_checkov(self, source: str, constraint: str) -> str | None:
        """A module that checkov downloaded (`--download-external-modules`)."""
        package, inner = _split(source)
        steps = _remote_steps(package)
        if not steps:
            return None
        if self._external is None:
            folders = (os.path.join(above, ".external_modules") for above in self._ancestors())
            self._external = [folder for folder in folders if self._loader.is_folder(folder)]
        for folder in self._external:
            base = os.path.join(folder, *steps[0])
            version = steps[1] or newest(self._loader.names(base), constraint)
            if version and self._loader.names(found := os.path.join(base, version, inner)):
                return found
        return None


def is_local(source: str) -> bool:
    """Whether a module's source is a path.

    `modules/vpc` is one, as Terraform before 0.12 took it; later ones only want `./` before it.
    """
    written = source.startswith(("./", "../")) or source in (".", "..")
    return written or _BARE_PATH.fullmatch(source) is not None


def _split(source: str) -> tuple[str, str]:
    """A source without the folder in its package, and that folder."""
    scheme, mark, rest = source.rpartition("://")
    package, _, inner = rest.partition("//")
    inner, question, query = inner.partition("?")
    return f"{scheme}{mark}{package}{question}{query}", inner


def _same_source(noted: str, source: str) -> bool:
    """Whether a source of a registry is the one that was downloaded; of others nothing is said."""
    mine, other = _registry_address(source), _registry_address(noted)
    return mine is None or other is None or mine == other


def _registry_address(source: str) -> tuple[str, str, str] | None:
    package, inner = _split(source)
    found = _REGISTRY.fullmatch(package)
    if found is None or found[1] in ("github.com", "bitbucket.org"):
        return None
    host = "" if found[1] in (None, *_REGISTRIES) else found[1]
    return host, found[2], inner


def _from_settings(source: str, folders: Mapping[str, str]) -> str | None:
    """The folder that the settings give for a source, or for the package that it is in."""
    if source in folders:
        return folders[source]
    package, inner = _split(source)
    for known in (package, package.partition("?")[0]):
        if known in folders:
            return os.path.normpath(os.path.join(folders[known], inner))
    return None


def _stand_ins(source: str, constraint: str) -> tuple[StandIn, ...]:
    """What may stand in for the module of a source, which the registry or GitHub has."""
    package, inner = _split(source)
    if (address := _registry_address(source)) is not None:
        return () if address[0] else stand_ins(address[1], inner, constraint)
    steps = _remote_steps(package)
    if steps is None or len(steps[0]) != 3 or steps[0][0] != "github.com":
        return ()
    name = registry_name(*steps[0][1:])
    if name is None:
        return ()
    ref = steps[1].removeprefix("refs/").removeprefix("tags/")
    version = ref.removeprefix("v") if version_key(ref) else version_of_commit(name, ref)
    # A branch, and a commit without a tag, say no version: read as a call that names none.
    return stand_ins(name, inner, version or "")


def _remote_steps(package: str) -> tuple[tuple[str, ...], str] | None:
    """Where checkov puts a package: the steps of the path, and the version if it is written."""
    if (address := _registry_address(package)) is not None:
        host, name, _ = address
        return (host or _REGISTRIES[0], *name.split("/")), ""
    found = _GIT.fullmatch(package)
    if found is None or ".." in found[2].split("/"):
        return None
    ref = re.search(r"(?:^|&)ref=([\w./-]+)", found[3] or "")
    version = ref[1] if ref else "HEAD"
    return None if ".." in version.split("/") else ((found[1], *found[2].split("/")), version)
