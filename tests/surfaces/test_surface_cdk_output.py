"""Templates that an earlier synthesis of CDK has left in its folder: reported, and not judged."""

import json
from pathlib import Path
from typing import Any

import pytest

from taskwall.api.options import Options
from taskwall.api.scan import scan

OPEN = json.dumps(
    {"Resources": {"Db": {"Type": "AWS::RDS::DBInstance", "Properties": {"DBName": "shop"}}}}
)
MANIFEST: dict[str, Any] = {
    "version": "36.0.0",
    "artifacts": {
        "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}},
        "Web": {
            "type": "aws:cloudformation:stack",
            "properties": {"templateFile": "W.template.json"},
        },
    },
}


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What CDK makes of an app with one stack, beside that of a stack which it no longer has."""
    folder = tmp_path / "cdk.out"
    folder.mkdir()
    for name in ("W.template.json", "WNested.nested.template.json", "Old.template.json"):
        (folder / name).write_text(OPEN)
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    monkeypatch.chdir(tmp_path)
    return folder


def test_what_the_manifest_names_no_more_is_not_read(output: Path) -> None:
    """Stacks and their nested ones are; a template that is given by itself is, too."""
    report = scan(Options())

    assert report.document.summary.stacks == 2
    [warning] = report.document.warnings
    assert warning.file == "cdk.out/manifest.json"
    assert warning.message.startswith("does not name 1 template beside it, ")
    assert warning.message.endswith("; not read: Old.template.json")
    assert scan(Options(paths=("cdk.out/Old.template.json",))).document.summary.stacks == 1


def test_each_manifest_has_one_warning(output: Path) -> None:
    """Templates of a stage lie below, between those of the app in the order of their paths."""
    stage = output / "assembly-Prod"
    stage.mkdir()
    for folder, name in ((output, "web.template.json"), (stage, "Old.template.json")):
        (folder / name).write_text(OPEN)
    (stage / "W.template.json").write_text(OPEN)
    (stage / "manifest.json").write_text(json.dumps(MANIFEST))

    warnings = scan(Options()).document.warnings
    assert [(one.file, one.message.partition(" beside")[0]) for one in warnings] == [
        ("cdk.out/assembly-Prod/manifest.json", "does not name 1 template"),
        ("cdk.out/manifest.json", "does not name 2 templates"),
    ]


def test_a_stack_by_itself_is_read_with_its_nested_ones(output: Path) -> None:
    """CDK names them by the hash of what is in them."""
    stack = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": {"Fn::Sub": "https://s3.${AWS::URLSuffix}/assets/0a1b.json"}},
    }
    (output / "W.template.json").write_text(json.dumps({"Resources": {"Nested": stack}}))
    source = {"path": "WNested.nested.template.json"}
    files = {"0a1b": {"source": source, "destinations": {"here": {"objectKey": "0a1b.json"}}}}
    (output / "W.assets.json").write_text(json.dumps({"files": files}))

    assert scan(Options(paths=("cdk.out/W.template.json",))).document.absent == ()


@pytest.mark.parametrize("text", ["", "{", '{"artifacts": []}', '{"artifacts": {}}', "[" * 9999])
def test_a_manifest_that_names_no_template_decides_nothing(output: Path, text: str) -> None:
    """Nor does one that is no manifest of CDK's, or is none at all."""
    (output / "manifest.json").write_text(text)

    assert scan(Options()).document.summary.stacks == 3


def test_nested_templates_that_no_asset_is_are_not_read(output: Path) -> None:
    """A stack's assets are what its last synthesis nests."""
    names = ("W", "WNested.nested")
    artifacts: dict[str, object] = {
        **MANIFEST["artifacts"],
        "W.assets": {"type": "cdk:asset-manifest", "properties": {"file": "W.assets.json"}},
    }
    (output / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    (output / "Gone.nested.template.json").write_text(OPEN)
    files = {name: {"source": {"path": f"{name}.template.json"}} for name in names}
    (output / "W.assets.json").write_text(json.dumps({"files": files}))
    report = scan(Options())

    assert report.document.summary.stacks == 2
    [warning] = report.document.warnings
    assert "2 templates" in warning.message
    assert warning.message.endswith("; not read: Gone.nested.template.json, Old.template.json")

    (output / "W.assets.json").write_text("{")
    assert scan(Options()).document.summary.stacks == 3
