"""The workspace: projects, settings, files on disk, and what is no longer so."""

import asyncio
import os
import re
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from lsprotocol.types import Diagnostic, DiagnosticSeverity, Position, Range

from languageserver.sittings import PATIENCE, Sitting, sit
from languageserver.stacks import RULE, SERVICE
from taskwall.languageserver import documents
from taskwall.languageserver.preferences import Preferences, preferences
from taskwall.languageserver.projects import Project, ProjectView, folder_of, is_deep
from taskwall.session.cache import CancelledError


def root(folder: Path) -> Path:
    """A root module of two files, of which `rules.tf` breaks TW204."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "main.tf").write_text(SERVICE)
    (folder / "rules.tf").write_text(RULE)
    return folder


def at_desk(
    *folders: Path, file: str | None = None, **settings: object
) -> Callable[[Callable[[Sitting], Awaitable[None]]], None]:
    """Run a script at a workspace, and leave it."""

    def run(script: Callable[[Sitting], Awaitable[None]]) -> None:
        async def whole() -> None:
            sitting = Sitting(*folders, file=file, **settings)
            try:
                await script(sitting)
            finally:
                sitting.workspace.end()

        sit(whole)

    return run


def test_files_that_are_not_open_are_shown_too(tmp_path: Path) -> None:
    """Whoever opens one file of a root is shown what is wrong in all of them."""
    root(tmp_path)

    @at_desk(tmp_path)
    async def _(sitting: Sitting) -> None:
        sitting.open(tmp_path / "main.tf")
        await sitting.shows("rules.tf", "TW204")
        assert ("rules.tf", None) in sitting.screen.publications


def test_a_module_that_is_absent_is_a_hint_at_its_call(tmp_path: Path) -> None:
    """The hint says what brings the module, and goes when the call does."""
    root(tmp_path)
    call = 'module "vpc" {\n  source = "acme/vpc/aws"\n}\n'

    def hints(sitting: Sitting) -> list[str]:
        shown = sitting.screen.shown.get("calls.tf", ())
        return [
            f"{one.range.start.line}: {one.message}"
            for one in shown
            if one.severity == DiagnosticSeverity.Hint and one.code is None
        ]

    @at_desk(tmp_path)
    async def _(sitting: Sitting) -> None:
        sitting.open(tmp_path / "calls.tf", call)
        await sitting.screen.until(lambda: bool(hints(sitting)))
        [hint] = hints(sitting)
        assert hint.startswith("1: module.vpc is not read: acme/vpc/aws")
        assert hint.endswith("to read it, in .: terraform get")
        sitting.type(tmp_path / "calls.tf", "# nothing\n")
        await sitting.screen.until(lambda: not hints(sitting))


def test_what_has_not_changed_is_not_shown_again(tmp_path: Path) -> None:
    """A change that no rule minds is published for no file but its own."""
    root(tmp_path)

    @at_desk(tmp_path)
    async def _(sitting: Sitting) -> None:
        sitting.open(tmp_path / "main.tf")
        await sitting.shows("rules.tf", "TW204")
        sitting.open(tmp_path / "note.tf", "# nothing\n")
        before = len(sitting.screen.publications)
        sitting.type(tmp_path / "note.tf", "# still nothing\n")
        sitting.type(tmp_path / "main.tf", SERVICE.replace("aws_security_group.web.id", '"sg-1"'))
        sitting.workspace.saved((tmp_path / "main.tf").as_uri())
        await sitting.lacks("rules.tf", "TW204")
        names = {name for name, _ in sitting.screen.publications[before:]}
        assert "note.tf" not in names


def test_only_the_newest_text_is_shown(tmp_path: Path) -> None:
    """Of many changes in a row what is shown is the last: nothing of those before it."""
    root(tmp_path)

    @at_desk(tmp_path)
    async def _(sitting: Sitting) -> None:
        path = tmp_path / "rules.tf"
        sitting.open(path)
        for number in range(50):
            sitting.type(path, RULE + f"# {number}\n")
        sitting.type(path, RULE)
        await sitting.shows("rules.tf", "TW204")
        versions = [version for name, version in sitting.screen.publications if name == "rules.tf"]
        assert versions == [52]


CLOSED = RULE.replace("0.0.0.0/0", "10.0.0.0/16")


@pytest.mark.parametrize("after", [False, True], ids=["while it is judged", "once it is judged"])
@pytest.mark.parametrize("last", [CLOSED, RULE], ids=["another", "the one before"])
def test_a_text_that_is_older_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str, after: bool
) -> None:
    """What is typed while an older text is judged is shown, and nothing of the older one.

    The thread that judges waits in the middle of it, or at its end, until something was typed.
    """
    root(tmp_path)
    path = tmp_path / "rules.tf"
    older = RULE.replace("8080", "8443")
    ends: list[str] = []
    judge = Project.judge

    @at_desk(tmp_path)
    async def _(sitting: Sitting) -> None:
        loop, typed = asyncio.get_running_loop(), threading.Event()

        def newer() -> None:
            sitting.type(path, last)
            typed.set()

        def interrupted() -> None:
            loop.call_soon_threadsafe(newer)
            assert typed.wait(PATIENCE)

        def judged(project: Project, stale: Callable[[], bool] | None = None) -> ProjectView:
            asked = stale or bool

            def met() -> bool:
                if not typed.is_set() and not after:
                    assert not asked()
                    interrupted()
                return asked()

            try:
                view = judge(project, met)
            except CancelledError:
                ends.append("given up")
                raise
            if after and not typed.is_set():
                interrupted()
            ends.append("judged")
            return view

        sitting.open(path)
        await sitting.shows("rules.tf", "TW204")
        monkeypatch.setattr(Project, "judge", judged)
        sitting.type(path, older)
        await sitting.screen.until(lambda: ("rules.tf", 3) in sitting.screen.publications)
        assert ends == ["judged" if after else "given up", "judged"]
        assert ("TW204" in sitting.screen.codes("rules.tf")) is (last == RULE)
        versions = [version for name, version in sitting.screen.publications if name == "rules.tf"]
        assert versions == [1, 3]


def test_closing_the_last_document_takes_everything_away(tmp_path: Path) -> None:
    """Of a project that nobody looks at nothing is shown."""
    root(tmp_path)

    @at_desk(tmp_path)
    async def _(sitting: Sitting) -> None:
        uri = sitting.open(tmp_path / "main.tf")
        await sitting.shows("rules.tf", "TW204")
        sitting.workspace.closed(uri)
        await sitting.screen.until(lambda: not any(sitting.screen.shown.values()))


def test_closing_without_saving_brings_the_disk_back(tmp_path: Path) -> None:
    """What was typed and thrown away no longer counts."""
    root(tmp_path)

    @at_desk(tmp_path)
    async def _(sitting: Sitting) -> None:
        sitting.open(tmp_path / "main.tf")
        uri = sitting.open(tmp_path / "rules.tf", "")
        await sitting.lacks("rules.tf", "TW204")
        sitting.workspace.closed(uri)
        await sitting.shows("rules.tf", "TW204")


def test_each_workspace_folder_is_a_project(tmp_path: Path) -> None:
    """What is opened in one folder is judged with that, and settings hold where they stand."""
    one, two = root(tmp_path / "one"), tmp_path / "two"
    two.mkdir()
    (two / "other.tf").write_text(SERVICE.replace("web", "shop") + RULE.replace("web", "shop"))
    (two / "taskwall.toml").write_text('ignore = ["TW204"]')

    @at_desk(one, two)
    async def _(sitting: Sitting) -> None:
        sitting.open(one / "main.tf")
        sitting.open(two / "other.tf")
        await sitting.shows("rules.tf", "TW204")
        await sitting.screen.until(lambda: bool(sitting.screen.shown.get("other.tf")))
        assert "TW204" not in sitting.screen.codes("other.tf")
        sitting.workspace.folders([], [two.as_uri()])
        await sitting.shows("rules.tf", "TW204")


def test_folder_of_a_document(tmp_path: Path) -> None:
    """The nearest settings or repository within the workspace folder, else that itself."""
    deep = tmp_path / "work" / "infra" / "prod"
    deep.mkdir(parents=True)
    work, file = str(tmp_path / "work"), str(deep / "main.tf")
    assert folder_of(file, [work]) == work
    assert folder_of(file, [work, str(deep)]) == str(deep)
    (tmp_path / "work" / "infra" / "pyproject.toml").write_text("[tool.other]\n")
    assert folder_of(file, [work]) == work
    (tmp_path / "work" / "infra" / "pyproject.toml").write_text("[tool.taskwall]\n")
    assert folder_of(file, [work]) == str(tmp_path / "work" / "infra")
    (deep / ".git").mkdir()
    assert folder_of(file, [work]) == str(deep)
    other = tmp_path / "elsewhere"
    other.mkdir()
    assert folder_of(str(other / "a.yaml"), [work]) == str(other)


def test_a_file_that_stands_alone_is_judged_with_its_folder(tmp_path: Path) -> None:
    """Without a workspace folder nothing below is searched, but for the modules that are called."""
    root(tmp_path / "below")
    (tmp_path / "main.tf").write_text('module "web" {\n  source = "./called"\n}\n')
    root(tmp_path / "called")

    @at_desk()
    async def _(sitting: Sitting) -> None:
        sitting.open(tmp_path / "main.tf")
        await sitting.shows("rules.tf", "TW204")
        uris = {uri for uri, found in sitting.screen.by_uri.items() if found}
        assert (tmp_path / "called" / "rules.tf").as_uri() in uris
        assert (tmp_path / "below" / "rules.tf").as_uri() not in uris


def test_folders_that_hold_everything_are_not_searched(tmp_path: Path) -> None:
    """Not the home folder, nor the root; a workspace folder and a repository are."""
    home, work = str(Path.home()), str(tmp_path / "work")
    assert not is_deep(home, [home])
    assert not is_deep(os.path.abspath(os.sep), [os.path.abspath(os.sep)])
    assert is_deep(work, [work])
    assert not is_deep(work, [])
    (tmp_path / "work" / ".git").mkdir(parents=True)
    assert is_deep(work, [])


def test_settings_of_the_command_take_the_place_of_a_project_s(tmp_path: Path) -> None:
    """What a folder that is opened says of itself does not count then, be it right or wrong."""
    root(tmp_path / "work")
    (tmp_path / "work" / "taskwall.toml").write_text('ignore = ["TW204"]')
    (tmp_path / "own.toml").write_text('select = ["TW204"]')

    @at_desk(tmp_path / "work", file=str(tmp_path / "own.toml"))
    async def _(sitting: Sitting) -> None:
        sitting.open(tmp_path / "work" / "main.tf")
        await sitting.shows("rules.tf", "TW204")


def test_settings_are_read_again_when_they_are_written(tmp_path: Path) -> None:
    """A mistake in them is shown there, and takes nothing away that was shown before."""
    root(tmp_path)
    settings = tmp_path / "taskwall.toml"

    @at_desk(tmp_path)
    async def _(sitting: Sitting) -> None:
        sitting.open(tmp_path / "main.tf")
        await sitting.shows("rules.tf", "TW204")
        settings.write_text('profil = "pci"')
        sitting.workspace.files_changed([settings.as_uri()])
        await sitting.screen.until(lambda: bool(sitting.screen.shown.get("taskwall.toml")))
        (wrong,) = sitting.screen.shown["taskwall.toml"]
        assert 'did you mean "profile"' in wrong.message
        assert "TW204" in sitting.screen.codes("rules.tf")
        assert any("profil" in text for text in sitting.screen.said)
        settings.write_text('ignore = ["TW204"]')
        sitting.workspace.files_changed([settings.as_uri()])
        await sitting.lacks("rules.tf", "TW204")
        assert sitting.screen.shown["taskwall.toml"] == []


def test_files_on_disk_are_read_again_when_they_change(tmp_path: Path) -> None:
    """What another program writes or takes away counts, but not in folders nobody enters."""
    root(tmp_path)
    rules = tmp_path / "rules.tf"

    @at_desk(tmp_path)
    async def _(sitting: Sitting) -> None:
        sitting.open(tmp_path / "main.tf")
        await sitting.shows("rules.tf", "TW204")
        rules.unlink()
        sitting.workspace.files_changed([(tmp_path / "node_modules" / "a.json").as_uri()])
        sitting.workspace.files_changed([rules.as_uri(), "untitled:a"])
        await sitting.lacks("rules.tf", "TW204")
        rules.write_text(RULE)
        sitting.workspace.files_changed([rules.as_uri()])
        await sitting.shows("rules.tf", "TW204")


def test_saving_reads_again_what_is_on_disk(tmp_path: Path) -> None:
    """Some editors do not tell what others write there."""
    root(tmp_path)
    rules = tmp_path / "rules.tf"

    @at_desk(tmp_path)
    async def _(sitting: Sitting) -> None:
        uri = sitting.open(tmp_path / "main.tf")
        await sitting.shows("rules.tf", "TW204")
        rules.write_text(f"\n{RULE}")
        sitting.workspace.saved(uri)
        await sitting.screen.until(
            lambda: (
                sitting.screen.shown["rules.tf"][0].range.start.line
                == RULE[: RULE.index("cidr_ipv4")].count("\n") + 1
            )
        )
        rules.unlink()
        sitting.workspace.saved(uri)
        await sitting.lacks("rules.tf", "TW204")


def test_saving_finds_settings_that_came_or_went(tmp_path: Path) -> None:
    """Also where they make another folder the project of what is saved."""
    root(tmp_path / "infra")
    main, settings = tmp_path / "infra" / "main.tf", tmp_path / "infra" / "taskwall.toml"

    @at_desk(tmp_path)
    async def _(sitting: Sitting) -> None:
        uri = sitting.open(main)
        await sitting.shows("rules.tf", "TW204")
        settings.write_text('ignore = ["TW204"]')
        sitting.workspace.saved(uri)
        await sitting.lacks("rules.tf", "TW204")
        settings.write_text('ignore = ["TW203"]')
        sitting.workspace.saved(uri)
        await sitting.shows("rules.tf", "TW204")
        settings.unlink()
        (tmp_path / "taskwall.toml").write_text('ignore = ["TW204"]')
        sitting.workspace.saved(uri)
        await sitting.lacks("rules.tf", "TW204")


def test_a_finding_explains_itself_where_it_stands(tmp_path: Path) -> None:
    """Over it stand message, chain with links, fix and rule; actions also before its line."""
    root(tmp_path)
    rules = tmp_path / "rules.tf"

    @at_desk(tmp_path)
    async def _(sitting: Sitting) -> None:
        uri = sitting.open(rules)
        await sitting.shows("rules.tf", "TW204")
        (found,) = [each for each in sitting.screen.shown["rules.tf"] if each.code == "TW204"]
        start = found.range.start
        shown = {}
        for markdown in (True, False):
            hover = sitting.workspace.hover(uri, start, markdown=markdown)
            assert hover is not None
            shown[markdown] = hover.contents.value  # type: ignore[union-attr]
        assert shown[True].startswith(f"**TW204** (high): {found.message.splitlines()[0]}\n")
        lines = SERVICE.split("\n")
        line = lines.index("    security_groups = [aws_security_group.web.id]") + 1
        at = f"([main.tf:{line}]({(tmp_path / 'main.tf').as_uri()}#L{line}))"
        assert f"aws_ecs_service.web uses security group aws_security_group.web {at}" in shown[True]
        assert "\nFix:\n\n```text\n" in shown[True]
        assert "(https://docs.aws.amazon.com/" in shown[True].splitlines()[-1]
        assert ": https://docs.aws.amazon.com/" in shown[False].splitlines()[-1]
        assert not re.search(r"\*\*|```|\]\(|file:", shown[False])
        sitting.workspace.shown_in_hover = True
        hover = sitting.workspace.hover(uri, start, markdown=True)
        fix = shown[True][shown[True].index("Fix:") : shown[True].rindex("\n\n")]
        assert hover is not None
        assert hover.contents.value == fix  # type: ignore[union-attr]
        before, outside = Position(start.line, 0), Position(start.line + 1, 0)
        titles = [each.title for each in sitting.workspace.actions(uri, Range(before, before))]
        assert [title.split()[0] for title in titles] == ["Fix", "Explain", "Suppress", "Suppress"]
        assert not list(sitting.workspace.actions(uri, Range(outside, outside)))


def test_unknowns_are_hints_when_they_are_asked_for(tmp_path: Path) -> None:
    """They are not shown by default; with a value for what they wait for they are gone."""
    root(tmp_path)
    rules = tmp_path / "rules.tf"
    rules.write_text(RULE.replace('"0.0.0.0/0"', "var.peers") + 'variable "peers" {}\n')

    @at_desk(tmp_path)
    async def _(sitting: Sitting) -> None:
        sitting.open(rules)
        await sitting.screen.until(lambda: bool(sitting.screen.publications))
        assert "TW204" not in sitting.screen.codes("rules.tf")
        asked = {"debounce": 0, "showUnknown": True}
        sitting.workspace.prefer(*preferences(asked))
        await sitting.shows("rules.tf", "TW204")
        (hint,) = [each for each in sitting.screen.shown["rules.tf"] if each.code == "TW204"]
        assert hint.severity == 4
        cure = "It depends on var.peers, which has no default: give it in taskwall.variables."
        assert cure in hint.message
        sitting.workspace.prefer(*preferences({**asked, "variables": {"peers": "0.0.0.0/0"}}))
        await sitting.screen.until(
            lambda: any(
                each.code == "TW204" and each.severity == 1
                for each in sitting.screen.shown["rules.tf"]
            )
        )


def test_suppressed_findings_are_not_shown_and_idle_suppressions_are(tmp_path: Path) -> None:
    """A reason keeps a finding silent; a suppression of nothing is shown as unnecessary."""
    root(tmp_path)
    rules = tmp_path / "rules.tf"
    silent = RULE.replace("  cidr_ipv4", "  # taskwall:skip=TW204: a public API\n  cidr_ipv4")

    @at_desk(tmp_path)
    async def _(sitting: Sitting) -> None:
        def shown() -> list[Diagnostic]:
            return sitting.screen.shown["rules.tf"]

        sitting.open(rules)
        await sitting.shows("rules.tf", "TW204")
        sitting.type(rules, silent)
        await sitting.lacks("rules.tf", "TW204")
        sitting.type(rules, silent.replace("0.0.0.0/0", "10.0.0.0/16"))
        await sitting.screen.until(
            lambda: any("no longer suppresses" in each.message for each in shown())
        )
        (idle,) = [each for each in shown() if "no longer suppresses" in each.message]
        assert idle.range.start.line == 2
        assert [tag.value for tag in idle.tags or ()] == [1]

        sitting.type(rules, silent.replace(": a public API", ":"))
        await sitting.shows("rules.tf", "TW204")
        assert any("needs a reason" in each.message for each in shown())


def test_preferences_that_cannot_be_meant_so() -> None:
    """Each is named, with the nearest that there is; the others hold all the same."""
    found, wrong = preferences({"debounce": 10, "profil": "pci", "path": "taskwall"})
    assert (found.debounce, wrong) == (
        10,
        'There is no setting "taskwall.profil" (did you mean "profile"?).',
    )
    found, wrong = preferences({"codeLens": "no", "select": ["TW2"], "profile": None})
    assert found == Preferences(select=("TW2",))
    assert wrong == "taskwall.codeLens: expected bool, got str."
    assert preferences({"taskwall": {"select": ["TW2"]}, "yaml": {}}) == (found, "")
    assert preferences([])[1]
    assert preferences(None) == (Preferences(), "")


def test_rules_that_do_not_exist_are_told(tmp_path: Path) -> None:
    """A preference that the scan refuses is said, and the server goes on."""
    root(tmp_path)

    @at_desk(tmp_path, select=["TW999"])
    async def _(sitting: Sitting) -> None:
        sitting.open(tmp_path / "rules.tf")
        await sitting.screen.until(lambda: any("TW999" in each for each in sitting.screen.said))
        sitting.workspace.prefer(*preferences({"debounce": 0}))
        await sitting.shows("rules.tf", "TW204")


def test_documents_that_cannot_be_judged(tmp_path: Path) -> None:
    """What was never saved as a file, was not opened, or is no source: said, or passed over."""
    root(tmp_path)

    @at_desk(tmp_path)
    async def _(sitting: Sitting) -> None:
        sitting.workspace.opened("untitled:Untitled-1", 1, RULE)
        sitting.workspace.changed("file:///never/opened.tf", 2, [])
        sitting.workspace.closed("file:///never/opened.tf")
        sitting.workspace.saved("untitled:Untitled-1")
        assert len(sitting.screen.logged) == 2
        sitting.open(tmp_path / "compose.yaml", "services: {web: {image: web}}\n")
        sitting.open(tmp_path / "new.tf", RULE.replace('" "web"', '" "new"'))
        await sitting.shows("new.tf", "TW204")
        assert "compose.yaml" not in sitting.screen.shown
        sitting.type(tmp_path / "compose.yaml", "Resources: [\nAWSTemplateFormatVersion: x")
        await sitting.screen.until(lambda: bool(sitting.screen.shown.get("compose.yaml")))


def test_large_documents_are_judged_as_they_are_on_disk(tmp_path: Path) -> None:
    """Ten megabytes are not parsed at each keystroke; it is said, and the rest is judged."""
    root(tmp_path)
    rules = tmp_path / "rules.tf"
    large = "# " + "x" * (2 * documents.MAX_DOCUMENT_CHARACTERS) + "\n"

    @at_desk(tmp_path)
    async def _(sitting: Sitting) -> None:
        sitting.open(rules, large)
        await sitting.shows("rules.tf", "TW204")
        assert any("analysed as it is on disk" in text for text in sitting.screen.said)
        assert any("on disk" in each.message for each in sitting.screen.shown["rules.tf"])
        for _ in range(3):
            sitting.type(rules, large + "\n")
        sitting.type(rules, "")
        await sitting.lacks("rules.tf", "TW204")
        assert sitting.screen.shown["rules.tf"] == []
