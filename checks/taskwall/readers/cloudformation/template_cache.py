"""What is kept of templates and stacks from one reading to the next, where the files last."""

from collections.abc import Sequence
from operator import is_

from msgspec import Struct

from taskwall.readers.cloudformation.exports import Export, Exports, ImportResolver
from taskwall.readers.cloudformation.includes import reads_others
from taskwall.readers.cloudformation.nesting import exports_of
from taskwall.readers.cloudformation.stack import CloudFormationStack
from taskwall.readers.cloudformation.suppressions import suppressions
from taskwall.readers.cloudformation.template import Template, may_be_template, read_template
from taskwall.source.context import ContextSource
from taskwall.source.files import Files, UnreadableError
from taskwall.source.resource import Suppression
from taskwall.source.stack import Inputs, SourceError


class ParsedTemplate(Struct, frozen=True):
    """What became of a text: a template with its suppressions, nothing, or a failure."""

    text: str
    template: Template | None = None
    suppressions: tuple[Suppression, ...] = ()
    errors: tuple[SourceError, ...] = ()
    failure: UnreadableError | None = None


class TemplateCache:
    """The readings and stacks of one scan's files."""

    def __init__(self) -> None:
        self._parsed: dict[str, ParsedTemplate] = {}
        self._stacks: dict[str, CloudFormationStack] = {}
        self._exports: dict[str, tuple[CloudFormationStack, list[Export]]] = {}
        self._tied: dict[
            tuple[str, ...], tuple[Sequence[CloudFormationStack], CloudFormationStack]
        ] = {}

    def parsed(self, path: str, text: str, files: Files, inputs: Inputs) -> ParsedTemplate:
        """What becomes of a text; what it was before, if it is the same text.

        Raises:
            UnreadableError: it looks like a template and cannot be parsed.
        """
        found = self._parsed.get(path)
        if found is None or found.text != text:
            found = _read(path, text, files, inputs)
            if files.reread and not reads_others(text):  # else it depends on other files too
                self._parsed[path] = found
        if found.failure is not None:
            raise found.failure.with_traceback(None)
        return found

    def stack(self, made: CloudFormationStack, files: Files) -> CloudFormationStack:
        """A stack that was made; the one before, with all that it knows, if nothing differs.

        What it knows may rest on what others export: `with_exports` sees to that.
        """
        if not files.retained:
            return made
        path = made.template.unit.file
        found = self._stacks.get(path)
        if found is None or not _same(found, made):
            found = self._stacks[path] = made
        return found

    def with_exports(
        self, stack: CloudFormationStack, exports: Exports | None
    ) -> CloudFormationStack:
        """A stack that resolves its imports by these exports; made anew if that changes any."""
        if exports is None:
            if stack.resolver is None:
                return stack
        elif stack.resolver is not None and stack.resolver.agrees_with(exports):
            return stack
        if stack.evaluated:
            known = self._stacks.get(stack.name) is stack
            stack = CloudFormationStack(
                stack.template,
                stack.inputs,
                stack.suppressions,
                nested=stack.nested,
                context=stack.context,
            )
            if known:
                self._stacks[stack.name] = stack
        stack.resolver = None if exports is None else ImportResolver(exports)
        return stack

    def exports(self, stack: CloudFormationStack) -> list[Export]:
        """What the templates of a stack export."""
        known = self._exports.get(stack.name)
        if known is None or known[0] is not stack:
            found = list(exports_of(stack.template, stack.inputs, stack.nested))
            known = self._exports[stack.name] = stack, found
        return known[1]

    def tied(
        self,
        members: Sequence[CloudFormationStack],
        exports: Exports | None,
        files: Files,
        sources: Sequence[ContextSource] = (),
    ) -> CloudFormationStack:
        """Stacks that refer to each other, or to the context, as one; the same if nothing differs.

        Those of the scan come first: what several refer to is known by the first of them.
        """
        members = sorted(members, key=lambda one: not one.scanned)
        key = tuple(stack.name for stack in members)
        known = self._tied.get(key)
        if (
            known is not None
            and all(map(is_, known[0], members))
            and known[1].sources == tuple(sources)
            and _agree(known[1].resolver, exports)
        ):
            return known[1]
        first = members[0]
        # Each knows best what its own templates nest: the others may have been made earlier.
        nested = {
            file: below
            for stack in members
            for file, below in stack.nested.items()
            if file in stack.templates
        }
        made = CloudFormationStack(
            first.template,
            first.inputs,
            tuple(skip for stack in members if stack.scanned for skip in stack.suppressions),
            roots=[stack.template for stack in members],
            nested=nested,
            resolver=None if exports is None else ImportResolver(exports),
            context=first.context,
            sources=sources,
        )
        if files.retained:
            self._tied[key] = members, made
        return made


def _agree(resolver: ImportResolver | None, exports: Exports | None) -> bool:
    """Whether exports resolve what they did before."""
    if resolver is None or exports is None:
        return resolver is None and exports is None
    return resolver.agrees_with(exports)


def _same(one: CloudFormationStack, other: CloudFormationStack) -> bool:
    """Whether two stacks are made of the very same templates, in the same way."""
    return (
        one.inputs == other.inputs
        and one.context == other.context
        and one.templates.keys() == other.templates.keys()
        and all(one.templates[file] is template for file, template in other.templates.items())
        and all(one.nested.get(file) == other.nested.get(file) for file in one.templates)
    )


def _read(path: str, text: str, files: Files, inputs: Inputs) -> ParsedTemplate:
    try:
        template = read_template(path, text, files, inputs) if may_be_template(text) else None
    except UnreadableError as failure:
        return ParsedTemplate(text, failure=failure)
    if template is None:
        return ParsedTemplate(text)
    return ParsedTemplate(text, template, *suppressions(template))


def template_cache(files: Files) -> TemplateCache:
    """What is kept for a scan's files: the same for as long as the caller keeps them."""
    return files.one(TemplateCache, TemplateCache)
