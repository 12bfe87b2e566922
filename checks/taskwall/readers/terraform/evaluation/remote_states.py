"""The states of other roots that a root reads: which root of the scan each is, and its outputs.

A data source `terraform_remote_state` and the `terraform` block of the root that it means say the
same of where a state lies; where each part of that is known and equal, they are tied. What the
user says of a data source, by its name or address, stands before that.
"""

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TypeAlias

from taskwall.core.values import Fields, Items, Known, Reference, Value, spelled, worst_per_scenario
from taskwall.readers.terraform.evaluation.body import FieldsReader
from taskwall.readers.terraform.evaluation.context import ModuleContext, RunContext, WrittenBody
from taskwall.readers.terraform.evaluation.data_sources import REMOTE_STATE
from taskwall.readers.terraform.evaluation.module import ModuleScope
from taskwall.readers.terraform.modules import Module
from taskwall.readers.terraform.syntax.tree import Body
from taskwall.readers.terraform.values.values import FailedError, is_null

State: TypeAlias = tuple[str, ...]
"""Where a state lies: the backend, and the values of the attributes that tell its states apart."""

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


class RemoteStates:
    """The roots that are evaluated together, as the states that they read of each other."""

    def __init__(self, scopes: Sequence[ModuleScope], said: Mapping[str, str]) -> None:
        self._scopes = {scope.run.root.folder: scope for scope in scopes}
        self._said = said
        self._folders: dict[State, str | None] | None = None
        self.depth = 0
        """How many outputs of other roots are being read, each for the next."""

    def root(
        self, local: str, address: str, written: WrittenBody, reader: RunContext
    ) -> str | None:
        """The folder of the root whose state a data source reads; None if that is not known.

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
                return folder if folder in self._scopes else None
        state = _read(written, reader)
        if state is None or _is_of_another_workspace(written, reader):
            return None
        # What a root reads of its own state is as it was before.
        found = self._written().get(state)
        return found if found != reader.root.folder else None

    def outputs(
        self, local: str, address: str, written: WrittenBody, scope: ModuleContext
    ) -> Value | None:
        """The outputs that a data source reads; None if it is not known of which root."""
        reader = scope.run
        folder = self.root(local, address, written, reader)
        if folder is None:
            return None
        defaults = worst_per_scenario(written.get("defaults") or Fields({}))
        handle = f"{address}.outputs"
        known = defaults if isinstance(defaults, Fields) else Fields({}, rest=defaults)
        outputs = _Outputs(RootOutputs(self, self._scopes[folder]), known)
        reader.referents.put(handle, outputs, scope.taken())
        return Reference(handle, "")

    def outputs_of(self, folder: str) -> "RootOutputs | None":
        """The outputs of the root in a folder; None if there is none."""
        scope = self._scopes.get(folder)
        return None if scope is None else RootOutputs(self, scope)

    def _written(self) -> dict[State, str | None]:
        """The folders of the roots by their states; None if several say the same of it."""
        if self._folders is None:
            self._folders = {}
            for folder, scope in self._scopes.items():
                state = _kept(scope)
                if state is not None:
                    self._folders[state] = None if state in self._folders else folder
        return self._folders


class RootOutputs:
    """The outputs of another root."""

    def __init__(self, states: RemoteStates, scope: ModuleScope) -> None:
        self._states = states
        self._scope = scope

    @property
    def names(self) -> Collection[str]:
        """What they are called."""
        return self._scope.module.outputs

    @property
    def root(self) -> str:
        """What the root is called: its folder."""
        return os.path.basename(self._scope.run.root.folder)

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

    def __init__(self, outputs: RootOutputs, defaults: Fields) -> None:
        self._outputs = outputs
        self._defaults = defaults

    def get(self, name: str) -> Value:
        """The value of an output. One that is null is in no state.

        Raises:
            FailedError: there is none.
        """
        found = self._outputs.output(name)
        if found is not None and not is_null(worst_per_scenario(found)):
            return found
        default = self._defaults.fields.get(name, self._defaults.rest)
        if default is None:
            why = f"is not an output of the root {self._outputs.root}"
            raise FailedError(f"output.{name}", why)
        return default

    def opened(self, value: Value) -> Value:  # noqa: ARG002 (as Whole has it)
        """All outputs."""
        found = {name: self._outputs.output(name) for name in self._outputs.names}
        there = {
            name: value
            for name, value in found.items()
            if value is not None and not is_null(worst_per_scenario(value))
        }
        return Fields({**self._defaults.fields, **there}, rest=self._defaults.rest)


def state_references(
    states: RemoteStates, scopes: Sequence[ModuleScope], leading: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """Which root reads the state of which: the folders of both.

    `leading` are the folders of the modules that read states, or call others that do.
    """
    for scope in scopes:
        for local, address, written in _data_sources(scope, leading):
            folder = states.root(local, address, written, scope.run)
            if folder is not None:
                yield scope.run.root.folder, folder


def _data_sources(
    scope: ModuleScope, leading: frozenset[str]
) -> Iterator[tuple[str, str, WrittenBody]]:
    """The data sources of a module and of those that it calls: addresses and bodies."""
    if scope.module.folder not in leading:
        return
    for local in scope.module.resources:
        if local.startswith(f"data.{REMOTE_STATE}."):
            for instance in scope.instances(local).all:
                yield local, instance.address, instance.fields
    for name in scope.module.calls:
        for called in scope.called(name):
            yield from _data_sources(called, leading)


def reads_states(module: Module) -> bool:
    """Whether a module itself reads the state of another root."""
    return any(local.startswith(f"data.{REMOTE_STATE}.") for local in module.resources)


# Where states lie


def _kept(scope: ModuleScope) -> State | None:
    """Where the state of a root lies; None if its sources do not tell."""
    backend, body = "local", None
    for unit in scope.module.files:
        for block in unit.parsed.body.blocks_of("terraform"):
            for inner in block.body.blocks:
                if inner.type == "backend" and inner.labels:
                    backend, body = inner.labels[0], inner.body
                elif inner.type == "cloud":
                    backend, body = "remote", inner.body
    reader = FieldsReader(body or Body({}, ()), scope, {}, f"backend.{backend}")
    return _state(backend, reader.get, scope.run.root.folder)


def _read(written: WrittenBody, reader: RunContext) -> State | None:
    """Where the state lies that a data source reads."""
    backend = _text(written.get("backend"))
    config = worst_per_scenario(written.get("config") or Fields({}))
    if isinstance(config, Items) and len(config.items) == 1 and not config.rest:
        config = worst_per_scenario(config.items[0])  # before Terraform 0.12 it was a block
    if backend is None or not isinstance(config, Fields) or config.rest is not None:
        return None
    return _state(backend, config.fields.get, reader.root.folder)


def _is_of_another_workspace(written: WrittenBody, reader: RunContext) -> bool:
    """Whether a data source names another workspace than the one that is looked at."""
    workspace = written.get("workspace")
    if workspace is None or reader.inputs.workspace is None:
        return False
    return _text(workspace) != reader.inputs.workspace


def _state(backend: str, get: "Callable[[str], Value | None]", folder: str) -> State | None:
    apart = _TELL_APART.get(backend)
    if apart is None:
        return None
    found = [backend]
    for name, default in apart.items():
        value = get(name)
        if value is not None and is_null(worst_per_scenario(value)):
            value = None
        text = default if value is None else _workspaces(value) or _text(value)
        if text is None:
            return None
        if backend == "local":
            text = os.path.normpath(os.path.join(folder, text))
        found.append(text)
    return tuple(found)


def _workspaces(value: Value) -> str:
    """The workspaces that a backend keeps; "" if they are not named."""
    found = worst_per_scenario(value)
    if isinstance(found, Items) and len(found.items) == 1 and not found.rest:
        found = worst_per_scenario(found.items[0])
    if not isinstance(found, Fields):
        return ""
    for kind in ("name", "prefix"):
        text = _text(found.fields.get(kind))
        if text:
            return f"{kind} {text}"
    return ""


def _text(value: Value | None) -> str | None:
    found = None if value is None else worst_per_scenario(value)
    return spelled(found.data) if isinstance(found, Known) else None
