"""The formats: what a report that holds everything looks like, and what must never be shown."""

import os
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskwall.finding import (
    CalledFrom,
    Crash,
    Document,
    Edit,
    Finding,
    Fix,
    Problem,
    Report,
    Step,
    Summary,
    Suppressed,
    Unread,
)
from taskwall.outputs import View, formats, render, write
from taskwall.outputs.text import clean, windowed

DATA = Path(__file__).parent / "data"

SOURCES = {
    "infra/api.tf": {
        12: '\t\tcidr_blocks = ["0.0.0.0/0"]',
        20: '  description = "網関 の 規則" # コメント',
        30: '  environment = [{ name = "DB", value = "************" }]',
        40: "  ingress {",
        44: "  }",
    },
    "infra/template.yaml": {
        7: "        SecurityGroupIngress: "
        + "[{CidrIp: 10.0.0.0/8}, " * 6
        + '{"CidrIp": "0.0.0.0/0"}'
        + ", {CidrIp: 10.0.0.0/8}" * 6
        + "]",
    },
}

FIX = Fix(
    "Admit the group of the load balancer instead:\n\n"
    "    source_security_group_id = aws_security_group.alb.id\n",
    (Edit("infra/api.tf", 12, 17, 12, 30, "[]"),),
)

FINDINGS = (
    Finding(
        "TW204", "fail", "high", "aws_security_group.api", ("aws_security_group.api",), "infra",
        *("infra/api.tf", 12, 17, 12, 30),
        "aws_security_group.api opens the tasks of aws_ecs_service.api to the whole internet",
        because=(
            Step("aws_ecs_service.api", "infra/main.tf", 3, "aws_ecs_service.api wears it"),
            Step("aws_security_group.api", "infra/api.tf", 12, "0.0.0.0/0 is every address"),
        ),
        fix=FIX,
        fingerprint="00000000000000000001",
    ),
    Finding(
        "TW204", "fail", "critical", 'module.api["a"].aws_security_group.this[0]',
        tuple(f'module.api["{key}"].aws_security_group.this[0]' for key in "abcdef"), "infra",
        *("infra/api.tf", 20, 18, 20, 29),
        "a group whose description is 網関 is open",
        because=tuple(Step("r", "infra/api.tf", n, f"step {n}") for n in range(1, 13)),
        called_from=(CalledFrom("infra/main.tf", 9, "module.api"),),
        construct="Stack/Api/Group",
        when='var.environment is "dev"',
        fix=FIX,
        fingerprint="00000000000000000002",
    ),
    Finding(
        "TW109", "unknown", "medium", "aws_ecs_task_definition.api",
        ("aws_ecs_task_definition.api",), "infra",
        *("infra/api.tf", 30, 3, 30, 58),
        "cannot tell whether aws_ecs_task_definition.api reaches its database in plain text",
        missing=("var.database", "data.aws_db_instance.main.endpoint"),
        fix=Fix("Use TLS."),
        fingerprint="00000000000000000003",
    ),
    Finding(
        "TW212", "pass", "low", "aws_security_group.api", ("aws_security_group.api",), "infra",
        *("infra/api.tf", 40, 3, 44, 4),
        "the permissions of aws_security_group.api mean what they say",
        fix=Fix("Nothing."),
    ),
    Finding(
        "TW205", "fail", "medium", "ApiGroup", ("ApiGroup",), "infra/template.yaml",
        *("infra/template.yaml", 7, 169, 7, 192),
        "ApiGroup admits \x1b[31mevery\u202e address\nand more",
        fix=Fix("Name the group."),
        fingerprint="00000000000000000005",
    ),
    Finding(
        "TW205", "fail", "info", "Gone", ("Gone",), "infra/template.yaml",
        *("infra/other.yaml", 3, 1, 3, 5),
        "Gone stands where no excerpt can be had",
        fix=Fix("Name the group."),
        fingerprint="00000000000000000006",
    ),
)  # fmt: skip

SUPPRESSED = (
    Suppressed(
        msgspec.structs.replace(FINDINGS[4], file="infra/old.yaml", message="Old is open"),
        *("comment", "a game server", "infra/old.yaml", 6),
    ),
    Suppressed(FINDINGS[4], "baseline", "", "taskwall-baseline.json", 1),
)


def everything(verdicts: tuple[str, ...] = ("fail", "unknown", "pass")) -> Report:
    """A report with something in each of its places."""
    return Report(
        Document(
            1,
            "0.1.0",
            Summary(4, 2, 1080, 4, 1, 1, 2, 1, 1),
            tuple(one for one in FINDINGS if one.verdict in verdicts),
            SUPPRESSED,
            (
                Unread("aws_some_type", 2),
                Unread("aws_other_type", 1),
                Unread("aws_lb", 1, ("idle_timeout",)),
            ),
            (Problem("infra/broken.tf", 7, 2, "a block is not closed"),),
            (Crash("TW302", "infra", "KeyError: 'port'"),),
        ),
        lambda file, line: SOURCES.get(file, {}).get(line),
        ("infra/api.tf:2: the suppression of TW206 no longer suppresses anything",),
        FINDINGS,
        2,
        {
            "var.database": "has no default",
            "data.aws_db_instance.main.endpoint": "is not in the sources",
        },
    )


@pytest.mark.parametrize(
    ("golden", "name", "verdicts", "view"),
    [
        ("report.json", "json", ("fail", "unknown", "pass"), View()),
        ("report.txt", "text", ("fail",), View()),
        ("report-verbose.txt", "text", ("fail", "unknown", "pass"), View(verbose=True)),
        ("report-narrow.txt", "text", ("fail",), View(width=60)),
        ("report-colour.txt", "text", ("fail", "unknown"), View(colour=True)),
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
    assert msgspec.json.decode(raw, type=Document) == everything().document
    assert list(msgspec.json.decode(raw)) == [
        *("version", "taskwall", "summary", "findings", "suppressed", "unread", "errors"),
        "crashes",
    ]


def test_formats_are_the_files_of_the_folder() -> None:
    """Nothing lists the formats."""
    assert {"json", "text"} <= set(formats())


def test_silence_is_no_praise() -> None:
    """A report of nothing says what was looked at, and that nothing was judged."""
    for summary, says in (
        (Summary(), "Nothing was looked at"),
        (Summary(files=3, stacks=1), "no resources were found in 3 files"),
        (Summary(files=3, stacks=1, resources=2), "among 2 resources in 3 files"),
        (Summary(files=1, stacks=1, resources=1, passed=1), "Looked at 1 file: 1 stack"),
    ):
        text = render("text", Report(Document(1, "0", summary, ()), lambda _f, _l: None), View())
        assert text.startswith("No findings.\n")
        assert says in text


def test_nothing_steers_the_terminal() -> None:
    """What sources say cannot move the cursor, change colours or turn the order of letters."""
    text = render("text", everything(), View(verbose=True))
    assert not [char for char in text if not (char.isprintable() or char == "\n")]
    assert clean("a\x1b[2J\u202eb\tc") == "a�[2J�b    c"


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
