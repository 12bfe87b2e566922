"""What is wrong with what was given to a scan, in words for whoever gave it."""

import re
from collections import Counter
from collections.abc import Sequence

from taskwall.core.patterns import pattern
from taskwall.core.values import Span
from taskwall.findings.text import count_of_kind
from taskwall.source.files import (
    MAX_FILE_BYTES,
    Files,
    UnreadableError,
)
from taskwall.source.stack import SourceError
from taskwall.sources.found import Sources

NO_SUCH_PATH = "there is no such file or folder"


def refusal(path: str, why: str) -> SourceError:
    """An error about a whole path that was given."""
    return SourceError(Span(path, 1, 1, 1, 1), why)


def nothing_to_analyse(paths: Sequence[str], found: Sources, files: Files) -> SourceError | None:
    """What is wrong where the given paths hold nothing to look at; None if they hold something."""
    if found.reads or found.errors or found.refused:
        return None
    if not paths:
        return refusal("", "no file and no folder is given")
    why = "there is no Terraform and no CloudFormation here"
    if found.foreign:
        why = _none_of_ours(found.foreign[0], files)
    if found.absent:
        kinds = Counter((one.kind, one.cure) for _, one in found.absent)
        what = (f"{count_of_kind(kind, count)}: {cure}" for (kind, cure), count in kinds.items())
        why += f" but {', '.join(what)}"
    if found.excluded:
        count = len(found.excluded)
        files_are = "1 file is" if count == 1 else f"{count:,} files are"
        why += f"; {files_are} excluded"
    return refusal(
        paths[0], f"nothing to analyse: {why} (taskwall scan --allow-empty accepts that)"
    )


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
