"""The formats: what a report that holds everything looks like, and what must never be shown."""

import os
import re
import shlex
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import everything
from taskwall.cli.arguments import pairs
from taskwall.findings.finding import Report, ReportDocument, Summary
from taskwall.findings.text import sanitize, windowed
from taskwall.outputs import View, formats, render, write

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize(
    ("golden", "name", "verdicts", "view"),
    [
        ("report.json", "json", ("fail", "unknown", "pass"), View()),
        ("report.txt", "text", ("fail",), View()),
        ("report-verbose.txt", "text", ("fail", "unknown", "pass"), View(verbose=True)),
        ("report-narrow.txt", "text", ("fail",), View(width=60, fold=True)),
        ("report-colour.txt", "text", ("fail", "unknown"), View(colour=True)),
        ("report.sarif", "sarif", ("fail", "unknown", "pass"), View()),
        ("report-suppressed.sarif", "sarif", ("fail",), View(suppressed=True)),
        ("report.xml", "junit", ("fail", "unknown", "pass"), View()),
        ("report-github.txt", "github", ("fail", "unknown", "pass"), View()),
        ("report-gitlab.json", "gitlab", ("fail", "unknown", "pass"), View()),
        ("report.md", "markdown", ("fail", "unknown", "pass"), View()),
    ],
)
def test_goldens(golden: str, name: str, verdicts: tuple[str, ...], view: View) -> None:
    """Each format of the report that holds everything is as it was looked through."""
    actual = render(name, everything(verdicts), view)
    path = DATA / golden
    if os.environ.get("UPDATE"):
        path.write_text(actual, encoding="utf-8")
    assert actual == path.read_text(encoding="utf-8")


def test_colour_only_adds_colour() -> None:
    """In colour the same text stands as without."""
    plain = render("text", everything(), View())
    colourful = render("text", everything(), View(colour=True))
    assert colourful != plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", colourful) == plain


def test_json_is_the_contract() -> None:
    """The JSON is the document and reads back as what it was made from."""
    raw = render("json", everything(), View())
    assert msgspec.json.decode(raw, type=ReportDocument) == everything().document
    assert list(msgspec.json.decode(raw)) == [
        *("version", "taskwall", "summary", "findings", "suppressed", "absent", "ties"),
        *("warnings", "unread", "errors", "crashes"),
    ]


def test_formats_are_the_files_of_the_folder() -> None:
    """Nothing lists the formats."""
    known = ("csv", "github", "gitlab", "json", "junit", "markdown", "sarif", "text")
    assert formats() == known


def test_silence_is_no_praise() -> None:
    """A report of nothing says what was looked at, and that nothing was judged."""
    for summary, says in (
        (Summary(), "Nothing was analysed"),
        (Summary(files=3, stacks=1), "no resources were found in 3 files"),
        (Summary(files=3, stacks=1, resources=2), "no rule applies to any of 2 resources in"),
        (Summary(files=1, stacks=1, resources=1, passed=1), "Analysed 1 file: 1 stack"),
    ):
        text = render(
            "text", Report(ReportDocument(1, "0", summary, ()), lambda _f, _l: None), View()
        )
        assert ("No findings" in text) == (summary.passed > 0)
        assert says in text


def test_silence_of_selected_rules() -> None:
    """What rules that do not run would say is not known."""
    document = ReportDocument(1, "0", Summary(files=3, stacks=1, resources=2), ())
    report = Report(document, lambda _f, _l: None, selected=True)
    says = "Nothing was analysed: no selected rule applies to any of 2 resources in 3 files."
    assert says in render("text", report, View())


@pytest.mark.parametrize(
    ("summary", "says"),
    [
        (Summary(1, 1, 1, passed=1), "No findings.\n"),
        (Summary(1, 1, 1, passed=1, unknown=1), "No findings, but 1 verdict is unknown.\n"),
        (Summary(1, 1, 1, passed=1, unknown=2), "No findings, but 2 verdicts are unknown.\n"),
        (Summary(1, 1, 1, passed=1, absent=1), "No findings, but 1 module was not read.\n"),
        (Summary(1, 1, 1, passed=1, errors=1), "No findings, but 1 place could not be read.\n"),
        (Summary(1, 1, 1, passed=1, crashes=1), "No findings, but there was 1 crash.\n"),
        (
            Summary(1, 1, 1, passed=1, unknown=1, absent=1, errors=2),
            "No findings, but 1 verdict is unknown, 1 module was not read and 2 places could ",
        ),
    ],
)
def test_no_findings_is_said_alone_only_where_all_is_decided(summary: Summary, says: str) -> None:
    """What is unknown, absent, unreadable or crashed may hide a finding: the sentence says so."""
    absent = everything().document.absent if summary.absent else ()
    document = ReportDocument(2, "0", summary, (), absent=absent)
    text = render("text", Report(document, lambda _f, _l: None), View())
    assert says in text


def test_a_call_that_two_stacks_make_is_one() -> None:
    """A module that two roots call makes the same call twice: nothing is said of several."""
    one = everything().document.absent[0]
    absent = (one, msgspec.structs.replace(one, stack="other"))
    document = ReportDocument(2, "0", Summary(1, 2, 1, passed=1, absent=2), (), absent=absent)
    text = render("text", Report(document, lambda _f, _l: None), View())
    assert "1 module not read (what it creates is unknown):\n" in text
    assert "No findings, but 1 module was not read.\n" in text


OPTIONS = [
    ("var.peers", "var", "--var peers=VALUE"),
    ("VpcId", "parameters", "--parameters VpcId=VALUE"),
    ("data.aws_vpc.main.id", "assume", "--assume data.aws_vpc.main.id=VALUE"),
    ('aws_eip.nat["a"].id', "assume", "--assume 'aws_eip.nat[\"a\"].id=VALUE'"),
    ('aws_eip.nat["a=\'b"].id', "assume", "--assume 'aws_eip.nat[\"a='\\''b\"].id=VALUE'"),
    ("var.peers", "", ""),
    ("the ports of aws_ecs_service.api", "", ""),
    ("Fn::Join(=, Names)", "assume", ""),
    ('aws_eip.nat["a\\"b"].id', "assume", ""),
    ("odd\x1bname", "assume", ""),
    ("", "assume", ""),
]


@pytest.mark.parametrize(("name", "option", "says"), OPTIONS)
def test_the_option_that_gives_a_value_is_ready_to_be_used(
    name: str, option: str, says: str
) -> None:
    """It is quoted for a shell, and read as it is meant; what cannot be said so is not said."""
    unknown = msgspec.structs.replace(everything().findings[2], missing=(name,))
    report = msgspec.structs.replace(everything(), findings=(unknown,), options={name: option})
    text = render("text", report, View())
    assert text.count("provide it with") == bool(says)
    assert f"        provide it with {says}\n" in text or not says
    if says:
        (word, pair) = shlex.split(says)
        (read,) = pairs([pair], word)
        assert read == (name.removeprefix("var.") if option == "var" else name, "VALUE")


def test_outputs_of_an_absent_module_wait_for_the_module() -> None:
    """No option gives what a module puts out that is not there: what brings it is said once."""
    needs = ("module.vpc.private_subnets", "module.vpc[0].vpc_id", "module.vpcs.id")
    unknown = msgspec.structs.replace(everything().findings[2], missing=needs)
    options = dict.fromkeys(needs, "assume")
    report = msgspec.structs.replace(everything(), findings=(unknown,), options=options)
    text = render("text", report, View())
    assert "     1  module.vpc, which is not there to be read\n" in text
    assert text.count("provide it with") == 1
    assert "provide it with --assume module.vpcs.id=VALUE" in text
    assert "to read it, in infra: terraform get" in text


def test_quiet_and_summary() -> None:
    """Quiet is what was found and nothing else, a summary is counts and nothing else."""
    quiet = render("text", everything(("fail",)), View(quiet=True))
    assert quiet.startswith("CRITICAL: 1 finding\n")
    assert quiet.endswith("error: infra/broken.tf:7:2: a block is not closed\n")
    assert "note" not in quiet
    summary = render("text", everything(("fail", "unknown")), View(summary=True))
    assert "     1  TW204 critical: No security group opens tasks" in summary
    assert "     1  TW109 unknown\n" in summary
    assert " | " not in summary
    assert "4 findings: 1 critical" in summary


def test_nothing_steers_the_terminal() -> None:
    """What sources say cannot move the cursor, change colours or turn the order of letters."""
    text = render("text", everything(), View(verbose=True))
    assert not [char for char in text if not (char.isprintable() or char == "\n")]
    assert sanitize("a\x1b[2J\u202eb\tc") == "a�[2J�b    c"


@given(
    st.text(st.sampled_from("ab \t網é́"), max_size=300),
    st.integers(0, 320),
    st.integers(0, 320),
    st.integers(20, 120),
)
def test_the_mark_stands_below_the_place(line: str, start: int, end: int, room: int) -> None:
    """Whatever the line, what is shown has room, and the mark begins where the place does."""
    text, offset, length = windowed(line, start, end, room)
    cells = [
        (char, 2 if char == "網" else 0 if char == "́" else 1)  # tabs are blanks by now
        for char in text
    ]
    assert sum(width for _, width in cells) <= room
    assert length >= 1
    assert offset < room or not text
    if start < min(len(line), end) and line[start] in "ab網é":
        reached = 0
        for char, width in cells:
            if reached == offset and width:
                assert char == line[start]
                break
            reached += width
        else:
            pytest.fail("the place is not shown")


def test_long_lines_are_not_measured_whole() -> None:
    """A place in a line of megabytes is shown like any other."""
    line = "x" * 5_000_000 + "HERE" + "y" * 5_000_000
    text, offset, length = windowed(line, 5_000_000, 5_000_004, 80)
    assert text[offset : offset + length] == "HERE"
    assert (text[0], text[-1]) == ("…", "…")


def test_files_are_never_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If writing fails, the file is as it was and nothing lies beside it."""
    target = tmp_path / "report.json"
    target.write_text("old")

    def fails(*_: str) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("taskwall.outputs.os.replace", fails)
        with pytest.raises(OSError, match="No space"):
            write(str(target), "new")
    assert target.read_text() == "old"
    write(str(target), "new")
    assert target.read_text() == "new"
    assert os.listdir(tmp_path) == ["report.json"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """Writing through a symbolic link changes the file that it leads to."""
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write(str(tmp_path / "link"), "new")
    assert ((tmp_path / "real").read_text(), (tmp_path / "link").is_symlink()) == ("new", True)
