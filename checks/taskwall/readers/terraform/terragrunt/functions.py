"""The functions that Terragrunt adds to those of Terraform. None of them runs anything."""

import os
from collections.abc import Callable
from typing import TypeAlias

from taskwall.core.values import Fields, Items, Known, Unknown, Value, unknown
from taskwall.readers.terraform.evaluation.expressions import value_of
from taskwall.readers.terraform.evaluation.functions.arguments import text_of
from taskwall.readers.terraform.terragrunt.context import ConfigurationContext
from taskwall.readers.terraform.terragrunt.merging import merged_maps
from taskwall.readers.terraform.values.values import FailedError, JsonFields
from taskwall.source.files import UnreadableError

TerragruntFunction: TypeAlias = Callable[[list[Value], ConfigurationContext], Value]

MOST_FOLDERS = 100
"""So many folders upward Terragrunt looks for a file, unless it is told otherwise."""


# Where files are


def _find_in_parent_folders(arguments: list[Value], scope: ConfigurationContext) -> Value:
    names = [text_of(arguments[0])] if arguments else ["terragrunt.hcl", "terragrunt.hcl.json"]
    folder = scope.folder
    for _ in range(MOST_FOLDERS):
        above = os.path.dirname(folder)
        paths = [os.path.normpath(os.path.join(above, name)) for name in names]
        if above == folder or not scope.may_look(paths[0]):
            break
        for path in paths:
            if scope.run.loader.exists(path) or scope.run.loader.is_folder(path):
                return Known(path)
        folder = above
    if len(arguments) > 1:
        return arguments[1]
    raise FailedError(f'find_in_parent_folders("{names[0]}")', "finds no such file")


def _included(arguments: list[Value], scope: ConfigurationContext) -> str | None:
    """The folder of the included file that is meant; None if nothing is included."""
    if scope.is_included:
        return scope.module.folder
    if len(scope.includes) == 1:
        return scope.includes[0].folder
    if not scope.includes:
        return None
    label = text_of(arguments[0]) if arguments else ""
    for include in scope.includes:
        if include.label == label:
            return include.folder
    raise FailedError("an include", "has to be named: there are several")


def _path_relative_to_include(arguments: list[Value], scope: ConfigurationContext) -> Value:
    included = _included(arguments, scope)
    return _relative(scope.folder, included or scope.folder)


def _path_relative_from_include(arguments: list[Value], scope: ConfigurationContext) -> Value:
    included = _included(arguments, scope)
    return _relative(included or scope.folder, scope.folder)


def _get_parent_terragrunt_dir(arguments: list[Value], scope: ConfigurationContext) -> Value:
    return Known(_included(arguments, scope) or scope.folder)


def _get_terragrunt_dir(_: list[Value], scope: ConfigurationContext) -> Value:
    return Known(scope.folder)


def _get_original_terragrunt_dir(_: list[Value], scope: ConfigurationContext) -> Value:
    return Known(scope.unit.folder)


def _get_repo_root(_: list[Value], scope: ConfigurationContext) -> Value:
    return Known(scope.run.boundary)


def _get_path_from_repo_root(_: list[Value], scope: ConfigurationContext) -> Value:
    return _relative(scope.unit.folder, scope.run.boundary)


def _get_path_to_repo_root(_: list[Value], scope: ConfigurationContext) -> Value:
    return _relative(scope.run.boundary, scope.unit.folder)


def _get_working_dir(_: list[Value], scope: ConfigurationContext) -> Value:
    return Known(scope.run.working_folder)


def _relative(path: str, start: str) -> Value:
    return Known(os.path.relpath(path, start).replace(os.sep, "/"))


# What other files say


def _read_terragrunt_config(arguments: list[Value], scope: ConfigurationContext) -> Value:
    path = text_of(arguments[0])
    found = scope.read(path)
    if found is not None:
        return found
    if len(arguments) > 1:
        return arguments[1]
    raise FailedError(f'read_terragrunt_config("{path}")', "finds no such file")


def _read_tfvars_file(arguments: list[Value], scope: ConfigurationContext) -> Value:
    path = os.path.normpath(os.path.join(scope.unit.folder, text_of(arguments[0])))
    name = f'read_tfvars_file("{os.path.basename(path)}")'
    if not scope.may_look(path) or not scope.run.loader.exists(path):
        raise FailedError(name, "finds no such file")
    try:
        attributes = scope.run.loader.file(path).parsed.body.attributes
    except UnreadableError as error:
        raise FailedError(name, "cannot be read") from error
    values = {each: value_of(one.expression, scope, {}) for each, one in attributes.items()}
    return JsonFields(values, {each: one.place for each, one in attributes.items()})


def _mark_as_read(arguments: list[Value], scope: ConfigurationContext) -> Value:
    return arguments[0]


def _get_env(arguments: list[Value], scope: ConfigurationContext) -> Value:
    name = f'get_env("{text_of(arguments[0])}")'
    found = scope.run.assumed(unknown(name, "is known only where Terragrunt runs"))
    return arguments[1] if len(arguments) > 1 and isinstance(found, Unknown) else found


def _deep_merge(arguments: list[Value], scope: ConfigurationContext) -> Value:
    found: Value = Fields({})
    for argument in arguments:
        found = merged_maps(found, argument, scope, deep=True)
    return found


# What is known only where Terragrunt runs


def _elsewhere(name: str, why: str) -> TerragruntFunction:
    def call(arguments: list[Value], scope: ConfigurationContext) -> Value:
        texts = ", ".join(f'"{text_of(argument)}"' for argument in arguments)
        return scope.run.assumed(unknown(f"{name}({texts})", why))

    return call


_UNKNOWN = {
    "run_cmd": "is not run",
    "sops_decrypt_file": "is not decrypted",
    **dict.fromkeys(
        (
            "get_aws_account_alias",
            "get_aws_account_id",
            "get_aws_caller_identity_arn",
            "get_aws_caller_identity_user_id",
            "get_platform",
            "get_terraform_cli_args",
            "get_terraform_command",
            "get_terragrunt_source_cli_flag",
            "mark_glob_as_read",
            "constraint_check",
        ),
        "is known only where Terragrunt runs",
    ),
}

_WITH_VARS = ("apply", "console", "destroy", "import", "plan", "push", "refresh")
_COMMANDS = {
    "vars": _WITH_VARS,
    "locking": ("apply", "destroy", "import", "plan", "refresh", "taint", "untaint"),
    "input": ("apply", "import", "init", "plan", "refresh"),
    "parallelism": ("apply", "plan", "destroy"),
}
"""The commands of Terraform that take certain arguments.

From https://docs.terragrunt.com/reference/hcl/functions, read on 2026-11-27.
"""


def _commands(names: tuple[str, ...]) -> TerragruntFunction:
    return lambda arguments, scope: Items(tuple(map(Known, names)))


FUNCTIONS: dict[str, TerragruntFunction] = {
    "find_in_parent_folders": _find_in_parent_folders,
    "path_relative_to_include": _path_relative_to_include,
    "path_relative_from_include": _path_relative_from_include,
    "get_parent_terragrunt_dir": _get_parent_terragrunt_dir,
    "get_terragrunt_dir": _get_terragrunt_dir,
    "get_original_terragrunt_dir": _get_original_terragrunt_dir,
    "get_repo_root": _get_repo_root,
    "get_path_from_repo_root": _get_path_from_repo_root,
    "get_path_to_repo_root": _get_path_to_repo_root,
    "get_working_dir": _get_working_dir,
    "read_terragrunt_config": _read_terragrunt_config,
    "read_tfvars_file": _read_tfvars_file,
    "mark_as_read": _mark_as_read,
    "get_env": _get_env,
    "deep_merge": _deep_merge,
    "get_default_retryable_errors": _commands(()),
    **{name: _elsewhere(name, why) for name, why in _UNKNOWN.items()},
    **{f"get_terraform_commands_that_need_{name}": _commands(c) for name, c in _COMMANDS.items()},
}
