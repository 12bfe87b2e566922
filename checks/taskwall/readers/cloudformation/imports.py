"""What a template takes from others: exports, stored parameters, and outputs that users name."""

from functools import partial

from msgspec.structs import replace

from taskwall.core.values import Known, Need, Question, Span, Text, Unknown, Value
from taskwall.readers.cloudformation.deployment import TemplateContext
from taskwall.readers.cloudformation.exports import (
    Asked,
    Export,
    ExportKind,
    assumption,
    followed,
    is_named_so,
    known_parts,
    qualified_paths,
)
from taskwall.readers.cloudformation.intrinsics import with_place


def imported(importer: TemplateContext, name: Value, symbol: str, place: Span) -> Value | None:
    """The value of the one export that a name means; None if none or several do."""
    resolver = importer.run.resolver
    importer.run.imports.append(Asked(importer.template.unit.file, name, symbol, place))
    if resolver is None or symbol in importer.inputs.assumptions:
        return None
    exports = resolver.meant(name, importer.template.unit.file)
    # Where the same templates are deployed several times, each has its own.
    root, path = _top(importer).template.unit.file, importer.site.path
    exports = [one for one in exports if one.root == root and one.path != path] or exports
    chosen: list[Export] = []
    if len(exports) > 1 and (asked := followed(name, importer.template.unit.file, exports)):
        operand, roots = asked
        if {one.template.unit.file for one in importer.run.roots}.issuperset(roots.values()):
            importer.run.alternatives[operand] = tuple(roots)
            answer = importer.scenario.get(operand)
            chosen = [one for one in exports if one.root == roots.get(str(answer))]
            if not chosen:
                importer.questions |= {Question(operand, path) for path in roots}
            exports = chosen or exports
    if len(exports) > 1:
        first, *others = qualified_paths(exports)
        more = others[0] if len(others) == 1 else f"{len(others)} more templates"
        why = f"is exported by {first} {f'and by {more}' if others else 'more than once'}"
        return Unknown((Need(symbol, why),), symbol, place=place)
    for export in exports:
        if export.copies and not chosen:
            importer.run.assumed[place] = f"{symbol} {assumption(export)}"
        if (one := _at(importer, export)) is not None:
            found = one.output(export.output, place)
            if one.scenario.is_by_answer(partial(one.lacks_output, export.output)):
                importer.run.impossible = True  # AWS refuses an import of what is not exported.
            return None if found is None else with_place(_of(export.root, found), place)
    return None


def is_exported_elsewhere(importer: TemplateContext, name: Value) -> bool:
    """Whether no template of the sources exports what has a name, as far as that is known."""
    resolver, file = importer.run.resolver, importer.template.unit.file
    return any(known_parts(name)) and (resolver is None or not resolver.meant(name, file))


def _of(root: str, value: Value) -> Value:
    """A value that another template brings: what is open in it is an input of that one."""
    if isinstance(value, Text):
        parts = (part if isinstance(part, str) else _of(root, part) for part in value.parts)
        return replace(value, parts=tuple(parts))
    return replace(value, root=root) if isinstance(value, Unknown) and not value.root else value


def stored(importer: TemplateContext, name: Value, symbol: str, place: Span | None) -> Value | None:
    """The value of the one parameter of Parameter Store that a name means, if it is known."""
    return _offered(importer, "parameter", name, symbol, place)


def tied_output(
    importer: TemplateContext, name: str, symbol: str, place: Span | None
) -> Value | None:
    """The value of what the user says that a parameter of the template is."""
    ties, file = importer.inputs.ties, importer.template.unit.file
    target = None if importer.above is not None else ties.get((file, name)) or ties.get(("", name))
    if target is None:
        return None
    return _offered(importer, "output", Known(":".join(target)), symbol, place)


def stack_named(importer: TemplateContext, parameter: str, place: Span) -> Value | None:
    """The name of the stack that a parameter holds, as its imports say; None if they do not."""
    resolver = importer.run.resolver if importer.above is None else None
    export = resolver and resolver.stack_named(importer.template.unit.file, parameter)
    named = _at(importer, export) if export else None
    found = named and named.named("AWS::StackName", place)
    return found if isinstance(found, Known | Unknown) else None


def same_input(importer: TemplateContext, parameter: str, place: Span) -> Value | None:
    """What a parameter is in another template, as imports say; None if they do not, or here."""
    resolver = importer.run.resolver if importer.above is None else None
    if resolver is None:
        return None
    own = importer.template.unit.file, parameter
    file, other = resolver.same_input(*own)
    root = next((one for one in importer.run.roots if one.template.unit.file == file), None)
    if (file, other) == own or root is None or other not in root.template.parameters:
        return None
    found = root.named(other, place)
    return _of(file, found) if isinstance(found, Known | Unknown) else None


def _offered(
    importer: TemplateContext, kind: ExportKind, name: Value, symbol: str, place: Span | None
) -> Value | None:
    """The value of the one thing of a kind that a name means; None if none or several do."""
    resolver, file = importer.run.resolver, importer.template.unit.file
    at = place or importer.template.place
    importer.run.imports.append(Asked(file, name, symbol, at, kind))
    if resolver is None or symbol in importer.inputs.assumptions:
        return None
    exports = resolver.named(kind, name)
    if len(exports) != 1 or _reads_before(importer, exports[0]):
        return None
    found, one = exports[0].value, _at(importer, exports[0])
    if found is None and one is not None:
        name_ = exports[0].output
        found = one.output(name_, at) if kind == "output" else one.written(name_, "Value", at)
    if found is not None and kind == "parameter" and not is_named_so(exports[0], name):
        who = qualified_paths([exports[0]])[0]
        importer.run.assumed[at] = f"{symbol} is assumed to be what {who} stores"
    return None if found is None else with_place(found, at)


def _reads_before(importer: TemplateContext, export: Export) -> bool:
    """Whether a template is given what something was before it makes that anew.

    So it is of what it and its own nested stacks store; it reads what its siblings have stored.
    """
    inside = export.path.startswith(importer.site.path)
    return inside and export.root == _top(importer).template.unit.file


def _top(importer: TemplateContext) -> TemplateContext:
    while importer.above is not None:
        importer = importer.above
    return importer


def _at(importer: TemplateContext, export: Export) -> TemplateContext | None:
    """The template that an export is of, where it is deployed together with this one."""
    for root in importer.run.roots:
        if root.template.unit.file == export.root:
            for one in root.all_below():
                if one.site.path == export.path:
                    return one
    return None
