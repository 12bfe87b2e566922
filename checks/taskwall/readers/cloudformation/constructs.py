"""Which CDK construct made a resource, where a template does not say so itself.

CDK makes logical ids of the paths of constructs, and writes the tree of them beside its templates
(`tree.json`). How: `makeUniqueId` of the AWS CDK's core library.
"""

import os
import re
from collections.abc import Iterator, Sequence

import msgspec

from taskwall.core.patterns import pattern
from taskwall.source.files import Files, UnreadableError
from taskwall.source.stack import Inputs

_ENDING = pattern(r"(\.nested)?\.template\.json$")
_DEEPEST = 50


class _Node(msgspec.Struct, frozen=True):
    """A construct, as far as it is read; those that make a resource name its type."""

    path: str = ""
    attributes: dict[str, msgspec.Raw] = {}
    children: "dict[str, _Node]" = {}


class _Tree(msgspec.Struct, frozen=True):
    tree: _Node = _Node()


class _Trees:
    """The paths in each tree of a scan, with the text that they were read from."""

    def __init__(self) -> None:
        self.paths: dict[str, tuple[str, list[str]]] = {}

    def read(self, file: str, files: Files) -> list[str]:
        """The paths of the constructs that make resources."""
        try:
            text = files.text(file)
            known = self.paths.get(file)
            if known is None or known[0] is not text:
                tree = msgspec.json.decode(text, type=_Tree).tree
                known = self.paths[file] = text, list(_resources(tree, 0))
        except (UnreadableError, msgspec.DecodeError, RecursionError):
            return []
        return known[1]


def construct_paths(template: str, files: Files, inputs: Inputs) -> dict[str, str]:
    """The paths of the constructs that made the resources of a template, by logical id.

    None are known of a template that CDK did not make, or without a tree beside it.
    """
    stem, found = _ENDING.subn("", os.path.basename(template))
    if not found:
        return {}
    folder = os.path.dirname(template)
    # The templates of a stage are in a folder of their own within that of the app.
    for above in (folder, os.path.dirname(folder)):
        file = os.path.join(above, "tree.json")
        inside = file.startswith(os.path.join(inputs.boundary, "")) or not inputs.boundary
        if (inside or inputs.outside) and files.exists(file):
            break
    else:
        return {}
    paths: dict[str, str] = {}
    for path in files.one(_Trees, _Trees).read(file, files):
        names = path.split("/")
        for end in range(1, len(names)):
            if stem in (names[0] if end == 1 else "", unique_id(names[:end])):
                paths[unique_id(names[end:])] = path
    return paths


def _resources(node: _Node, depth: int) -> Iterator[str]:
    if "aws:cdk:cloudformation:type" in node.attributes:
        yield node.path
    for child in node.children.values() if depth < _DEEPEST else ():
        yield from _resources(child, depth + 1)


def unique_id(path: Sequence[str]) -> str:
    """The id that CDK gives to what is at a path."""
    names = [name for name in path if name != "Default"]
    bare = [re.sub(r"[^A-Za-z0-9]", "", name) for name in names]
    if len(names) == 1 and len(bare[0]) <= 255:
        return bare[0]
    from hashlib import md5

    shown: list[str] = []
    for name in names:
        if not shown or not shown[-1].endswith(name):
            shown.append(name)
    human = "".join(re.sub(r"[^A-Za-z0-9]", "", name) for name in shown if name != "Resource")
    digest = md5("/".join(names).encode(), usedforsecurity=False).hexdigest()
    return human[:240] + digest[:8].upper()
