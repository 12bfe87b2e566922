"""The roots of a repository that write what scanned ones read: states, and stored parameters.

A folder may be scanned alone whose root reads the state of one beside it, or whose unit of
Terragrunt depends on one. That one is context, as if the user had named it; which of its files tie
the two is for the reader to say. Here texts are compared, so that a repository is looked through
and not parsed.
"""

import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from taskwall.core.paths import encloses
from taskwall.core.patterns import pattern
from taskwall.settings import Settings
from taskwall.source.files import Files, UnreadableError
from taskwall.source.kinds import ROOTS, TERRAFORM, TERRAGRUNT
from taskwall.sources.listing import MAX_CANDIDATES, files_below

_FLAGS = re.MULTILINE | re.DOTALL
_READS = pattern(r'^data\s+"?(?:terraform_remote_state|aws_ssm_parameter)\b.*?^\}', _FLAGS)
_WRITES = pattern(
    r'\bbackend\s*"\w+"\s*\{[^}]*\}|\bcloud\s*\{.*?^\}|^resource\s+"aws_ssm_parameter".*?^\}',
    _FLAGS,
)
_NAME = pattern(
    r"\b(?:address|key|name|path|prefix|secret_suffix|schema_name)\s*=\s*"
    r'(?:"([^"\n]+)"|(?:var|local)\.([\w-]+))'
)
"""What tells one state from another, or one parameter; or the variable or local that does."""

_DEPENDS = pattern(
    r'^\s*config_path\s*=\s*"(?:\$\{get_terragrunt_dir\(\)\}/)?([^"$\n]+)"', re.MULTILINE
)


def roots_written(
    scanned: Iterable[str], boundary: str, use: Settings, files: Files
) -> tuple[str, ...]:
    """The files of the roots that may write what scanned files read, wherever in a repository.

    Args:
        scanned: the sources below the given folders, absolute.
        boundary: the repository.
        use: says which files are excluded.
        files: reads them.
    """
    known = frozenset(path for path in scanned if path.endswith(ROOTS))
    if not known or not os.path.exists(os.path.join(boundary, ".git")):
        return ()
    found = {path: None for path in _dependencies(known, boundary, files) if not use.excludes(path)}
    wanted = _wanted(known, files)
    folders: dict[str, list[str]] = {}
    for path in islice(files_below((boundary,), files), MAX_CANDIDATES if wanted else 0):
        if path.endswith(TERRAFORM) and path not in known and not use.excludes(path):
            folders.setdefault(os.path.dirname(path), []).append(path)
    while wanted:
        more = [folder for folder in folders if _writes(folder, folders[folder], wanted, files)]
        of_more = [path for folder in more for path in folders.pop(folder)]
        found |= dict.fromkeys(of_more)
        wanted = _wanted(of_more, files)
    return tuple(found)


def _dependencies(units: Iterable[str], boundary: str, files: Files) -> Iterator[str]:
    """The units of Terragrunt that some depend on, and those on which these do."""
    waiting = [path for path in units if path.endswith(TERRAGRUNT)]
    seen = set(waiting)
    for path in waiting:
        for folder in _DEPENDS.findall(_text(path, files)):
            other = os.path.normpath(os.path.join(os.path.dirname(path), folder, "terragrunt.hcl"))
            if other not in seen and encloses(boundary, other) and files.exists(other):
                seen.add(other)
                waiting.append(other)
                yield other


def _wanted(paths: Iterable[str], files: Files) -> frozenset[str]:
    """The names of what files read, and the folders of states beside them."""
    found: set[str] = set()
    for path in paths:
        for block in _READS.findall(_text(path, files)):
            for name, variable in _NAME.findall(block):
                found.update((name,) if name else _values(variable, path, files) or _label(block))
    # The state of a workspace lies below its name: "S3" in the documentation of backends.
    found |= {key for name in found for key in re.findall(r"env:/[^/]+/(.+)", name)}
    above = {
        os.path.normpath(os.path.join(os.path.dirname(path), os.path.dirname(name)))
        for name in found
        if name.endswith(".tfstate") and name.startswith(".")
        for path in paths
    }
    return frozenset(found | above)


def _label(block: str) -> list[str]:
    """The name of a data source."""
    return re.findall(r'"?terraform_remote_state"?\s+"?([\w-]+)', block)[:1]


def _values(name: str, path: str, files: Files) -> list[str]:
    """What a variable or local of a module may be, where that is written as a text beside it."""
    folder = os.path.dirname(path)
    given = rf'^\s*{name}\s*=\s*"([^"\n]+)"'
    default = rf'variable\s+"{name}"\s*\{{[^}}]*?\bdefault\s*=\s*"([^"\n]+)"'
    found = []
    for one in files.names(folder):
        if one.endswith((*TERRAFORM, ".tfvars")):
            text = _text(os.path.join(folder, one), files)
            found += re.findall(given, text, re.MULTILINE) + re.findall(default, text)
    return found


def _writes(folder: str, paths: Iterable[str], wanted: frozenset[str], files: Files) -> bool:
    """Whether a folder may be a root that writes anything of what is wanted.

    One that leaves to `terraform init` where its state lies is known by the name of its folder.
    """
    if folder in wanted:
        return True
    for path in paths:
        for block in _WRITES.findall(_text(path, files)):
            names = [name for name, _ in _NAME.findall(block)]
            if not names and any(_words(os.path.basename(folder)) <= _words(w) for w in wanted):
                return True
            if not wanted.isdisjoint(names):
                return True
    return False


def _words(text: str) -> frozenset[str]:
    return frozenset(re.split(r"[^a-z0-9]+", text.lower())) - {""}


def _text(path: str, files: Files) -> str:
    try:
        return files.text(path)
    except UnreadableError:
        return ""
