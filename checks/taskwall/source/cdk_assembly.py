"""What CDK has synthesized into a folder (`cdk.out`), by the manifest beside the templates.

https://docs.aws.amazon.com/cdk/v2/guide/deploy.html: `manifest.json` names each stack's template.
CDK does not delete what an earlier synthesis has left in the folder.
"""

import os

from msgspec import DecodeError, Struct, field, json

from taskwall.source.files import Files, UnreadableError

_STACK = "aws:cloudformation:stack"
_NESTED = ".nested.template.json"


class _Properties(Struct):
    template: str = field(name="templateFile", default="")


class _Artifact(Struct):
    type: str = ""
    properties: _Properties = field(default_factory=_Properties)


class _Manifest(Struct):
    artifacts: dict[str, _Artifact] = {}


class CdkAssemblies:
    """The folders that CDK has written, each looked at once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._templates: dict[str, frozenset[str]] = {}

    def is_stale(self, path: str) -> bool:
        """Whether a file is a template that the manifest of its folder names no more."""
        folder, name = os.path.split(path)
        if not name.endswith(".template.json") or name.endswith(_NESTED):
            return False
        if folder not in self._templates:
            self._templates[folder] = self._named(os.path.join(folder, "manifest.json"))
        named = self._templates[folder]
        return bool(named) and name not in named

    def _named(self, manifest: str) -> frozenset[str]:
        """The templates that a manifest names; none if there is no such manifest."""
        if not self._files.is_file(manifest):
            return frozenset()
        try:
            found = json.decode(self._files.text(manifest), type=_Manifest)
        except (UnreadableError, DecodeError, RecursionError):
            return frozenset()
        stacks = (each for each in found.artifacts.values() if each.type == _STACK)
        return frozenset(each.properties.template for each in stacks) - {""}
