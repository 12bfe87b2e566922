"""Code actions do what they say: silence holds once it has a reason, and fixes are applied."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from lsprotocol.types import CodeAction, Diagnostic, Position, Range, TextEdit
from msgspec.structs import replace

from languageserver.editors import Editor, codes
from languageserver.stacks import RULE, SERVICE, TEMPLATE
from taskwall.findings.finding import Edit, Finding, Fix, Instance
from taskwall.languageserver.actions import actions
from taskwall.languageserver.documents import OpenDocument
from taskwall.languageserver.editor_ranges import EditorRanges
from taskwall.languageserver.positions import DocumentLines, path_of
from taskwall.languageserver.suppressing import SuppressionEdit, suppression_edits
from taskwall.session.session import Session

DEMO = Path(__file__).parents[2] / "fixtures" / "demo"
HEREDOC = """\
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  container_definitions = <<-EOT
    [
      {"name": "web", "image": "web", "privileged": true}
    ]
  EOT
}
"""


def reasoned(text: str, wish: SuppressionEdit) -> str:
    """A text with a wish written into it, and its reason."""
    lines = DocumentLines(text, "utf-32")
    at = lines.offset(lines.position(wish.line, wish.column))
    written = text[:at] + wish.text + text[at:]
    after = DocumentLines(written, "utf-32")
    reason = after.offset(after.position(*wish.reason_at))
    return f"{written[:reason]}it is meant so{written[reason:]}"


def silenced(session: Session, finding: Finding, wish: SuppressionEdit, text: str) -> None:
    """A wish with a reason keeps its finding silent, and brings no error; without one, an error."""
    path = str(Path(session.folder) / finding.file)
    session.change(path, reasoned(text, wish))
    after = session.report().document
    assert finding.fingerprint in {each.finding.fingerprint for each in after.suppressed}, wish
    assert not after.errors
    session.change(path, None)


@pytest.mark.parametrize("language", ["terraform", "cloudformation"])
def test_wishes_silence_what_they_are_about(language: str) -> None:
    """Of each rule that the demo stack breaks: for the place alone, and for the resource."""
    session = Session(str(DEMO / language))
    first: dict[str, Finding] = {}
    for finding in session.report().document.findings:
        first.setdefault(finding.rule, finding)
    offered = 0
    for finding in list(first.values())[::3]:
        text = (DEMO / language / finding.file).read_text()
        found = list(suppression_edits(finding, finding.file, text))
        assert found
        offered += len(found)
        for wish in found:
            silenced(session, finding, wish, text)
    assert offered > len(first) // 3


@pytest.mark.parametrize("indent", [None, 2])
def test_wishes_in_json_are_metadata(tmp_path: Path, indent: int | None) -> None:
    """On one line or many; and none is offered beside metadata that is there."""

    class Loader(yaml.SafeLoader):
        """Reads the two short tags of the template."""

    Loader.add_constructor("!Ref", lambda _, node: {"Ref": node.value})
    template = yaml.load(TEMPLATE, Loader)
    text = json.dumps(template, indent=indent)
    path = tmp_path / "stack.json"
    path.write_text(text)
    session = Session(str(tmp_path))
    (finding,) = [each for each in session.report().document.findings if each.rule == "TW204"]
    (wish,) = suppression_edits(finding, "stack.json", text)
    assert json.loads(reasoned(text, wish))
    silenced(session, finding, wish, text)
    template["Resources"]["Web"]["Metadata"] = {}
    assert not list(suppression_edits(finding, "stack.json", json.dumps(template)))
    assert not list(suppression_edits(finding, "stack.json", text[:-5]))


def test_wishes_in_terraforms_json_are_comments(tmp_path: Path) -> None:
    """A member that is a comment there, at the start of the resource."""
    group = {"name": "web", "vpc_id": "vpc-12345678"}
    rule = {
        "security_group_id": "${aws_security_group.web.id}",
        "cidr_ipv4": "0.0.0.0/0",
        "ip_protocol": "-1",
    }
    (tmp_path / "main.tf").write_text(SERVICE[SERVICE.index('resource "aws_ecs') :])
    source = {
        "resource": {
            "aws_security_group": {"web": group},
            "aws_vpc_security_group_ingress_rule": {"web": rule},
        }
    }
    text = json.dumps(source, indent=2)
    (tmp_path / "rules.tf.json").write_text(text)
    session = Session(str(tmp_path))
    (finding,) = [each for each in session.report().document.findings if each.rule == "TW204"]
    (wish,) = suppression_edits(finding, finding.file, text)
    assert json.loads(reasoned(text, wish))
    silenced(session, finding, wish, text)


def test_no_comment_is_written_into_a_text(tmp_path: Path) -> None:
    """Within a heredoc or a block scalar, a comment would be part of the text."""
    (tmp_path / "main.tf").write_text(HEREDOC)
    inside = _at("main.tf", 5, "aws_ecs_task_definition.web")
    assert [wish.line for wish in suppression_edits(inside, "main.tf", HEREDOC)] == [1]
    after = HEREDOC.removesuffix("}\n") + '  network_mode = "host"\n}\n'
    outside = _at("main.tf", 8, "aws_ecs_task_definition.web")
    assert [wish.line for wish in suppression_edits(outside, "main.tf", after)] == [8, 1]
    scalar = TEMPLATE.replace("of the tasks", "|\n        of the\n        tasks")
    inside = _at("stack.yaml", 8, "Web")
    assert [wish.line for wish in suppression_edits(inside, "stack.yaml", scalar)] == [3]
    assert not list(suppression_edits(_at("stack.yaml", 99, "Web"), "stack.yaml", scalar))


def _at(file: str, line: int, resource: str) -> Finding:
    return Finding("TW204", "fail", "high", resource, (), ".", file, line, 5, line, 9, "is wrong")


def test_fixes_are_edits_and_module_calls_can_be_silenced(tmp_path: Path) -> None:
    """An edit of several files is one action; a call of a module silences all inside it."""
    (tmp_path / "main.tf").write_text('module "web" {\n  source = "./web"\n}\n')
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "main.tf").write_text(SERVICE + RULE)
    session = Session(str(tmp_path))
    (finding,) = [each for each in session.report().document.findings if each.rule == "TW204"]
    line = finding.line
    edits = (
        Edit("web/main.tf", line, 23, line, 34, '"10.0.0.0/16"'),
        Edit("main.tf", 4, 1, 4, 1, "# fixed\n"),
    )
    finding = replace(finding, fix=Fix("allow the load balancer:\nmore", edits))
    path = str(tmp_path / "web" / "main.tf")
    document = OpenDocument(
        "file:///my/spelling.tf", path, 3, DocumentLines(SERVICE + RULE, "utf-16")
    )
    where = EditorRanges(str(tmp_path), "utf-16", {path: document}, {path: document.text}, {})
    diagnostic = Diagnostic(Range(Position(0, 0), Position(0, 1)), "is wrong")
    found = list(actions([(finding, diagnostic)], document, where))
    assert [each.title for each in found] == [
        "Fix: allow the load balancer",
        "Explain TW204",
        "Suppress TW204 for this place",
        "Suppress TW204 for all of aws_vpc_security_group_ingress_rule.web",
        "Suppress TW204 for all inside module.web",
    ]
    fix = dict(_edits(found[0]))
    assert '  cidr_ipv4         = "10.0.0.0/16"\n' in _applied(SERVICE + RULE, fix[document.uri])
    main = (tmp_path / "main.tf").read_text()
    assert _applied(main, fix[(tmp_path / "main.tf").as_uri()]).endswith("}\n# fixed\n")

    (call,) = _edits(found[4])
    assert path_of(call[0]) == str(tmp_path / "main.tf")
    session.change(path_of(call[0]) or "", _applied(main, call[1]).replace(": \n", ": why\n"))
    assert "TW204" not in {each.rule for each in session.report().document.findings}


def test_what_helps_against_several_findings_is_one_action(tmp_path: Path) -> None:
    """A block of a module that is called twice is offered to be silenced once, by what it is."""
    calls = "".join(f'module "{name}" {{\n  source = "./web"\n}}\n' for name in ("a", "b"))
    (tmp_path / "main.tf").write_text(calls)
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "main.tf").write_text(SERVICE + RULE)
    [found] = [
        each for each in Session(str(tmp_path)).report().document.findings if each.rule == "TW204"
    ]
    path = str(tmp_path / "web" / "main.tf")
    document = OpenDocument(Path(path).as_uri(), path, 1, DocumentLines(SERVICE + RULE, "utf-16"))
    where = EditorRanges(str(tmp_path), "utf-16", {path: document}, {path: document.text}, {})
    range_ = Range(Position(0, 0), Position(0, 1))
    pairs = [(found, Diagnostic(range_, message)) for message in ("one", "another")]
    told = [
        (each.title, [diagnostic.message for diagnostic in each.diagnostics or ()])
        for each in actions(pairs, document, where)
    ]
    both = ["one", "another"]
    first = "Allow the security group of what is in front of the tasks, not addresses"
    assert told == [
        (f"Fix with placeholders: {first}", both),
        ("Explain TW204", both),
        ("Suppress TW204 for this place", both),
        ("Suppress TW204 for all of aws_vpc_security_group_ingress_rule.web", both),
        ("Suppress TW204 for all inside module.a", both),
        ("Suppress TW204 for all inside module.b", both),
    ]


def test_all_findings_of_a_rule_are_fixed_at_once(tmp_path: Path) -> None:
    """Where several findings of a rule have edits, one action makes them all."""
    text = "a = 1\nb = 2\nc = 3\n"
    path = str(tmp_path / "main.tf")
    document = OpenDocument("file:///main.tf", path, 1, DocumentLines(text, "utf-16"))
    where = EditorRanges(str(tmp_path), "utf-16", {path: document}, {path: text}, {})
    diagnostic = Diagnostic(Range(Position(0, 0), Position(0, 1)), "is wrong")

    def finding(line: int, rule: str, placeholder: bool = False) -> tuple[Finding, Diagnostic]:
        edit = Edit("main.tf", line, 5, line, 6, "9", placeholder)
        one = Instance(f"r{line}")
        place = ("main.tf", line, 1, line, 6, "m")
        made = Finding(rule, "fail", "low", one.resource, (one,), "", *place, fix=Fix("9", (edit,)))
        return made, diagnostic

    def all_at_once(*every: tuple[Finding, Diagnostic]) -> list[int]:
        found = actions(every[:1], document, where, every)
        wanted = [one for one in found if one.title == "Fix all findings of TW702 in this file"]
        return [edit.range.start.line for one in wanted for _, edit in _edits(one)]

    first = finding(1, "TW702")
    assert all_at_once(first, finding(3, "TW702"), finding(2, "TW707")) == [0, 2]
    assert all_at_once(first, finding(3, "TW702", placeholder=True)) == []
    assert all_at_once(first, first) == []


def test_placeholders_are_where_the_cursor_goes(tmp_path: Path) -> None:
    """A fix that has to be filled in says so, is not preferred, and shows what to fill in."""
    text = "a = 1\nb = 2\n"
    edits = (
        Edit("main.tf", 1, 5, 1, 6, "[\n1]"),
        Edit("main.tf", 2, 1, 2, 1, "c = 3\n😋 = <ARN>\n", placeholder=True),
    )
    finding = replace(_at("main.tf", 1, "x"), fix=Fix("say which", edits))
    path = str(tmp_path / "main.tf")
    document = OpenDocument("file:///m.tf", path, 1, DocumentLines(text, "utf-16"))
    where = EditorRanges(str(tmp_path), "utf-16", {path: document}, {path: text}, {})
    diagnostic = Diagnostic(Range(Position(0, 0), Position(0, 1)), "is wrong")
    fix = next(iter(actions([(finding, diagnostic)], document, where)))
    assert (fix.title, fix.is_preferred) == ("Fix with placeholders: say which", False)
    assert fix.command is not None
    assert fix.command.arguments == ["file:///m.tf", 3, len("😋 = ".encode("utf-16-le")) // 2]


@pytest.mark.parametrize("language", ["terraform", "cloudformation"])
def test_fixes_of_the_demo_mend_what_they_are_of(language: str) -> None:
    """The first fix of each rule that can be applied as it is takes its finding away."""
    folder = DEMO / language
    session = Session(str(folder))
    before = session.report().document.findings
    mended = set()
    for finding in before:
        fix = finding.fix
        if fix is None or not fix.edits or finding.rule in mended:
            continue
        if any(edit.placeholder for edit in fix.edits):
            continue
        mended.add(finding.rule)
        texts = {str(folder / edit.file): (folder / edit.file).read_text() for edit in fix.edits}
        documents = {
            path: OpenDocument(Path(path).as_uri(), path, 1, DocumentLines(text, "utf-16"))
            for path, text in texts.items()
        }
        where = EditorRanges(str(folder), "utf-16", documents, texts, {})
        range_ = Range(Position(0, 0), Position(0, 1))
        pairs = [(finding, Diagnostic(range_, finding.message))]
        document = next(iter(documents.values()))
        action = next(iter(actions(pairs, document, where)))
        for uri, edit in reversed(list(_edits(action))):
            path = path_of(uri) or ""
            texts[path] = _applied(texts[path], edit)
        for path, text in texts.items():
            session.change(path, text)
        left = {each.fingerprint for each in session.report().document.findings}
        assert finding.fingerprint not in left, finding.rule
        for path in texts:
            session.change(path, None)
    assert mended


def _edits(action: CodeAction) -> Iterator[tuple[str, TextEdit]]:
    assert action.edit is not None
    for uri, edits in (action.edit.changes or {}).items():
        for edit in edits:
            assert isinstance(edit, TextEdit)
            yield uri, edit


def _applied(text: str, edit: TextEdit) -> str:
    lines = DocumentLines(text, "utf-16")
    start, end = lines.offset(edit.range.start), lines.offset(edit.range.end)
    return text[:start] + edit.new_text + text[end:]


def test_actions_in_an_editor(tmp_path: Path) -> None:
    """They stand at their finding alone; explaining shows a page, suppressing puts the cursor."""
    path = tmp_path / "main.tf"
    path.write_text(SERVICE + RULE)
    with Editor() as editor:
        editor.begin(tmp_path)
        uri = editor.open(path)
        shown = editor.shown(uri, lambda found: "TW204" in codes(found))
        (open_,) = [each for each in shown if each["code"] == "TW204"]

        def offered(range_: object) -> list[dict[str, object]]:
            document = {"uri": uri}
            asked = {"textDocument": document, "range": range_, "context": {"diagnostics": []}}
            answer = editor.ask("textDocument/codeAction", asked)
            assert isinstance(answer, list)
            return answer

        found = {str(each["title"]): each for each in offered(open_["range"])}
        assert "Suppress TW204 for this place" in found
        explain = found["Explain TW204"]["command"]
        assert isinstance(explain, dict)
        editor.ask(
            "workspace/executeCommand",
            {"command": explain["command"], "arguments": explain["arguments"]},
        )
        (page,) = [each for each in editor.heard if each.get("method") == "window/showDocument"]
        shown_page = Path(path_of(page["params"]["uri"]) or "")
        assert shown_page.read_text().startswith("# TW204: ")

        suppress = found["Suppress TW204 for this place"]["command"]
        assert isinstance(suppress, dict)
        editor.ask(
            "workspace/executeCommand",
            {"command": suppress["command"], "arguments": suppress["arguments"]},
        )
        *_, cursor = [each for each in editor.heard if each.get("method") == "window/showDocument"]
        at = cursor["params"]["selection"]["start"]
        line = (SERVICE + RULE).split("  cidr_ipv4")[0].count("\n")
        assert at == {"line": line, "character": len("  # taskwall:skip=TW204: ")}

        start = {"line": 0, "character": 0}
        assert not [
            each for each in offered({"start": start, "end": start}) if "TW204" in str(each)
        ]
        assert editor.end() == 0
        assert not shown_page.exists()
