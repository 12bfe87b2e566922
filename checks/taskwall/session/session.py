"""A project that is asked again and again while its sources change, as in an editor."""

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from msgspec.structs import replace

from taskwall.api import scan as api
from taskwall.api.options import Options
from taskwall.findings.finding import Problem, Report
from taskwall.report.excerpts import seen_from
from taskwall.session.cache import SessionCache
from taskwall.session.summaries import ResourceSummary
from taskwall.source.files import Files, UnreadableError
from taskwall.sources.listing import found_in
from taskwall.sources.recognising import unparsed


class Session:
    """Judges one folder anew whenever what is in it has changed.

    Texts of open documents stand before the files on disk, also where there is no such file. A
    document that cannot be parsed at all (YAML or JSON in the middle of a change; Terraform's
    parser recovers) is an error in the report, and its last text that could be parsed stands for
    it meanwhile, so that nothing else is judged as if it had vanished: `texts` says which.
    """

    def __init__(self, folder: str, options: Options | None = None, lone: bool = False) -> None:
        """A session for an absolute folder.

        `options` are what the user asks for beside the settings; their paths and working
        directory are the folder's, and paths of the report are relative to it. `lone` says that
        the process serves sessions only: what lasts is left out of the rounds of Python's garbage
        collector, which would take longer than most changes.
        """
        self._dedicated_process = lone
        asked = options or Options()
        self.folder = os.path.normpath(folder)
        self._options = replace(asked, paths=(self.folder,), cwd=self.folder, allow_empty=True)
        self._open: dict[str, str] = {}
        self._good: dict[str, str] = {}
        self._broken: dict[str, Problem] = {}
        self._cache = SessionCache()
        self._held: Files | None = None
        self._stamps: Mapping[str, tuple[int, int]] | None = None
        self._report: Report | None = None
        self._summaries: tuple[ResourceSummary, ...] | None = None

    @property
    def texts(self) -> Mapping[str, str]:
        """The texts that the report speaks of, by absolute path, for all open documents."""
        return {
            path: self._good[path] if path in self._broken else text
            for path, text in self._open.items()
        }

    def change(self, path: str, text: str | None) -> None:
        """Let a text stand for a file (an absolute path); None: what is on disk again."""
        if self._open.get(path) == text:
            return
        self._changed()
        self._broken.pop(path, None)
        if text is None:
            self._open.pop(path, None)
            self._good.pop(path, None)
            return
        opened = path not in self._open
        self._open[path] = text
        error = unparsed(path, text, typed=True)
        if error is not None and text == _on_disk(path):  # what is saved is meant
            error = unparsed(path, text)
        if error is None:
            self._good[path] = text
            return
        if opened and (saved := _saved(path)) is not None:
            self._good[path] = saved
        if path in self._good:  # else the report itself says that it cannot be parsed
            shown = seen_from(self.folder, path)
            place = error.place
            self._broken[path] = Problem(shown, place.line, place.column, error.message)

    def refresh(self, path: str) -> None:
        """Learn that a file on disk was written, came or went; settings and baselines too."""
        if path not in self._open:
            self._held = None
            self._changed()
        elif path in self._broken:  # it may have been saved as it is
            text = self._open.pop(path)
            self.change(path, text)

    def look(self) -> bool:
        """Look whether any file was written, came or went, and learn it; whether one may have.

        Of other files than sources, values and settings, and beyond the folder, those are looked at
        that have been read.
        """
        before, self._stamps = self._stamps, self._stamped()
        if self._held is not None and self._stamps == before:
            return False
        self._held = None
        self._changed()
        return True

    def report(self, is_cancelled: Callable[[], bool] | None = None) -> Report:
        """What the rules say now; the same report as long as nothing has changed.

        `is_cancelled` is asked every now and then, once for each rule at least, whether nobody
        waits for it any more.

        Raises:
            CancelledError: it is; what has been judged until then is remembered.
            SettingsError: the settings are not valid.
            BaselineError: the baseline cannot be read.
        """
        if self._report is None:
            held, files = self._held, self._files()
            with _uncollected(self._dedicated_process and files is not held):
                self._cache.is_cancelled = is_cancelled
                found = api.scan(self._options, files, cache=self._cache)
            self._report = self._with_broken_texts(found)
        return self._report

    def summaries(self) -> tuple[ResourceSummary, ...]:
        """What the networks of the folder say of their entities, open switches left open.

        Their places name files by absolute paths.

        Raises:
            SettingsError: the settings are not valid.
            BaselineError: the baseline cannot be read.
        """
        if self._summaries is None:
            self.report()
            self._summaries = tuple(self._cache.summaries())
        return self._summaries

    def _files(self) -> Files:
        """The files as they are now; the same ones as long as only open documents change."""
        texts = self.texts
        held = self._held
        closed = held is not None and not texts.keys() >= set(held.held)
        if held is None or closed or not all(map(held.take, texts)):
            self._held = held = Files(dict(texts), retained=True)
        for path, text in texts.items():
            held.change(path, text)
        return held

    def _stamped(self) -> Mapping[str, tuple[int, int]]:
        """When the files were written and how large they are, but for open documents."""
        read = () if self._held is None else self._held.known
        found = {}
        for path in {*found_in(self.folder, self._options.scope), *read} - self._open.keys():
            with suppress(OSError):
                about = os.stat(path)
                found[path] = about.st_mtime_ns, about.st_size
        return found

    def _changed(self) -> None:
        self._report = None
        self._summaries = None

    def _with_broken_texts(self, report: Report) -> Report:
        """The report, with the errors of documents for which an earlier text stands."""
        if not self._broken:
            return report
        document = report.document
        errors = sorted(
            {*document.errors, *self._broken.values()},
            key=lambda problem: (problem.file, problem.line, problem.column, problem.message),
        )
        summary = replace(document.summary, errors=len(errors))
        return replace(
            report, document=replace(document, errors=tuple(errors), summary=summary), status=2
        )


@contextmanager
def _uncollected(lasts: bool) -> Iterator[None]:
    """Let what is made meanwhile, if it lasts, be out of all rounds of the garbage collector."""
    if not lasts:
        yield
        return
    gc.unfreeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


def _saved(path: str) -> str | None:
    """The text of a file on disk, if it can be parsed."""
    text = _on_disk(path)
    return None if text is None or unparsed(path, text) is not None else text


def _on_disk(path: str) -> str | None:
    """The text of a file on disk, if it can be read."""
    files = Files()
    try:
        return files.text(path) if files.exists(path) else None
    except UnreadableError:
        return None
