"""Where the module of a unit is: at a path, or where Terragrunt has downloaded it to."""

import os
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha1

from taskwall.readers.terraform.evaluation.module_sources import AbsentModule
from taskwall.readers.terraform.evaluation.run import RootEvaluation

_REMOTE = re.compile(r"[\w+.-]+::|[\w+.-]+://|git@|[\w-]+(?:\.[\w-]+)+/[\w.-]+/[\w.-]+")
"""How a source begins that is no path: a getter, a scheme, a host."""

_REGISTRY = re.compile(r"tfr://([^/?]*)/([^?]+?)(?:\?version=([^&]*))?")

CACHE = ".terragrunt-cache"


def local_folder(source: str, unit: str) -> str | None:
    """The folder that a source names by a path, seen from the folder of a unit; else None.

    `//` only says how much of the path Terragrunt copies.
    """
    path = source.removeprefix("file://")
    if _REMOTE.match(path):
        return None
    return os.path.normpath(os.path.join(unit, path.partition("?")[0]))


def remote_folder(run: RootEvaluation, source: str, version: str) -> str | AbsentModule:
    """The folder of a module that is elsewhere, or why it is not there.

    Args:
        run: an evaluation whose root is the unit.
        source: what the unit says.
        version: what it says of versions; "" for nothing.
    """
    copies = os.path.join(run.root.folder, CACHE)
    package, inner, query = _split(source)
    name = _hashed(package)
    for copy in _copies(run, copies):
        if os.path.basename(copy) == name and _is_current(run, copy, query):
            found = os.path.normpath(os.path.join(copy, inner))
            if run.loader.paths(found):
                return found
    registry = _REGISTRY.fullmatch(source)
    if registry is not None:
        host, source, version = registry[1], registry[2], registry[3] or version
        source = f"{host}/{source}" if host else source
    # What is noted of downloaded modules is about those that the module itself calls.
    return run.sources.folder(run.root, ("",), source, version)


def _copies(run: RootEvaluation, copies: str) -> Iterator[str]:
    for first in run.loader.names(copies):
        for second in run.loader.names(os.path.join(copies, first)):
            yield os.path.join(copies, first, second)


def _split(source: str) -> tuple[str, str, str]:
    """The package of a source, the folder in it, and what follows a question mark."""
    scheme, mark, rest = source.rpartition("://")
    rest, _, query = rest.partition("?")
    # `tfr:///name` has no host before the path.
    lead = "/" if rest.startswith("/") else ""
    package, _, inner = rest.removeprefix(lead).partition("//")
    return f"{scheme}{mark}{lead}{package}", inner, query


def _hashed(text: str) -> str:
    """How Terragrunt calls the folder of a package."""
    made = sha1(text.encode(), usedforsecurity=False).digest()
    return urlsafe_b64encode(made).decode().rstrip("=")


def _is_current(run: RootEvaluation, copy: str, query: str) -> bool:
    """Whether a copy is of the version that is asked for, as far as Terragrunt has noted it."""
    note = os.path.join(copy, ".terragrunt-source-version")
    if not run.loader.exists(note):
        return True
    return run.loader.text(note).strip() == _hashed("&".join(sorted(query.split("&"))))
