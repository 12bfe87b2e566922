"""Whole sessions of an editor with the server, as a process over standard input and output."""

from pathlib import Path

from languageserver.editors import Editor, codes, replacing
from languageserver.stacks import RULE, SERVICE, TEMPLATE


def test_a_session(tmp_path: Path) -> None:
    """Open, type a mistake, follow it into the other file, fix it, close, and say goodbye."""
    main, rules = tmp_path / "main.tf", tmp_path / "rules.tf"
    main.write_text(SERVICE)
    good = RULE.replace("0.0.0.0/0", "10.0.0.0/16")
    rules.write_text(good)
    with Editor() as editor:
        able = editor.begin(tmp_path)
        assert able["positionEncoding"] == "utf-16"
        assert able["textDocumentSync"]["change"] == 2

        uri = editor.open(rules)
        assert "TW204" not in codes(editor.shown(uri, bool) if editor.diagnostics else [])
        editor.change(uri, 2, replacing(good, "10.0.0.0/16", "0.0.0.0/0"))
        shown = editor.shown(uri, lambda found: "TW204" in codes(found))
        (open_,) = [each for each in shown if each["code"] == "TW204"]
        start, end = open_["range"]["start"], open_["range"]["end"]
        line = RULE.split("\n")[start["line"]]
        assert line[start["character"] : end["character"]] == 'cidr_ipv4         = "0.0.0.0/0"'
        assert (open_["severity"], open_["source"]) == (1, "taskwall")
        assert open_["codeDescription"]["href"].startswith("https://docs.aws.amazon.com/")
        assert editor.versions[uri] == 2
        led = {(each["location"]["uri"], each["message"]) for each in open_["relatedInformation"]}
        assert (
            main.as_uri(),
            "aws_ecs_service.web uses security group aws_security_group.web",
        ) in led

        # The group is said to be worn nowhere as soon as the other file does not name it.
        service = editor.open(main)
        text = SERVICE.replace("[aws_security_group.web.id]", '["sg-12345678"]')
        editor.change(service, 2, {"text": text})
        editor.shown(uri, lambda found: "TW204" not in codes(found))
        editor.change(service, 3, {"text": SERVICE})
        editor.shown(uri, lambda found: "TW204" in codes(found))

        editor.change(uri, 3, replacing(RULE, "0.0.0.0/0", "10.0.0.0/16"))
        editor.shown(uri, lambda found: "TW204" not in codes(found))
        editor.close(uri)
        editor.close(service)
        editor.wait(lambda _: not any(editor.diagnostics.values()))
        assert editor.end() == 0


def test_broken_template_keeps_its_findings(tmp_path: Path) -> None:
    """While YAML is broken the last good text stands, moved to where its lines are now."""
    path = tmp_path / "stack.yaml"
    path.write_text(TEMPLATE)
    with Editor() as editor:
        editor.begin(tmp_path)
        uri = editor.open(path, language="yaml")
        before = editor.shown(uri, lambda found: "TW204" in codes(found))
        broken = TEMPLATE.replace("Resources:\n", "Resources:\n  New: [\n")
        editor.change(uri, 2, {"text": broken})
        shown = editor.shown(uri, lambda found: any("code" not in each for each in found))
        assert codes(shown) == codes(before)
        moved = [each["range"]["start"]["line"] for each in shown if "code" in each]
        assert moved == [each["range"]["start"]["line"] + 1 for each in before]
        editor.change(uri, 3, {"text": TEMPLATE})
        assert editor.shown(uri, lambda found: all("code" in each for each in found)) == before
        assert editor.end() == 0


def test_settings_that_are_taken_back(tmp_path: Path) -> None:
    """Where the editor has none any more, what it said at the start holds again.

    That it shows diagnostics in hovers holds all the time: nothing of them is said there twice.
    """
    path = tmp_path / "main.tf"
    path.write_text(SERVICE + RULE)
    with Editor(ignore=["TW204"]) as editor:
        said = {"ignore": ["TW2", "TW7"], "diagnosticsInHover": True}
        editor.begin(tmp_path, options=said)
        uri = editor.open(path)
        editor.shown(uri, lambda found: "TW204" not in codes(found) and "TW705" not in codes(found))
        editor.settings = {}
        editor.tell("workspace/didChangeConfiguration", {"settings": None})
        shown = editor.shown(uri, lambda found: "TW204" in codes(found))
        (at,) = [each["range"]["start"] for each in shown if each["code"] == "TW204"]
        asked = {"textDocument": {"uri": uri}, "position": at}
        hover = editor.ask("textDocument/hover", asked)["contents"]["value"]
        assert hover.startswith("Fix:")
        editor.settings = None
        editor.tell("workspace/didChangeConfiguration", {"settings": None})
        editor.shown(uri, lambda found: "TW204" not in codes(found))
        assert editor.end() == 0


def test_columns_are_counted_as_agreed(tmp_path: Path) -> None:
    """Beside a sign beyond the 16 bits, a finding is where the editor counts it to be."""
    path = tmp_path / "main.tf"
    far = RULE.replace("  cidr_ipv4", "  /* 😋é */ cidr_ipv4")
    path.write_text(SERVICE + far)
    starts = {}
    for encoding in ("utf-8", "utf-16", "utf-32"):
        with Editor() as editor:
            general = {"positionEncodings": [encoding]}
            assert editor.begin(tmp_path, general=general)["positionEncoding"] == encoding
            uri = editor.open(path)
            shown = editor.shown(uri, lambda found: "TW204" in codes(found))
            (one,) = [each for each in shown if each["code"] == "TW204"]
            starts[encoding] = one["range"]["start"]["character"]
            editor.end()
    before = "  /* 😋é */ "
    assert starts == {
        "utf-8": len(before.encode()),
        "utf-16": len(before.encode("utf-16-le")) // 2,
        "utf-32": len(before),
    }
