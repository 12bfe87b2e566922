"""What editors should not send, and how they should not end: the server stays up, or ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from languageserver.editors import CHECKS, PATIENCE, Editor, codes
from languageserver.stacks import RULE, SERVICE

MALFORMED = [
    b"",
    b"no json",
    b"[]",
    b"null",
    b'"text"',
    b"{}",
    b'{"jsonrpc": "1.0", "method": "x"}',
    b'{"jsonrpc": "2.0", "method": "no/such/notification", "params": {"a": 1}}',
    b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {}}',
    b'{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": null}',
    b'{"jsonrpc": "2.0", "id": 99, "result": 1}',
    b'{"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 98}}',
    b'{"jsonrpc": "2.0", "method": "workspace/didChangeConfiguration", "params": {"settings": 5}}',
    b'{"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"textDocument": 1}}',
    b'{"jsonrpc": "2.0", "method": "textDocument/didClose", "params": {"textDocument": {}}}',
    b"\xff\xfe",
    b"[" * 5000,
]


def test_malformed_messages(tmp_path: Path) -> None:
    """After each of them the server still judges what is opened."""
    path = tmp_path / "main.tf"
    path.write_text(SERVICE + RULE)
    with Editor() as editor:
        editor.begin(tmp_path)
        for body in MALFORMED:
            if body:
                editor.send(body)
        editor.send(b"", b"Content-Length: many\r\n\r\n")
        editor.send(b"", b"Nonsense\r\n")
        uri = editor.open(path)
        editor.shown(uri, lambda found: "TW204" in codes(found))
        assert editor.end() == 0


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("textDocument/hover", {}),
        ("textDocument/hover", {"textDocument": {"uri": "a"}, "position": {"line": -1}}),
        ("textDocument/codeAction", {"textDocument": 1}),
        ("workspace/executeCommand", {"command": "taskwall.no"}),
        ("workspace/executeCommand", {"command": "taskwall.show", "arguments": [1]}),
        ("no/such/method", {}),
    ],
)
def test_requests_that_mean_nothing_are_answered_with_errors(
    tmp_path: Path, method: str, params: object
) -> None:
    """Nobody waits for an answer that never comes."""
    with Editor() as editor:
        editor.begin(tmp_path)
        assert "error" in editor.answer(method, params)
        assert editor.end() == 0


def test_questions_about_documents_that_are_not_open(tmp_path: Path) -> None:
    """There is nothing to say of them, which is no error."""
    with Editor() as editor:
        editor.begin(tmp_path)
        for uri in ("file:///not/open.tf", "untitled:Untitled-1", ""):
            document = {"uri": uri}
            position = {"line": 7, "character": 7}
            range_ = {"start": position, "end": position}
            asked = {"textDocument": document, "position": position}
            assert editor.ask("textDocument/hover", asked) is None
            acting = {"textDocument": document, "range": range_, "context": {"diagnostics": []}}
            assert editor.ask("textDocument/codeAction", acting) == []
            assert editor.ask("textDocument/codeLens", {"textDocument": document}) == []
        assert editor.end() == 0


def test_questions_before_hello(tmp_path: Path) -> None:
    """They are answered with the error that the protocol has for it."""
    with Editor() as editor:
        answer = editor.answer("textDocument/codeLens", {"textDocument": {"uri": "file:///a.tf"}})
        assert answer["error"]["code"] == -32002
        editor.begin(tmp_path)
        assert editor.end() == 0


def test_ten_megabytes(tmp_path: Path) -> None:
    """A document of that size is said to be too large, and others are judged as before."""
    path = tmp_path / "main.tf"
    path.write_text(SERVICE + RULE)
    with Editor() as editor:
        editor.begin(tmp_path)
        large = editor.open(tmp_path / "large.tf", "# x\n" * (10 * 1024 * 1024 // 4))
        uri = editor.open(path)
        editor.shown(uri, lambda found: "TW204" in codes(found))
        (told,) = editor.shown(large, bool)
        assert "judged as it is on disk" in told["message"]
        assert editor.end() == 0


def test_a_client_that_dies(tmp_path: Path) -> None:
    """The server ends by itself when its input does, and its status says that it was not asked."""
    path = tmp_path / "main.tf"
    path.write_text(SERVICE + RULE)
    editor = Editor()
    editor.begin(tmp_path)
    editor.open(path)
    assert editor.process.stdin is not None
    editor.process.stdin.close()
    assert editor.process.wait(PATIENCE) == 1
    with editor:
        pass


def test_a_client_that_dies_without_closing_its_pipes(tmp_path: Path) -> None:
    """The server looks after the process that started it, and ends when that is gone."""
    if os.name == "nt":
        pytest.skip("processes are not looked after there")
    with Editor() as editor, subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1) as other:
        body = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {"processId": other.pid, "rootUri": None, "capabilities": {}},
        }
        editor.send(json.dumps(body).encode())
        editor.wait(lambda each: each.get("id") == 1)
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert editor.process.wait(PATIENCE) == 1


def test_without_pygls(tmp_path: Path) -> None:
    """Who has not installed it is told what to install."""
    (tmp_path / "pygls.py").write_text('raise ModuleNotFoundError("no", name="pygls")')
    run = subprocess.run(
        [sys.executable, "-m", "taskwall", "lsp"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(CHECKS)))},
        capture_output=True,
        check=False,
        text=True,
    )
    assert run.returncode == 2
    assert 'install "taskwall[lsp]"' in run.stderr
