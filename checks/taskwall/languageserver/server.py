"""The server: the Language Server Protocol on one side, the workspace on the other."""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import Generator, Sequence
from typing import Any

from lsprotocol import types
from pygls.exceptions import FeatureRequestError, JsonRpcException, JsonRpcInvalidRequest
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from taskwall import __version__
from taskwall.languageserver.actions import EXPLAIN, SHOW
from taskwall.languageserver.hover import SUMMARY_COMMAND, as_markdown
from taskwall.languageserver.positions import Encoding, uri_of
from taskwall.languageserver.preferences import DIAGNOSTICS_IN_HOVER, SECTION, preferences
from taskwall.languageserver.workspace import Workspace
from taskwall.library.own_rules import every_rule
from taskwall.rules._pages import page
from taskwall.sources.listing import MAY_COUNT

WATCHED_GLOB = f"**/*.{{{','.join(ending.removeprefix('.') for ending in MAY_COUNT)}}}"
"""The files of which the editor is to say when they are written, come or go."""

_ENCODINGS: dict[types.PositionEncodingKind, Encoding] = {
    types.PositionEncodingKind.Utf8: "utf-8",
    types.PositionEncodingKind.Utf16: "utf-16",
    types.PositionEncodingKind.Utf32: "utf-32",
}

LOOKED_AFTER = 5.0
"""Every so many seconds it is looked whether the editor that started the server still runs."""


class _Protocol(LanguageServerProtocol):
    """The protocol with documents of our own.

    The library's split lines also where no editor does, and an edit of a document that it does
    not know ends in an error of its own.
    """

    _greeted = False

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(
        self, params: types.DidOpenTextDocumentParams
    ) -> Generator[Any, Any, None]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_OPEN], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(
        self, params: types.DidChangeTextDocumentParams
    ) -> Generator[Any, Any, None]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(
        self, params: types.DidCloseTextDocumentParams
    ) -> Generator[Any, Any, None]:
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CLOSE], (params,), None

    def structure_message(self, data: dict[str, Any]) -> Any:
        """What a message means; a request that means nothing is answered with an error."""
        try:
            if isinstance(data, dict) and not isinstance(data.get("method", ""), str):
                raise JsonRpcInvalidRequest("the name of a method is not a text")
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self._send_response(data["id"], error=error.to_response_error())
            raise

    def handle_message(self, message: Any) -> None:
        """Act upon a message; a request out of its time is answered with an error.

        The library leaves requests after `shutdown` without an answer, and begins once more when
        it is greeted again.
        """
        id_, method = getattr(message, "id", None), getattr(message, "method", None)
        again = method == types.INITIALIZE and self._greeted
        if id_ is not None and method is not None and (self._shutdown or again):
            what = "the server is already initialized" if again else "the server is shut down"
            self._send_response(id_, error=JsonRpcInvalidRequest(what).to_response_error())
            return
        self._greeted = self._greeted or method == types.INITIALIZE
        super().handle_message(message)


class Server(LanguageServer):
    """The server, which is also what the workspace sees of the editor."""

    def __init__(self, settings: str | None = None) -> None:
        super().__init__("taskwall", __version__, protocol_cls=_Protocol)
        self._judged_workspace: Workspace | None = None
        self._settings = settings
        self._options: object = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.asked_to_end = False

    @property
    def judged_workspace(self) -> Workspace:
        """Where what the editor tells goes.

        Raises:
            JsonRpcException: the editor has not said hello.
        """
        if self._judged_workspace is None:
            raise JsonRpcException("the server is not initialized", code=-32002)
        return self._judged_workspace

    def begin(self, params: types.InitializeParams) -> None:
        """Get to know the editor."""
        self._loop = asyncio.get_running_loop()
        self._judged_workspace = workspace = Workspace(self, self._settings)
        workspace.encoding = _ENCODINGS[
            types.PositionEncodingKind(self.workspace.position_encoding)
        ]
        self._options = params.initialization_options
        workspace.prefer(*preferences(self._options))
        if isinstance(self._options, dict):
            workspace.shown_in_hover = self._options.get(DIAGNOSTICS_IN_HOVER) is True
        roots = [folder.uri for folder in params.workspace_folders or ()]
        if not roots and self.workspace.root_uri:
            roots = [self.workspace.root_uri]
        workspace.folders(roots)
        if params.process_id is not None and os.name != "nt":
            asyncio.get_running_loop().create_task(_look_after(params.process_id))

    def end(self) -> None:
        """Stop judging, and take the pages away that were shown."""
        if self._judged_workspace is not None:
            self._judged_workspace.end()
        if self._folder is not None:
            self._folder.cleanup()

    def passed_over(self, text: str) -> None:
        """Tell, from any thread, what of that which the editor sent was passed over."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.say, text)

    async def configure(self, pushed: object = None) -> None:
        """Take over the user's settings, asked for if the editor can be asked.

        Where it has none (any more), what it said at the start holds.
        """
        about = self.client_capabilities.workspace
        raw = pushed
        if about is not None and about.configuration:
            item = types.ConfigurationItem(section=SECTION)
            try:
                found = await self.workspace_configuration_async(types.ConfigurationParams([item]))
            except JsonRpcException as error:
                self.log(f"The editor does not send its settings: {error}.")
                return
            raw = found[0] if found else None
        elif isinstance(pushed, dict):
            raw = pushed.get(SECTION)
        self.judged_workspace.prefer(*preferences(self._options if raw is None else raw))

    async def watch(self) -> None:
        """Have the editor say when files change on disk, if it can."""
        about = self.client_capabilities.workspace
        watching = about.did_change_watched_files if about is not None else None
        if watching is None or not watching.dynamic_registration:
            return
        options = types.DidChangeWatchedFilesRegistrationOptions(
            [types.FileSystemWatcher(WATCHED_GLOB)]
        )
        registration = types.Registration(
            "taskwall-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options
        )
        with contextlib.suppress(JsonRpcException):
            await self.client_register_capability_async(types.RegistrationParams([registration]))

    async def show(self, uri: str, position: types.Position | None = None) -> bool:
        """Show a document; whether the editor could."""
        window = self.client_capabilities.window
        if window is None or window.show_document is None or not window.show_document.support:
            return False
        at = None if position is None else types.Range(position, position)
        params = types.ShowDocumentParams(uri, take_focus=True, selection=at)
        try:
            return (await self.window_show_document_async(params)).success
        except JsonRpcException:
            return False

    async def show_page(self, name: str, text: str) -> None:
        """Show a page that is written for it, or say the text if the editor cannot."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="taskwall-")
        path = os.path.join(self._folder.name, f"{name}.md")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        if not await self.show(uri_of(path)):
            self.say(text)

    def report_server_error(self, error: Exception, source: type[Exception]) -> None:
        """Tell of an error that no answer tells: of ours the user, of the editor's the log."""
        if source is FeatureRequestError:
            return
        if source is JsonRpcException or isinstance(error, JsonRpcException):
            self.log(f"A message of the editor cannot be understood and is ignored: {error}.")
        else:
            self.say(f"taskwall crashed: {error!r}. Please report this.")

    # What the workspace sees

    def publish(
        self, uri: str, version: int | None, diagnostics: Sequence[types.Diagnostic]
    ) -> None:
        """Show the diagnostics of a file in place of those before."""
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, list(diagnostics), version)
        )

    def say(self, text: str) -> None:
        """Tell the user."""
        self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, text))

    def log(self, text: str) -> None:
        """Tell those who look at the log."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Info, text))

    def lenses_changed(self) -> None:
        """Ask for the code lenses again, if the editor lets itself be asked to."""
        about = self.client_capabilities.workspace
        if about is not None and about.code_lens is not None and about.code_lens.refresh_support:
            self.workspace_code_lens_refresh(None)

    @property
    def markdown(self) -> bool:
        """Whether the editor shows Markdown where something is hovered over."""
        about = self.client_capabilities.text_document
        formats = about.hover.content_format if about is not None and about.hover else None
        return types.MarkupKind.Markdown in (formats or ())


async def _look_after(process: int) -> None:
    """End if the editor that started the server is gone: it may leave the pipes open."""
    while True:
        await asyncio.sleep(LOOKED_AFTER)
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            os._exit(1)
        except OSError:
            return


def server(settings: str | None = None) -> Server:
    """A server that is ready to be started; `settings` is a file in place of every other."""
    made = Server(settings)
    _documents(made)
    _workspace(made)
    _questions(made)
    _commands(made)
    return made


def _documents(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def _opened(params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        server.judged_workspace.opened(document.uri, document.version, document.text)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def _changed(params: types.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        server.judged_workspace.changed(document.uri, document.version, params.content_changes)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def _closed(params: types.DidCloseTextDocumentParams) -> None:
        server.judged_workspace.closed(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def _saved(params: types.DidSaveTextDocumentParams) -> None:
        server.judged_workspace.saved(params.text_document.uri)


def _workspace(server: Server) -> None:
    @server.feature(types.INITIALIZE)
    def _begun(params: types.InitializeParams) -> None:
        server.begin(params)

    @server.feature(types.INITIALIZED)
    async def _ready(params: types.InitializedParams) -> None:
        await server.configure()
        await server.watch()

    @server.feature(types.SHUTDOWN)
    def _ended(params: None) -> None:
        server.asked_to_end = True

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def _configured(params: types.DidChangeConfigurationParams) -> None:
        await server.configure(params.settings)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def _written(params: types.DidChangeWatchedFilesParams) -> None:
        server.judged_workspace.files_changed(change.uri for change in params.changes)

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def _moved(params: types.DidChangeWorkspaceFoldersParams) -> None:
        event = params.event
        server.judged_workspace.folders(
            [folder.uri for folder in event.added], [folder.uri for folder in event.removed]
        )


def _questions(server: Server) -> None:
    kinds = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, kinds)
    def _actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        return list(server.judged_workspace.actions(params.text_document.uri, params.range))

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def _hover(params: types.HoverParams) -> types.Hover | None:
        uri, position = params.text_document.uri, params.position
        return server.judged_workspace.hover(uri, position, markdown=server.markdown)

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions())
    def _lenses(params: types.CodeLensParams) -> list[types.CodeLens]:
        return list(server.judged_workspace.lenses(params.text_document.uri))


def _commands(server: Server) -> None:
    @server.command(EXPLAIN)
    async def _explain(rule: str) -> None:
        for known in every_rule().rules:
            if known.id == rule:
                await server.show_page(rule, page(known))

    @server.command(SHOW)
    async def _show(uri: str, line: int, character: int) -> None:
        await server.show(uri, types.Position(line, character))

    @server.command(SUMMARY_COMMAND)
    async def _summary(uri: str, line: int) -> None:
        found = server.judged_workspace.summaries(uri, line)
        if found:
            await server.show_page("portrait", "\n\n".join(map(as_markdown, found)))
