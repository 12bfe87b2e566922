"""Where resources have moved to: the `moved` blocks of Terraform's sources."""

import os
from collections.abc import Iterable

from msgspec import Struct

from taskwall.core.patterns import pattern
from taskwall.readers.terraform.modules import ENDINGS, module_loader
from taskwall.readers.terraform.syntax.tree import spelled_out
from taskwall.source.files import Files, UnreadableError
from taskwall.source.resource import Resource

_ADDRESS = pattern(r'[A-Za-z_][\w-]*(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\]|\.[A-Za-z_][\w-]*)+')
"""What may be an address within a text."""

_MODULES = pattern(r'(?:module\.[\w-]+(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?\.)*')
"""The modules at the start of an address."""


class Moves(Struct, frozen=True):
    """The addresses that `moved` blocks lead from and to, as seen from the root."""

    pairs: tuple[tuple[str, str], ...] = ()

    def address(self, address: str) -> str:
        """Where what had an address is now."""
        for _ in range(len(self.pairs) + 1):
            for old, new in self.pairs:
                if address == old:
                    address = new
                    break
                more = address[len(old) :]
                whole = not old.endswith("]") and not new.endswith("]")
                inner = more[:1] == "." or (more[:1] == "[" and whole)
                if address.startswith(old) and inner:
                    address = new + more
                    break
            else:
                return address
        return address

    def text(self, text: str) -> str:
        """A text with the addresses in it where they are now."""
        if not self.pairs:
            return text
        return _ADDRESS.sub(lambda found: self.address(found[0]), text)


def moves(folder: str, paths: Iterable[str], resources: Iterable[Resource], files: Files) -> Moves:
    """What the `moved` blocks of a root say.

    Args:
        folder: the root.
        paths: the files of it and of the modules that it calls.
        resources: what it comes to: they tell under which addresses modules are called.
        files: reads the files.
    """
    loader = module_loader(files)
    written: dict[str, list[tuple[str, str]]] = {}
    for path in paths:
        if not path.endswith(ENDINGS):
            continue
        try:
            blocks = loader.file(path).parsed.body.blocks
        except UnreadableError:
            continue
        for block in blocks:
            ends = [block.body.attributes.get(name) for name in ("from", "to")]
            if block.type == "moved" and ends[0] is not None and ends[1] is not None:
                old, new = (spelled_out(end.expression) for end in ends if end is not None)
                written.setdefault(os.path.dirname(path), []).append((old, new))
    if not written:
        return Moves()
    prefixes: dict[str, dict[str, None]] = {folder: {"": None}}
    for resource in resources:
        found = _MODULES.match(resource.origin.address)
        at = os.path.dirname(resource.origin.header.file)
        if found is not None and at in written:
            prefixes.setdefault(at, {})[found[0]] = None
    return Moves(
        tuple(
            (prefix + old, prefix + new)
            for at, pairs in written.items()
            for prefix in prefixes.get(at, ())
            for old, new in pairs
        )
    )
