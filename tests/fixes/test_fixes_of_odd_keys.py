"""Templates with keys that are no texts: what is wrong is an error, and nothing crashes."""

from pathlib import Path

from taskwall.api.scan import Options, scan

FIXTURE = Path(__file__).parents[2] / "fixtures" / "rules" / "tw705" / "fail" / "template.yaml"


def test_a_key_that_is_a_list(tmp_path: Path) -> None:
    """The finding stays, with a fix in words, and nothing is edited there."""
    file = tmp_path / "template.yaml"
    scheme = "      Scheme: internet-facing\n"
    file.write_text(FIXTURE.read_text().replace(scheme, f"{scheme}      ? [a]\n      : b\n"))
    document = scan(Options((str(file),), cwd=str(tmp_path), select=("TW705",))).document
    assert document.crashes == ()
    assert [one.message for one in document.errors] == ["a key must be a string"]
    assert {one.rule for one in document.findings} == {"TW705"}
    assert all(one.fix is not None and not one.fix.edits for one in document.findings)
