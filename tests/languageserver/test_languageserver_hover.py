"""Hovers and code lenses: at declarations, references and rules, also while texts move."""

import re
from pathlib import Path

import pytest
from lsprotocol.types import Position
from msgspec.structs import replace

from languageserver.stacks import RULE, SERVICE, TEMPLATE
from taskwall.findings.text import sanitize
from taskwall.languageserver.documents import OpenDocument
from taskwall.languageserver.hover import Summaries, as_markdown, at_line, hover, lenses
from taskwall.languageserver.markdown import as_prose, without_marks
from taskwall.languageserver.positions import DocumentLines
from taskwall.session.session import Session

DEMO = Path(__file__).parents[2] / "fixtures" / "demo"


def opened(path: Path) -> OpenDocument:
    """A document as it is on disk."""
    return OpenDocument(path.as_uri(), str(path), 1, DocumentLines(path.read_text(), "utf-16"))


def drawn(folder: Path) -> Summaries:
    """The summaries of a folder."""
    return Summaries.by_header(Session(str(folder)).summaries(), {})


def over(document: OpenDocument, text: str, found: Summaries, *, markdown: bool = True) -> str:
    """What is shown over the first place of a text in a document; "" if nothing is."""
    position = document.lines.position_at(document.text.index(text) + len(text) // 2)
    shown = hover(document, position, found, markdown=markdown)
    return "" if shown is None else shown.contents.value  # type: ignore[union-attr]


def test_terraform(tmp_path: Path) -> None:
    """Over the declaration and over a reference the same is said; elsewhere nothing."""
    main = tmp_path / "main.tf"
    main.write_text(SERVICE)
    (tmp_path / "rules.tf").write_text(RULE)
    found, document = drawn(tmp_path), opened(main)
    said = over(document, '"aws_security_group" "web"', found)
    assert said.startswith("**security group `aws_security_group.web`**")
    link = f"([rules.tf:3]({(tmp_path / 'rules.tf').as_uri()}#L3))"
    assert f"- aws_security_group.web allows ingress from 0.0.0.0/0 on port 8080. {link}" in said
    assert over(document, "aws_security_group.web.id", found) == said
    assert over(document, '"aws_ecs_service" "web"', found).startswith("**service ")
    assert over(document, "aws_ecs_task_definition.web.arn", found) == ""
    assert over(document, "launch_type", found) == ""


def test_cloudformation(tmp_path: Path) -> None:
    """Over a logical id where it is declared, and where it is referred to."""
    path = tmp_path / "stack.yaml"
    path.write_text(TEMPLATE)
    found, document = drawn(tmp_path), opened(path)
    said = over(document, "  Web:", found)
    assert "Service Service uses it." in said
    assert over(document, "!Ref Web", found) == ""  # over the function
    assert over(document, " Web]", found) == said


def test_a_module_is_all_that_is_in_it() -> None:
    """Over a call of a module stands what its things are."""
    folder = DEMO / "terraform"
    document, found = opened(folder / "services.tf"), drawn(folder)
    said = over(document, "module.web.", found)
    assert "**service `module.web.aws_ecs_service.this`**" in said
    assert "**security group `module.web.aws_security_group.tasks`**" in said
    assert "module.mailer.aws_ecs_service.this`**" not in said


def test_rules_are_explained_where_they_are_named(tmp_path: Path) -> None:
    """Over the id in a comment stands what the rule is about; a plain text where that is wanted."""
    path = tmp_path / "main.tf"
    path.write_text("# taskwall:skip=TW204: public; TW999 is none\n")
    document = opened(path)
    assert over(document, "TW204", Summaries()).startswith("**TW204: ")
    plain = over(document, "TW204", Summaries(), markdown=False)
    assert plain.startswith("TW204: ")
    assert "**" not in plain
    assert over(document, "TW999", Summaries()) == ""


def test_lenses_move_with_their_services(tmp_path: Path) -> None:
    """They stay above the service while lines are put in before it, and go with it."""
    main = tmp_path / "main.tf"
    main.write_text(SERVICE)
    (tmp_path / "rules.tf").write_text(RULE)
    found = replace(drawn(tmp_path), texts={str(main): SERVICE})
    document = opened(main)
    titles = [lens.command.title for lens in lenses(document, found) if lens.command is not None]
    assert titles == ["behind no load balancer, allows 0.0.0.0/0:8080", "allows 0.0.0.0/0:8080"]
    lens, _ = lenses(document, found)
    line = SERVICE.split("\n").index('resource "aws_ecs_service" "web" {')
    assert lens.range.start == Position(line, 0)
    moved = replace(document, lines=DocumentLines(f"# one\n# two\n{SERVICE}", "utf-16"))
    lens, _ = lenses(moved, found)
    assert lens.range.start.line == line + 2
    assert [each.name for each in at_line(moved, line + 3, found)] == ["aws_ecs_service.web"]
    gone = SERVICE.replace('resource "aws_', 'resource "x')
    assert not list(lenses(replace(document, lines=DocumentLines(gone, "utf-16")), found))


def test_one_lens_for_all_instances() -> None:
    """A module that is called three times has one line above its service, one above its group."""
    folder = DEMO / "terraform"
    document = opened(folder / "modules" / "service" / "main.tf")
    titles = [each.command.title for each in lenses(document, drawn(folder)) if each.command]
    assert len(titles) == 2
    assert all(title.endswith("(and 2 more)") for title in titles)


@pytest.mark.parametrize("text", ["a](https://x) [b", "**x** `y` <b>", "\\[a\\](b)", "a\nb\x1b"])
def test_texts_of_sources_stay_texts(text: str) -> None:
    """No mark, link or line of theirs has an effect, and without marks they are what they were."""
    assert without_marks(f"**{as_prose(text)}**") == sanitize(text)
    assert not re.search(r"(?<!\\)[\[`*<]", as_prose(text).replace("\\\\", ""))


@pytest.mark.parametrize("language", ["terraform", "cloudformation"])
def test_summaries_are_written_in_markdown(language: str) -> None:
    """Each is a heading and a list; every place in it is a link to a line that exists."""
    for summary in Session(str(DEMO / language)).summaries():
        head, blank, *lines = as_markdown(summary).split("\n")
        assert f"`{summary.name}`" in head
        assert blank == ""
        assert len(lines) == len(summary.lines)
        assert all(line.startswith("- ") for line in lines)
        for line in summary.lines:
            if line.place is not None:
                text = Path(line.place.file).read_text().split("\n")
                assert 0 < line.place.line <= len(text)
