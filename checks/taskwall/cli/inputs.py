"""The options of every command that judges sources: what is read, with which values and rules."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from taskwall.api.options import Options
from taskwall.cli.arguments import flat, pairs, rules_option, settings_option, words
from taskwall.cli.terminal import UsageError
from taskwall.core.values import Known
from taskwall.settings import CHOICES
from taskwall.source.stack import Inputs

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from taskwall.core.values import Value


def option_adder(parser: ArgumentParser) -> Callable[..., None]:
    """What declares an option of a parser; with `many=False` one that is given once."""

    def option(name: str, words: str, *, many: bool = True, metavar: str = "") -> None:
        choices = "|".join(CHOICES.get(name[2:], ()))
        action = "append" if many else "store"
        parser.add_argument(name, action=action, metavar=metavar or choices, help=words)

    return option


def source_options(parser: ArgumentParser) -> None:
    """Declare the options that say what is read, with which values, and by which rules."""
    option = option_adder(parser)

    def flag(name: str, words: str) -> None:
        parser.add_argument(name, action="store_true", help=words)

    option("--profile", "the set of rules to run (default: default)", many=False)
    option("--exclude", "paths that are skipped in scanned folders", metavar="PATTERNS")
    option(
        "--context",
        "a source that is read for what PATH refers to, and not judged: a root, a template, a plan"
        " or a state",
        metavar="PATH",
    )
    option("--var", "the value of a Terraform variable", metavar="NAME=VALUE")
    option("--var-file", "a .tfvars file", metavar="FILE")
    flag("--tf-vars-from-env", "also take variables from TF_VAR_... in the environment")
    option(
        "--hcl-parser", "the parser for Terraform", many=False, metavar="tree-sitter|python-hcl2"
    )
    option("--workspace", "the Terraform workspace", many=False, metavar="NAME")
    option("--parameters", "CloudFormation parameters: a file, or one value", metavar="FILE|K=V")
    option("--assume", "a value for anything unknown, as JSON or text", metavar="NAME=VALUE")
    option("--scenarios", "how many combinations of undecided conditions to analyse", many=False)
    option(
        "--baseline",
        "a file of baselined findings, which are not reported again",
        many=False,
        metavar="FILE",
    )
    flag("--no-skips", "ignore suppressions in the sources, and the baseline of the settings")
    option(
        "--today",
        "the date by which suppressions end (default: today, UTC)",
        many=False,
        metavar="YYYY-MM-DD",
    )
    settings_option(parser)
    rules_option(parser)
    parser.add_argument(
        "--jobs", type=int, default=1, metavar="N", help="number of processes (default: 1)"
    )
    flag("--allow-outside", "read modules and files outside the repository")


def sources_of(given: Namespace) -> Options:
    """What the arguments of `source_options`, and those that choose rules, ask for.

    Raises:
        UsageError: a value has not the form that its option takes, or names no file.
    """
    for path in given.var_file or ():
        if not os.path.exists(path):
            raise UsageError(f"--var-file: there is no file {path}.")
    if given.jobs < 1:
        raise UsageError("--jobs: there must be at least one process.")
    variables: dict[str, Value] = {
        name: Known(value) for name, value in pairs(given.var or (), "--var")
    }
    assumed = {name: _assumed(value) for name, value in pairs(given.assume or (), "--assume")}
    return Options(
        paths=tuple(given.paths),
        inputs=Inputs(
            variables=variables,
            var_files=tuple(given.var_file or ()),
            parameters=_parameters(given.parameters or ()),
            assumptions=assumed,
            outside=given.allow_outside,
            workspace=given.workspace,
            hcl_parser=_hcl_parser(given.hcl_parser),
            environment=dict(os.environ) if given.tf_vars_from_env else {},
        ),
        profile=given.profile,
        select=words(given.select),
        ignore=words(given.ignore),
        scenarios=given.scenarios,
        baseline=given.baseline,
        exclude=tuple(flat(given.exclude)),
        context=tuple(given.context or ()),
        settings=given.settings,
        rules=tuple(given.rules or ()),
        no_skips=given.no_skips,
        today=given.today,
        jobs=given.jobs,
    )


def _hcl_parser(name: str | None) -> str:
    """The parser that is asked for.

    Raises:
        UsageError: there is none of that name, or it cannot be used here.
    """
    if name in (None, "tree-sitter"):
        return "tree-sitter"
    if name != "python-hcl2":
        raise UsageError(f"--hcl-parser: {name} is neither tree-sitter nor python-hcl2.")
    from taskwall.readers.terraform.syntax.python_hcl2 import unusable

    if why := unusable():
        raise UsageError(f"--hcl-parser: {why}.")
    return name


def _assumed(text: str) -> Value:
    """What `--assume` says: JSON if it is some, else the text as it stands."""
    import msgspec

    from taskwall.core.values import lifted

    try:
        return lifted(msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError):
        return Known(text)


def _parameters(texts: Iterable[str]) -> dict[str, Value]:
    """The parameters of all `--parameters`, later ones before earlier ones.

    Raises:
        UsageError: one is neither a file nor KEY=VALUE, or its file has none of the three forms.
    """
    found: dict[str, Value] = {}
    for text in texts:
        if os.path.exists(text):
            found |= _parameter_file(text)
        elif "=" in text:
            key, _, value = text.partition(",ParameterValue=")  # as the AWS CLI abbreviates it
            pair = f"{key[13:]}={value}" if text.startswith("ParameterKey=") else text
            found |= {name: Known(word) for name, word in pairs([pair], "--parameters")}
        else:
            raise UsageError(f"--parameters: {text} is neither a file nor KEY=VALUE.")
    return found


def _parameter_file(path: str) -> dict[str, Value]:
    """Parameters by name, from a file in one of the forms that deployment tools take."""
    from taskwall.readers.cloudformation.parameters import ParametersError, parameters
    from taskwall.source.files import Files, UnreadableError

    try:
        return parameters(path, Files().text(path))
    except (UnreadableError, ParametersError) as error:
        raise UsageError(f"--parameters: {path} {error}.") from error
