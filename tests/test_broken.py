"""Broken sources: each is an error with a place, and what stands beside it is still judged.

A case is a folder `fixtures/broken/<case>/`: one broken source, and a good one whose finding is
marked on its line.
"""

import json
import os
from pathlib import Path

import pytest

from taskwall import cli
from taskwall.api.scan import Options, scan
from taskwall.findings.finding import ReportDocument

BROKEN = Path(__file__).parent.parent / "fixtures" / "broken"

PLACES = {
    "hcl_attribute_twice": ("network.tf", 3, 3),
    "hcl_bad_expression": ("network.tf", 2, 3),
    "hcl_binary": ("network.tf", 2, 118),
    "hcl_git_crypt": ("network.tf", 1, 1),
    "hcl_latin_1": ("network.tf", 1, 9),
    "hcl_module_includes_itself": ("again.tf", 1, 1),
    "hcl_modules_in_a_circle": ("modules/other/main.tf", 1, 1),
    "hcl_resource_twice": ("network.tf", 5, 1),
    "hcl_stray_text": ("network.tf", 5, 1),
    "hcl_unclosed_block": ("network.tf", 1, 27),
    "hcl_unclosed_heredoc": ("logs.tf", 3, 16),
    "hcl_unclosed_text": ("network.tf", 2, 16),
    "hcl_utf_16": ("network.tf", 1, 1),
    "json_key_twice": ("network.json", 4, 5),
    "json_latin_1": ("network.json", 2, 25),
    "json_missing_comma": ("network.json", 5, 7),
    "json_unclosed": ("network.json", None, None),
    "yaml_alias_to_itself": ("network.yaml", None, None),
    "yaml_alias_to_nothing": ("network.yaml", 4, 17),
    "yaml_anchors_bomb": ("network.yaml", None, None),
    "yaml_bad_indent": ("network.yaml", 4, 4),
    "yaml_key_twice": ("network.yaml", 6, 7),
    "yaml_latin_1": ("network.yaml", 1, 9),
    "yaml_resources_list": ("network.yaml", None, None),
    "yaml_tab": ("network.yaml", 5, 1),
    "yaml_unclosed_text": ("network.yaml", None, None),
}
"""Where each case is broken; None where more than one place could be said to be it."""

NO_TEMPLATES = ("yaml_empty", "yaml_list")
"""YAML that is no template is passed over silently."""


def scanned(folder: Path) -> ReportDocument:
    """The report on a folder, with paths seen from there."""
    return scan(Options(paths=(str(folder),), cwd=str(folder))).document


def judged(document: ReportDocument) -> list[tuple[str, str, int]]:
    """The findings on the good source."""
    return [(f.rule, f.file, f.line) for f in document.findings if f.file.startswith("good.")]


def marked(folder: Path) -> list[tuple[str, str, int]]:
    """What the good source of a folder says must be found in it."""
    return [
        (line.rpartition("# ")[2], file.name, number)
        for file in folder.glob("good.*")
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if "# TW" in line
    ]


def test_every_case_is_tried() -> None:
    """No folder of broken sources is forgotten here."""
    assert {*PLACES, *NO_TEMPLATES} == {folder.name for folder in BROKEN.iterdir()}


@pytest.mark.parametrize("case", PLACES)
def test_a_broken_source_is_an_error_with_its_place(case: str) -> None:
    """The error names file, line and column, and lies within the file."""
    document = scanned(BROKEN / case)
    file, line, column = PLACES[case]
    raw = (BROKEN / case / file).read_bytes()

    assert {error.file for error in document.errors} == {file}
    first = document.errors[0]
    assert (line or first.line, column or first.column) == (first.line, first.column)
    assert 1 <= first.line <= raw.count(b"\n") + 1
    assert first.column >= 1
    assert first.message


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("hcl_git_crypt", "is encrypted by git-crypt; git-crypt unlock makes it readable"),
        ("hcl_latin_1", "is not UTF-8"),
        ("hcl_utf_16", "is UTF-16; Terraform and CloudFormation use UTF-8"),
    ],
)
def test_why_bytes_are_no_text(case: str, message: str) -> None:
    """What makes a file unreadable is named where its bytes say so."""
    (error,) = scanned(BROKEN / case).errors

    assert error.message == message


@pytest.mark.parametrize("case", (*PLACES, *NO_TEMPLATES))
def test_what_stands_beside_it_is_still_judged(case: str) -> None:
    """The good source gets its finding, and nothing crashes."""
    document = scanned(BROKEN / case)

    assert marked(BROKEN / case) == judged(document)
    assert len(judged(document)) == 1
    assert document.crashes == ()


@pytest.mark.parametrize("case", NO_TEMPLATES)
def test_what_is_no_template_is_no_error(case: str) -> None:
    """YAML that is something else is none of our business."""
    assert scanned(BROKEN / case).errors == ()


@pytest.mark.parametrize("case", PLACES)
def test_the_command_ends_with_two_and_prints_everything(
    case: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 2 says that something was not read; finding and error are both printed."""
    monkeypatch.chdir(BROKEN / case)

    status = cli.main(["scan", "--format", "json", "."])

    shown = capsys.readouterr()
    document = json.loads(shown.out)
    assert status == 2
    assert "Traceback" not in shown.out + shown.err
    assert [f["rule"] for f in document["findings"]] == ["TW201"]
    assert document["errors"][0]["file"] == PLACES[case][0]


def test_all_of_it_at_once() -> None:
    """One scan over all broken sources judges every good one and reports every broken one."""
    document = scanned(BROKEN)

    assert document.summary.fail == len(PLACES) + len(NO_TEMPLATES)
    assert {case for case in PLACES if any(e.file.startswith(case) for e in document.errors)} == {
        *PLACES
    }
    assert document.crashes == ()


@pytest.mark.parametrize("name", ["nowhere", "nowhere.tf", "nowhere/template.yaml"])
def test_what_is_not_there_is_an_error(name: str, tmp_path: Path) -> None:
    """A path that does not exist is an error; others given with it are still scanned."""
    good = tmp_path / "good" / "good.tf"
    good.parent.mkdir()
    good.write_text((BROKEN / "hcl_latin_1" / "good.tf").read_text())
    options = Options(paths=(str(tmp_path / name), str(good)), cwd=str(tmp_path))

    document = scan(options).document

    assert [(e.file, e.line, e.column) for e in document.errors] == [(name, 1, 1)]
    assert [f.rule for f in document.findings] == ["TW201"]


def test_a_folder_that_contains_itself_is_read_once(tmp_path: Path) -> None:
    """A symbolic link back to its own folder neither hangs nor doubles what is found."""
    stack = tmp_path / "stack"
    stack.mkdir()
    (stack / "good.tf").write_text((BROKEN / "hcl_latin_1" / "good.tf").read_text())
    (stack / "again").symlink_to(stack, target_is_directory=True)
    (stack / "above").symlink_to(tmp_path, target_is_directory=True)

    document = scanned(stack)

    assert marked(stack) == judged(document)
    assert document.summary.fail == 1


@pytest.mark.parametrize("name", ["loop.tf", "loop.yaml"])
def test_a_link_to_itself_is_an_error(name: str, tmp_path: Path) -> None:
    """A file that is a symbolic link to itself is an error at its own path."""
    (tmp_path / name).symlink_to(name)
    (tmp_path / "good.tf").write_text((BROKEN / "hcl_latin_1" / "good.tf").read_text())

    document = scanned(tmp_path)

    assert [(e.file, e.line, e.column) for e in document.errors] == [(name, 1, 1)]
    assert marked(tmp_path) == judged(document)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the platform has no pipes among files")
def test_a_pipe_does_not_hang_the_scan(tmp_path: Path) -> None:
    """What is no plain file is said and not read: a pipe that nobody writes to never ends."""
    pipes = ["pipe.tf", "pipe.yaml", "some.auto.tfvars", "terraform.tfvars"]
    for name in pipes:
        os.mkfifo(tmp_path / name)
    (tmp_path / "good.tf").write_text((BROKEN / "hcl_latin_1" / "good.tf").read_text())
    document = scanned(tmp_path)

    assert marked(tmp_path) == judged(document)
    assert [error.file for error in document.errors] == pipes
    assert {error.message for error in document.errors} == {"cannot be read: is not a plain file"}


def test_an_empty_file_given_by_itself_is_an_error() -> None:
    """Nobody means to scan nothing: what is passed over in a folder is said when it is named."""
    path = next(file for file in (BROKEN / "yaml_empty").iterdir() if "good" not in file.name)
    document = scan(Options(paths=(str(path),), cwd=str(path.parent))).document

    assert [(e.file, e.line, e.message) for e in document.errors] == [(path.name, 1, "is empty")]
