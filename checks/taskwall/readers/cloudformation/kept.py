"""What is kept of templates and stacks from one reading to the next, where the files last."""

from collections.abc import Mapping as Lookup
from weakref import WeakKeyDictionary

from msgspec import Struct

from taskwall.files import Files, UnreadableError
from taskwall.readers.cloudformation.skips import skips
from taskwall.readers.cloudformation.stack import CloudFormationStack
from taskwall.readers.cloudformation.template import Template, may_be_template, parsed
from taskwall.resource import Skip
from taskwall.stack import Inputs, SourceError


class Reading(Struct, frozen=True):
    """What became of a text: a template with its skips, nothing, or a failure."""

    text: str
    template: Template | None = None
    skips: tuple[Skip, ...] = ()
    errors: tuple[SourceError, ...] = ()
    failure: UnreadableError | None = None


class Kept:
    """The readings and stacks of one scan's files."""

    def __init__(self) -> None:
        self._readings: dict[str, Reading] = {}
        self._stacks: dict[str, CloudFormationStack] = {}

    def reading(self, path: str, text: str, files: Files, inputs: Inputs) -> Reading:
        """What becomes of a text; what it was before, if it is the same text.

        Raises:
            UnreadableError: it looks like a template and cannot be parsed.
        """
        found = self._readings.get(path)
        if found is None or found.text != text:
            found = _read(path, text, files, inputs)
            if files.lasts and "AWS::Include" not in text:  # else it depends on other files too
                self._readings[path] = found
        if found.failure is not None:
            raise found.failure.with_traceback(None)
        return found

    def stack(
        self,
        root: Template,
        inputs: Inputs,
        wishes: tuple[Skip, ...],
        nested: Lookup[str, Lookup[str, Template]],
        files: Files,
    ) -> CloudFormationStack:
        """The stack of a template; the one before, with all that it knows, if nothing differs.

        Stacks that nest or import hang on other templates, and are made anew.
        """
        path, text = root.unit.file, root.unit.text
        if not files.lasts or nested.get(path) or "ImportValue" in text:
            return CloudFormationStack(root, inputs, wishes, nested=nested)
        found = self._stacks.get(path)
        if found is None or found.template is not root or found.inputs != inputs:
            found = self._stacks[path] = CloudFormationStack(root, inputs, wishes)
        return found


def _read(path: str, text: str, files: Files, inputs: Inputs) -> Reading:
    try:
        template = parsed(path, text, files, inputs) if may_be_template(text) else None
    except UnreadableError as failure:
        return Reading(text, failure=failure)
    if template is None:
        return Reading(text)
    return Reading(text, template, *skips(template))


def kept(files: Files) -> Kept:
    """What is kept for a scan's files: the same for as long as the caller keeps them."""
    found = _kept.get(files)
    if found is None:
        found = _kept[files] = Kept()
    return found


_kept: "WeakKeyDictionary[Files, Kept]" = WeakKeyDictionary()
