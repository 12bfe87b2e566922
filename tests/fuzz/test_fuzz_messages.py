"""No message breaks a server: those of editors to the language server, those of agents to MCP."""

import asyncio
import gc
import io
import json
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from functools import wraps
from pathlib import Path
from time import process_time
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.client import Client
from mcp.server.mcpserver.exceptions import ToolError

from budgets import examples
from fuzz.grammars import ODD, ROOTS, reshaped
from languageserver.test_languageserver_bad_input import MALFORMED
from taskwall.languageserver import server as language_server
from taskwall.languageserver.incoming import Incoming
from taskwall.mcp.server import FolderTools, agent_server
from taskwall.readers.terraform.stack import FRAMES
from taskwall.session import session

MOST_SECONDS = 30.0
"""Of processor time, of all threads: what else runs in the process counts too. A hang has more."""


@pytest.fixture(scope="module", autouse=True)
def root() -> Iterator[Path]:
    """The folder that is served, in which a root module lies."""
    # A session that still judges when its server has ended must not change it within a test.
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, FRAMES))
    # What other tests of this process keep would be gone through in each round of the collector.
    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "root")
        path.mkdir()
        (path / "main.tf").write_text(ROOTS[0])
        yield path
    gc.unfreeze()
    sys.setrecursionlimit(limit)


def _request(method: str, id_: int | None = None, **params: object) -> dict[str, object]:
    message: dict[str, object] = {"jsonrpc": "2.0", "method": method, "params": params}
    return message if id_ is None else {**message, "id": id_}


def _sitting(root: Path) -> list[dict[str, object]]:
    """What an editor sends from its start to its end."""
    uri = (root / "main.tf").as_uri()
    document = {"uri": uri, "version": 1, "languageId": "terraform", "text": ROOTS[0]}
    line = {"line": 3, "character": 2}
    range_ = {"start": line, "end": {"line": 4, "character": 0}}
    edit = {"range": range_, "text": "é\r\n"}
    folder = {"uri": root.as_uri(), "name": "root"}
    return [
        _request("initialize", 1, capabilities={"general": {"positionEncodings": ["utf-16"]}},
                 processId=None, rootUri=root.as_uri(), workspaceFolders=[folder],
                 initializationOptions={"profile": "strict", "variables": {"a": "b"}}),
        _request("initialized"),
        _request("textDocument/didOpen", textDocument=document),
        _request("textDocument/didChange", textDocument={"uri": uri, "version": 2},
                 contentChanges=[edit, {"text": ROOTS[0]}]),
        _request("textDocument/hover", 2, textDocument={"uri": uri}, position=line),
        _request("textDocument/codeAction", 3, textDocument={"uri": uri}, range=range_,
                 context={"diagnostics": [{"range": range_, "message": "m", "code": "TW204"}]}),
        _request("textDocument/codeLens", 4, textDocument={"uri": uri}),
        _request("workspace/executeCommand", 5, command="taskwall.explain", arguments=["TW204"]),
        _request("workspace/didChangeConfiguration", settings={"taskwall": {"profile": "pci"}}),
        _request("workspace/didChangeWatchedFiles", changes=[{"uri": uri, "type": 2}]),
        _request("workspace/didChangeWorkspaceFolders", event={"added": [folder], "removed": []}),
        _request("textDocument/didSave", textDocument={"uri": uri}),
        _request("textDocument/didClose", textDocument={"uri": uri}),
        _request("shutdown", 6),
        _request("exit"),
    ]  # fmt: skip


class _Output(io.BytesIO):
    """Keeps what is written when it is closed."""

    def close(self) -> None:
        self.kept = self.getvalue()


@examples(25)
@given(st.data())
def test_no_message_breaks_the_language_server(root: Path, data: st.DataObject) -> None:
    """Whatever an editor sends, the server says of no crash, and ends when its input does."""
    messages = data.draw(reshaped([_sitting(root)]))
    every = messages if isinstance(messages, list) else [messages]
    bodies = [json.dumps(each).encode() for each in every]
    odd: list[bytes] = data.draw(st.lists(st.sampled_from(MALFORMED), max_size=1))
    at: int = data.draw(st.integers(0, len(bodies)))
    bodies[at:at] = odd
    sent = b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)
    sent = sent[: data.draw(st.none() | st.integers(0, len(sent)))]
    output, began = _Output(), process_time()
    with (
        patch.object(session, "_uncollected", nullcontext),
        patch.object(language_server, "LOOKED_AFTER", 1e9),
    ):
        serving = language_server.server()
        incoming: Any = Incoming(io.BytesIO(sent), serving.passed_over)
        serving.start_io(incoming, output)
        serving.end()
    # What still judges would change the recursion limit, which the next example has set.
    for judging in (one for one in threading.enumerate() if one.name == "taskwall"):
        judging.join(MOST_SECONDS)
    assert b"crashed" not in output.getvalue()
    assert process_time() - began < MOST_SECONDS, sorted(map(str, threading.enumerate()))


TOOLS: dict[str, dict[str, object]] = {
    "scan": {
        "paths": ["main.tf"], "profile": "strict", "select": ["TW2"], "variables": {"a": "b"},
        "unknowns": True, "limit": 5,
    },
    "explain": {"rule": "TW204"},
    "flows": {"paths": ["."], "source": "internet", "target": "service:web", "limit": 5},
    "why": {"source": "internet", "target": "service:web", "port": 443, "paths": ["."]},
    "diff": {"base": "HEAD", "head": "main", "paths": ["."]},
    "fix": {"paths": ["."], "select": ["TW204"]},
}  # fmt: skip
SENT = ODD.filter(lambda value: value not in (10**400, "\ud800"))  # the client sends no such thing


@examples(25)
@given(st.data())
def test_no_call_breaks_the_server_for_agents(root: Path, data: st.DataObject) -> None:
    """Whatever an agent asks, it is answered, or refused by a sentence."""
    tool = data.draw(st.sampled_from(sorted(TOOLS)))
    given_ = data.draw(reshaped([TOOLS[tool]], SENT))
    escaped: list[Exception] = []
    asked = getattr(FolderTools, tool)

    @wraps(asked)
    async def watched(*given: Any, **named: Any) -> Any:
        try:
            return await asked(*given, **named)
        except ToolError:
            raise
        except Exception as error:
            escaped.append(error)
            raise

    async def ask() -> Any:
        async with Client(agent_server(str(root))) as client:
            return await client.call_tool(tool, given_ if isinstance(given_, dict) else {})

    began = process_time()
    with patch.object(FolderTools, tool, watched):
        answer = asyncio.run(ask())
    assert escaped == []
    assert answer.content
    assert "Traceback" not in answer.content[0].text
    assert process_time() - began < MOST_SECONDS, sorted(map(str, threading.enumerate()))
