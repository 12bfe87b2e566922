"""Where Terraform runs: `terraform.workspace` and `path.module`."""

import os

from taskwall.core.values import Known, Need, Unknown, Value
from taskwall.readers.terraform.evaluation.context import RunContext
from taskwall.readers.terraform.modules import Module
from taskwall.readers.terraform.values.values import FailedError

NOT_FROM_SOURCES = "is not known from the sources"


def workspace_value(name: str, run: RunContext) -> Value:
    """The workspace that a run is in, by the name that it is asked for."""
    if run.inputs.workspace is not None:
        return Known(run.inputs.workspace)
    need = Need(name, NOT_FROM_SOURCES, option="workspace")
    return run.assumed(Unknown((need,), name))


def path_value(name: str, module: Module, run: RunContext) -> Value:
    """`path.name` in a module.

    Raises:
        FailedError: there is none of that name.
    """
    if name == "module" and module.folder:
        return Known(os.path.relpath(module.folder, run.working_folder).replace(os.sep, "/"))
    if name == "root":
        return Known(".")
    if name == "cwd":
        return Known(run.working_folder)
    raise FailedError(f"path.{name}", "is not declared")
