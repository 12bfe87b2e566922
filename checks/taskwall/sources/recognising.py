"""What a file is by what is in it."""

from taskwall.settings import Settings
from taskwall.source.files import (
    Files,
    UnreadableError,
)
from taskwall.source.kinds import (
    ROOTS,
    TEMPLATES,
    is_plan,
    is_terraform,
)
from taskwall.source.stack import SourceError
from taskwall.sources.found import SourceKind
from taskwall.sources.listing import files_below


def kind_of(path: str, files: Files) -> SourceKind | None:
    """The kind of a source by its name, or of a file by any other name by what is in it.

    None if it is no source. What is named like a template may still be something else.
    """
    if is_terraform(path):
        return "terraform"
    if is_plan(path, files):
        return "plan"
    if path.endswith(TEMPLATES) or may_hold_template(path, files):
        return "cloudformation"
    return None


def may_hold_template(path: str, files: Files) -> bool:
    """Whether a file may be a template, by a glance at what is in it."""
    from taskwall.readers.cloudformation import template

    try:
        return template.may_be_template(files.text(path))
    except UnreadableError:
        return False


def is_empty_file(path: str, files: Files) -> bool:
    """Whether a file holds nothing at all: given by itself, it is not what somebody meant."""
    try:
        return not files.text(path).strip()
    except UnreadableError:
        return False


def may_be_source(path: str, text: str) -> bool:
    """Whether a text may be a source, or values for one, by its path and at a glance."""
    if is_terraform(path) or path.endswith((".tfvars", ".tfvars.json")):
        return True
    if not path.endswith(TEMPLATES):
        return False
    from taskwall.readers.cloudformation import template

    return template.may_be_template(text)


def sources_below(folder: str, use: Settings, files: Files) -> list[str]:
    """The files below a folder that are sources, as far as a glance at them says."""
    return [
        path
        for path in files_below((folder,), files)
        if path.endswith((*ROOTS, *TEMPLATES))
        and not use.excludes(path)
        and (path.endswith(ROOTS) or is_plan(path, files) or may_hold_template(path, files))
    ]


def unparsed(path: str, text: str, *, typed: bool = False) -> SourceError | None:
    """Why nothing at all can be read in the text of a source; None if something can.

    Of Terraform's own syntax something always can: its parser recovers. While a template is
    `typed`, a key that is written twice may be half of another one.
    """
    try:
        if path.endswith(ROOTS):
            if path.endswith(".json"):
                from taskwall.readers.terraform.syntax.json import parse

                found = parse(path, text)
                return None if found.body.blocks else next(iter(found.errors), None)
        elif path.endswith(TEMPLATES):
            from taskwall.readers.cloudformation.template import read_template

            template = read_template(path, text)
            if typed and template is not None:
                return next(iter(template.unit.errors), None)
    except UnreadableError as error:
        return error.error
    return None
