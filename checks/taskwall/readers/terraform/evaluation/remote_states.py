"""The states of other roots that a root reads: which root of the scan each is, and its outputs.

A data source `terraform_remote_state` and the `terraform` block of the root that it means say the
same of where a state lies; where each part of that is known and equal, they are tied. A root that
leaves it to `terraform init` is taken for the one that is meant if its folder is called as the
state is, or if no other root has the outputs that are read: which is then said. What the user says
of a data source, by its name or address, stands before all that.
"""

import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from taskwall.core.paths import nearest_folder
from taskwall.core.values import (
    OUTSIDE,
    Fields,
    Items,
    Known,
    Need,
    Reference,
    Text,
    Unknown,
    Value,
    dereferenced,
    spelled,
    symbol,
)
from taskwall.readers.terraform.evaluation.access import element_of
from taskwall.readers.terraform.evaluation.backend_files import backend_files
from taskwall.readers.terraform.evaluation.body import FieldsReader
from taskwall.readers.terraform.evaluation.context import ModuleContext, RunContext, WrittenBody
from taskwall.readers.terraform.evaluation.data_queries import variable_name
from taskwall.readers.terraform.evaluation.module import ModuleScope
from taskwall.readers.terraform.evaluation.written_keys import outputs_read
from taskwall.readers.terraform.syntax.tree import Body
from taskwall.readers.terraform.values.values import FailedError, is_null
from taskwall.source.context import ContextSource
from taskwall.source.interpolation import INTERPOLATION, WORKSPACE, interpolated

State: TypeAlias = tuple[str | None, ...]
"""Where a state lies: the backend, and the values of the attributes that tell its states apart.

None stands for what is left to `terraform init -backend-config`, and for what is not known;
variables stand in a text by their names, as `net/${var.env}/terraform.tfstate`.
"""

_TELL_APART: Mapping[str, Mapping[str, str | None]] = {
    "azurerm": {"storage_account_name": None, "container_name": None, "key": None},
    "consul": {"path": None},
    "cos": {"bucket": None, "prefix": "", "key": "terraform.tfstate"},
    "gcs": {"bucket": None, "prefix": ""},
    "http": {"address": None},
    "kubernetes": {"secret_suffix": None, "namespace": "default"},
    "local": {"path": "terraform.tfstate"},
    "oss": {"bucket": None, "prefix": "env:", "key": "terraform.tfstate"},
    "pg": {"conn_str": None, "schema_name": "terraform_remote_state"},
    "remote": {"organization": None, "hostname": "app.terraform.io", "workspaces": None},
    "s3": {"bucket": None, "key": None},
}
"""By backend, the attributes that tell its states apart, and their defaults.

From the pages below https://developer.hashicorp.com/terraform/language/backend.
"""


_STORES = frozenset({"bucket", "storage_account_name", "container_name"})
"""Attributes that may be None: they name where the states of many roots are kept."""

FEWEST_OUTPUTS = 2
"""So many outputs, of which no other root has all, say which root is meant."""

_USUAL = "terraform.tfstate"
"""The name of so many states that it says nothing."""


class MeantRoot(Struct, frozen=True):
    """Whose state a data source reads: the folder of a root, or the file of a state; "" if open.

    `farther` are roots whose state it could be, too, and which are not meant because they are not
    as near; `candidates` those that it may be where it is open. `alone` is what by itself says that
    the root is meant, where the two do not say the same of where the state lies: its name, outputs.
    """

    folder: str = ""
    farther: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    alone: str = ""


class RemoteStates:
    """The roots that are evaluated together, as the states that they read of each other."""

    def __init__(
        self,
        scopes: Sequence[ModuleScope],
        said: Mapping[str, str],
        context: Sequence[ContextSource] = (),
    ) -> None:
        self._scopes = {scope.run.root.folder: scope for scope in scopes}
        self._context = {source.file: source for source in context}
        self._said = said
        self._folders: list[tuple[State, str]] | None = None
        self._open: list[str] | None = None
        self.depth = 0
        """How many outputs of other roots are being read, each for the next."""

    def meant(
        self, local: str, address: str, written: WrittenBody, reader: RunContext
    ) -> MeantRoot:
        """Whose state a data source reads.

        Args:
            local: its address within its module.
            address: its whole address.
            written: its body.
            reader: the evaluation that it is part of.
        """
        name = local.rpartition(".")[2]
        for key in (address, local, name):
            if key in self._said:
                folder = self._said[key]
                is_read = folder in self._scopes or folder in self._context
                return MeantRoot(folder if is_read else "")
        if _is_of_another_workspace(written, reader):
            return MeantRoot()
        state = _read(written, reader)
        found = [] if state is None else self._roots_of(state, reader.inputs.workspace)
        if not found and (kept := self._kept_as(written, reader)):
            return MeantRoot(kept)
        alone = ""
        if not found and state is not None:
            read = self._read_of(local, reader)
            found, alone = self._roots_interpolated(state, read), f"name {state[-1]}"
        if not found:
            label = name if _is_by_input(written) else ""
            called = label or _called(written)
            found = self._roots_called(called, written, reader.root.folder, bool(label))
            alone = f"name {called}"
        if not found:
            names = self._read_of(local, reader)
            found = self._roots_with(names, written, reader.root.folder)
            alone = f"outputs {', '.join(sorted(names))}"
        if not found:
            return MeantRoot()
        folder = nearest_folder(found, reader.root.folder) or ""
        if folder == reader.root.folder:
            return MeantRoot()  # what a root reads of its own state is as it was before
        if not folder:
            return MeantRoot(candidates=tuple(found))
        return MeantRoot(folder, tuple(one for one in found if one != folder), alone=alone)

    def outputs(
        self, local: str, address: str, written: WrittenBody, scope: ModuleContext
    ) -> Value | None:
        """The outputs that a data source reads; None if it is not known of which root."""
        reader = scope.run
        meant = self.meant(local, address, written, reader)
        folder = meant.folder
        if not folder:
            return None
        defaults = dereferenced(written.get("defaults") or Fields({}))
        handle = f"{address}.outputs"
        known = defaults if isinstance(defaults, Fields) else Fields({})
        if isinstance(defaults, Unknown | Reference):
            known = Fields({}, rest=element_of(defaults))
        if meant.alone and known.rest is None:  # it may be another state, after all
            known = Fields(known.fields, rest=Unknown((Need(handle, OUTSIDE),)))
        source = self._scopes.get(folder) or self._context[folder]
        outputs = _Outputs(self, source, known)
        reader.referents.put(handle, outputs, scope.taken())
        return Reference(handle, "")

    def outputs_of(self, folder: str) -> "RootOutputs | None":
        """The outputs of the root in a folder; None if there is none."""
        scope = self._scopes.get(folder)
        return None if scope is None else RootOutputs(self, scope)

    def _roots_of(self, state: State, workspace: str | None) -> list[str]:
        """The folders of the roots whose state this is, or may be, each once.

        That of another workspace than the one that is looked at is nobody's.
        """
        if self._folders is None:
            self._folders = [
                (own, folder) for folder, scope in self._scopes.items() for own in _kept(scope)
            ]
        exact = [
            folder
            for own, folder in self._folders
            if None not in own and (own == state or _is_of_workspace(own, state, workspace))
        ]
        alike = [folder for own, folder in self._folders if _agree(own, state)]
        return list(dict.fromkeys(exact if exact or state[-1] == _USUAL else alike))

    def _roots_interpolated(self, state: State, read: frozenset[str]) -> list[str]:
        """The folders of the roots whose states have this name, whatever its variables are.

        What these are is not known here: `${var.env}/net/terraform.tfstate` is `dev/net/...`, too.
        Roots that do not put out all that is read are none of them.
        """
        name = state[-1] or ""
        fits = interpolated(name)
        if fits is None or _words(INTERPOLATION.sub(" ", name)) <= _WORDS_OF_STATES:
            return []
        same = (pair for pair in self._folders or () if _agree(pair[0][:-1], state[:-1]))
        known = ((own[-1], folder) for own, folder in same if own[-1] and "${" not in own[-1])
        found = dict.fromkeys(folder for own, folder in known if fits(own))
        return [one for one in found if read <= self._scopes[one].module.outputs.keys()]

    def _roots_called(
        self, name: str, written: WrittenBody, reader: str, by_label: bool
    ) -> list[str]:
        """The folders of the roots that do not say where their state lies, and are called so.

        Folders above count, as far as they are needed for a name: `prod-net` is `net/prod`, too. A
        root that says of its backend what the data source denies is none of them. `by_label` is
        whether the name is the data source's own.
        """
        steps = [step for step in re.split(r"[/\\]", name) if step]
        while steps:
            wanted = _words("/".join(steps))
            found = [at for at in self._open_roots() if at != reader and _ends_with(at, wanted)]
            found = [at for at in found if not _differs(self._scopes[at], written)]
            if by_label:  # which alone is little: such a root says at least that it has such states
                found = [at for at in found if _backend(self._scopes[at]) is not None]
            if found:
                return found
            del steps[0]
        return []

    def _roots_with(self, names: frozenset[str], written: WrittenBody, reader: str) -> list[str]:
        """The folder of the one root that puts out all of some names, and leaves its state open.

        One name, or a root that says nothing of such states, would be too little.
        """
        if len(names) < FEWEST_OUTPUTS:
            return []
        found = [at for at, one in self._scopes.items() if one.module.outputs.keys() >= names]
        if len(found) != 1 or found[0] == reader or found[0] not in self._open_roots():
            return []
        root = self._scopes[found[0]]
        return [] if _backend(root) is None or _differs(root, written) else found

    def _read_of(self, local: str, reader: RunContext) -> frozenset[str]:
        """The outputs that a root reads of one of its data sources."""
        scope = self._scopes.get(reader.root.folder)
        return frozenset() if scope is None else outputs_read(scope.module, local)

    def _open_roots(self) -> list[str]:
        """The folders of the roots that leave it to `terraform init` where their states lie."""
        if self._open is None:
            self._open = [folder for folder, one in self._scopes.items() if _is_open(one)]
        return self._open

    def _kept_as(self, written: WrittenBody, reader: RunContext) -> str | None:
        """The file of the context that is kept under the name which a data source gives.

        That is the file itself, or a copy whose path ends as the key within a bucket does.
        """
        name = _file_name(written, reader)
        if name in ("", _USUAL):
            return None
        found = [file for file in self._context if f"/{file}".endswith(f"/{name.lstrip('/')}")]
        return found[0] if len(found) == 1 else None


class RootOutputs:
    """The outputs of another root."""

    def __init__(self, states: RemoteStates, scope: ModuleScope) -> None:
        self._states = states
        self._scope = scope

    @property
    def names(self) -> Collection[str]:
        """What they are called."""
        return self._scope.module.outputs

    def output(self, name: str) -> Value | None:
        """The value of one; None if there is none of that name."""
        if not self._scope.has_output(name):
            return None
        self._states.depth += 1
        try:
            return self._scope.output(name)
        finally:
            self._states.depth -= 1


class _Outputs:
    """The outputs of another root, with the defaults for those that its state does not have."""

    def __init__(
        self, states: RemoteStates, source: ModuleScope | ContextSource, defaults: Fields
    ) -> None:
        self._states = states
        self._source = source
        self._defaults = defaults
        self._names: Collection[str] = (
            source.outputs if isinstance(source, ContextSource) else source.module.outputs
        )

    def get(self, name: str) -> Value:
        """The value of an output. One that is null is in no state.

        Raises:
            FailedError: there is none.
        """
        if name in self._names:
            found = self._output(name)
            if not is_null(dereferenced(found)):
                return found
        default = self._defaults.fields.get(name, self._defaults.rest)
        if default is None:
            source = self._source
            if isinstance(source, ContextSource):
                why = f"is not an output in the state {os.path.basename(source.file)}"
            else:
                why = f"is not an output of the root {os.path.basename(source.module.folder)}"
            raise FailedError(f"output.{name}", why)
        return default

    def opened(self, value: Value) -> Value:  # noqa: ARG002 (as Whole has it)
        """All outputs."""
        found = {name: self._output(name) for name in self._names}
        there = {name: value for name, value in found.items() if not is_null(dereferenced(value))}
        return Fields({**self._defaults.fields, **there}, rest=self._defaults.rest)

    def _output(self, name: str) -> Value:
        if isinstance(self._source, ContextSource):
            return self._source.outputs[name]
        return RootOutputs(self._states, self._source).output(name) or Known(None)


# Where states lie


def _backend(scope: ModuleScope) -> tuple[str, FieldsReader] | None:
    """The backend of a root, and its attributes; None if it writes none."""
    found = None
    for unit in scope.module.files:
        for block in unit.parsed.body.blocks_of("terraform"):
            for inner in block.body.blocks:
                if inner.type == "backend" and inner.labels:
                    found = inner.labels[0], inner.body
                elif inner.type == "cloud":
                    found = "remote", inner.body
    if found is None:
        return None
    kind, body = found
    return kind, FieldsReader(body, scope, {}, f"backend.{kind}")


def _kept(scope: ModuleScope) -> list[State]:
    """Where the states of a root lie; none if its sources do not tell.

    It has several if files beside it complete its backend for several deployments.
    """
    nothing = "local", FieldsReader(Body({}, ()), scope, {}, "backend.local")
    kind, reader = _backend(scope) or nothing
    folder = scope.run.root.folder
    own = _state(kind, reader.get, folder)
    if own is not None and not _is_partial(own):
        prefix = _text(reader.get("workspace_key_prefix")) if kind == "s3" else None
        return [own, *([(*own[:-1], f"{prefix}/{WORKSPACE}/{own[-1]}")] if prefix else ())]

    def completed(file: FieldsReader) -> State | None:
        return _state(kind, lambda name: file.get(name) or reader.get(name), folder)

    # Nobody knows that these files are all there are: what the root itself says stays true.
    found = (*map(completed, backend_files(scope)), own)
    return [state for state in found if state is not None]


def _is_of_workspace(own: State, state: State, workspace: str | None) -> bool:
    """Whether a state is that of a workspace of a root with `workspace_key_prefix`.

    Of any workspace, if none is looked at.
    """
    head, of_workspace, tail = (own[-1] or "").partition(WORKSPACE)
    key = state[-1] or ""
    if not of_workspace or own[:-1] != state[:-1]:
        return False
    step = key.removeprefix(head).removesuffix(tail)
    is_one = key == f"{head}{step}{tail}" and bool(step) and "/" not in step
    return is_one and workspace in (None, step)


def _is_open(scope: ModuleScope) -> bool:
    """Whether a root leaves where its state lies, wholly or in part, to `terraform init`.

    One that puts nothing out is nothing that another one reads.
    """
    if not scope.module.outputs:
        return False
    found = _backend(scope)
    if found is None:
        return True
    kind, reader = found
    return _is_partial(_state(kind, reader.get, scope.run.root.folder) or (None,))


def _differs(scope: ModuleScope, written: WrittenBody) -> bool:
    """Whether a root has another backend than a data source reads, or another value of it."""
    own, config = _backend(scope), _config(written)
    if own is None or not isinstance(config, Fields):
        return False
    kind, reader = own
    if kind != _text(written.get("backend")):
        return True
    pairs = (
        (_text(reader.get(name)), _text(config.fields.get(name))) for name in _TELL_APART[kind]
    )
    return any(None not in pair and pair[0] != pair[1] for pair in pairs)


_NAMES_STATE = ("key", "prefix", "path", "workspaces")
"""What names a state in the configuration of a data source, by kind of backend."""


def _called(written: WrittenBody) -> str:
    """What the state is called that a data source reads: its path or its workspace; else ""."""
    for value in _naming(written):
        text = _workspaces(value).removeprefix("name ") or _text(value) or _end(value)
        return re.sub(r"(?:(?:^|/)(?:terraform|default))?\.tfstate$", "", text)
    return ""


def _is_by_input(written: WrittenBody) -> bool:
    """Whether an input says all of what a state is called."""
    return any(
        not (_workspaces(value) or _text(value) or _end(value))
        and variable_name(dereferenced(value))
        for value in _naming(written)
    )


def _naming(written: WrittenBody) -> list[Value]:
    """What names the state that a data source reads: at most one value."""
    config = _config(written)
    fields = config.fields if isinstance(config, Fields) else {}
    values = (fields.get(key) for key in _NAMES_STATE)
    return [each for each in values if each is not None and not is_null(dereferenced(each))][:1]


def _end(value: Value) -> str:
    """The steps at the end of a path that are known."""
    found = dereferenced(value)
    last = found.parts[-1] if isinstance(found, Text) else ""
    return last.partition("/")[2] if isinstance(last, str) else ""


def _ends_with(folder: str, wanted: frozenset[str]) -> bool:
    """Whether the last steps of a path have just the words of a name."""
    found: frozenset[str] = frozenset()
    for step in reversed(folder.split(os.sep)):
        found |= _words(step)
        if found >= wanted:
            break
    return bool(wanted) and found == wanted


def _words(text: str) -> frozenset[str]:
    return frozenset(re.split(r"[^a-z0-9]+", text.lower())) - {""}


def _read(written: WrittenBody, reader: RunContext) -> State | None:
    """Where the state lies that a data source reads."""
    backend = _text(written.get("backend"))
    config = _config(written)
    if backend is None or not isinstance(config, Fields) or config.rest is not None:
        return None
    state = _state(backend, config.fields.get, reader.root.folder)
    of_workspace = _in_workspace(written)
    return (*state[:-1], of_workspace[2]) if state and of_workspace else state


def _in_workspace(written: WrittenBody) -> "re.Match[str] | None":
    """The workspace and the key of a state in S3 that is read by the path of a workspace's."""
    config = _config(written)
    if _text(written.get("backend")) != "s3" or not isinstance(config, Fields):
        return None
    key = config.fields.get("key")
    return None if key is None else _OF_WORKSPACE.fullmatch(_pattern(key) or "")


_OF_WORKSPACE = re.compile(r"env:/([^/]+)/(.+)")
"""The key of the state of a workspace, by the default of `workspace_key_prefix`.

From https://developer.hashicorp.com/terraform/language/backend/s3.
"""


_FILES = {"s3": "{key}", "local": "{path}", "azurerm": "{key}", "gcs": "{prefix}/default.tfstate"}
"""By backend, how a state is called where it lies."""


def _file_name(written: WrittenBody, reader: RunContext) -> str:
    """What the file is called that holds the state which a data source reads; "" if not known."""
    pattern = _FILES.get(_text(written.get("backend")) or "", "")
    name = pattern.partition("}")[0].removeprefix("{")
    config = _config(written)
    text = _text(config.fields.get(name)) if isinstance(config, Fields) else None
    if not text:
        return ""
    if name == "path":
        return os.path.normpath(os.path.join(reader.root.folder, text))
    return pattern.replace(f"{{{name}}}", text)


def _config(written: WrittenBody) -> Value:
    return dereferenced(written.get("config") or Fields({}))


def _is_of_another_workspace(written: WrittenBody, reader: RunContext) -> bool:
    """Whether a data source names another workspace than the one that is looked at."""
    workspace, in_key = written.get("workspace"), _in_workspace(written)
    if reader.inputs.workspace is None or (workspace is None and in_key is None):
        return False
    named = _text(workspace) if workspace is not None else in_key and in_key[1]
    return named != reader.inputs.workspace


def _state(backend: str, get: "Callable[[str], Value | None]", folder: str) -> State | None:
    apart = _TELL_APART.get(backend)
    if apart is None:
        return None
    found: list[str | None] = [backend]
    for name, default in apart.items():
        value = get(name)
        if value is not None and is_null(dereferenced(value)):
            value = None
        read = _text if name in _STORES else _pattern
        text = default if value is None else _workspaces(value) or read(value)
        if text is None and name not in _STORES:
            return None
        if backend == "local" and text is not None:
            text = os.path.normpath(os.path.join(folder, text))
        found.append(text)
    return tuple(found)


def _is_partial(state: State) -> bool:
    """Whether it hangs on the command where a state lies."""
    return any(text is None or "${" in text for text in state)


def _agree(one: State, other: State) -> bool:
    """Whether two may be the same state: what both say of it is the same."""
    return len(one) == len(other) and all(
        a == b or a is None or b is None for a, b in zip(one, other, strict=True)
    )


_WORDS_OF_STATES = frozenset({"default", "env", "state", "states", "terraform", "tf", "tfstate"})
"""Words in the names of so many states that they say nothing."""


def _workspaces(value: Value) -> str:
    """The workspaces that a backend keeps; "" if they are not named."""
    found = dereferenced(value)
    if isinstance(found, Items) and len(found.items) == 1 and not found.rest:
        found = dereferenced(found.items[0])
    if not isinstance(found, Fields):
        return ""
    for kind in ("name", "prefix"):
        text = _text(found.fields.get(kind))
        if text:
            return f"{kind} {text}"
    return ""


def _pattern(value: Value) -> str | None:
    """A text, in which variables may stand by their names; None if more of it is not known.

    A variable of one name has one value: what users say of it holds for all roots. So does the
    workspace, in which all are deployed.
    """
    found = dereferenced(value)
    if not isinstance(found, Text):
        return _text(value)
    pieces = []
    for part in found.parts:
        name = "" if isinstance(part, str) else variable_name(part) or _workspace(part)
        if not (name or isinstance(part, str)):
            return None
        pieces.append(f"${{{name}}}" if name else str(part))
    return "".join(pieces)


def _workspace(value: Value) -> str:
    """The name of the workspace, if a value is that; else ""."""
    name = symbol(dereferenced(value))
    return name if name in ("terraform.workspace", "tofu.workspace") else ""


def _text(value: Value | None) -> str | None:
    found = dereferenced(value)
    return spelled(found.data) if isinstance(found, Known) else None
