"""What CDK has synthesized into a folder (`cdk.out`), by the manifest beside the templates.

https://docs.aws.amazon.com/cdk/v2/guide/deploy.html: `manifest.json` names each stack's template,
and the manifests of assets (`*.assets.json`), which name the nested ones.
CDK does not delete what an earlier synthesis has left in the folder.
"""

import os
from typing import TypeVar

from msgspec import DecodeError, Struct, field, json

from taskwall.source.files import Files, UnreadableError

_STACK = "aws:cloudformation:stack"
_ASSETS = "cdk:asset-manifest"
NESTED = ".nested.template.json"
"""How the names of nested templates end."""
CDK_CONTEXT = "cdk.context.json"
"""What an app has looked up, beside its `cdk.out`."""

T = TypeVar("T")


class _Properties(Struct):
    template: str = field(name="templateFile", default="")
    file: str = ""


class _Artifact(Struct):
    type: str = ""
    properties: _Properties = field(default_factory=_Properties)


class _Manifest(Struct):
    artifacts: dict[str, _Artifact] = {}


class AssetSource(Struct, frozen=True):
    """Where an asset lies, seen from the folder of its manifest."""

    path: str = ""


class StoredAsset(Struct, frozen=True):
    """The key under which a bucket has an asset."""

    key: str = field(name="objectKey", default="")


class Asset(Struct, frozen=True):
    """A file of an assembly, and where it is stored when that is deployed."""

    source: AssetSource = AssetSource()
    destinations: dict[str, StoredAsset] = {}


class AssetManifest(Struct, frozen=True):
    """What a manifest of assets says (`*.assets.json`)."""

    files: dict[str, Asset] = {}


def asset_manifest(path: str, files: Files) -> AssetManifest | None:
    """The manifest of assets in a file; None if that is not there, or is none."""
    return _decoded(path, AssetManifest, files)


def context_of(template: str) -> str:
    """Where the context is of the app that has made a template of `cdk.out`; "" of another one."""
    folder, inside, _ = template.partition(f"{os.sep}cdk.out{os.sep}")
    return os.path.join(folder, CDK_CONTEXT) if inside else ""


class _Current(Struct, frozen=True):
    """The templates that a synthesis names; none of a kind of which it does not tell."""

    stacks: frozenset[str] = frozenset()
    nested: frozenset[str] = frozenset()


class CdkAssemblies:
    """The folders that CDK has written, each looked at once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._current: dict[str, _Current] = {}

    def is_stale(self, path: str) -> bool:
        """Whether a file is a template that the manifests of its folder name no more."""
        folder, name = os.path.split(path)
        if not name.endswith(".template.json"):
            return False
        if folder not in self._current:
            self._current[folder] = self._named(folder)
        current = self._current[folder]
        named = current.nested if name.endswith(NESTED) else current.stacks
        return bool(named) and name not in named

    def _named(self, folder: str) -> _Current:
        """The templates that the manifests of a folder name."""
        manifest = _decoded(os.path.join(folder, "manifest.json"), _Manifest, self._files)
        every = list(manifest.artifacts.values()) if manifest is not None else []
        stacks = {each.properties.template for each in every if each.type == _STACK}
        assets = [
            asset_manifest(os.path.join(folder, each.properties.file), self._files)
            for each in every
            if each.type == _ASSETS
        ]
        if not assets or None in assets:
            return _Current(frozenset(stacks) - {""})
        # A stack's own template is an asset as well, so that there is always one.
        files = {file.source.path for found in assets if found for file in found.files.values()}
        return _Current(frozenset(stacks) - {""}, frozenset(files) - {""})


def _decoded(path: str, type_: type[T], files: Files) -> T | None:
    if not files.is_file(path):
        return None
    try:
        return json.decode(files.text(path), type=type_)
    except (UnreadableError, DecodeError, RecursionError):
        return None
