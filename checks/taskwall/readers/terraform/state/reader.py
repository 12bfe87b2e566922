"""States and plans as context: their resources, as far as these are known, and their outputs."""

from collections.abc import Iterable, Mapping
from functools import partial

from taskwall.core.json_document import mapping
from taskwall.core.values import Span, Value
from taskwall.readers.terraform.modules import module_loader
from taskwall.readers.terraform.plan.references import KEY
from taskwall.readers.terraform.plan.sensitive import hidden
from taskwall.readers.terraform.plan.stacks import MAX_PLAN_PARTS, PlanStack, plans
from taskwall.readers.terraform.plan.values import Planned
from taskwall.readers.terraform.state.document import (
    UnknownStateError,
    Values,
    places_in_state,
    values_of,
)
from taskwall.source.containment import attempt
from taskwall.source.context import ContextSource, context_source, labels
from taskwall.source.files import Files, UnreadableError
from taskwall.source.secret_names import names_secret
from taskwall.source.size import parts_at_most
from taskwall.source.stack import Inputs, SourceError


def states(paths: Iterable[str], files: Files) -> tuple[list[ContextSource], list[SourceError]]:
    """The states in some files, and why others cannot be read."""
    paths = sorted(paths)
    found: list[ContextSource] = []
    errors: list[SourceError] = []
    for path, label in zip(paths, labels(paths), strict=True):
        one = attempt(partial(_state, path, label, files), path, errors)
        if isinstance(one, ContextSource):
            found.append(one)
        elif one is not None:
            errors.append(one)
    return found, errors


def planned(
    paths: Iterable[str], files: Files, inputs: Inputs
) -> tuple[list[ContextSource], list[SourceError]]:
    """The plans in some files as context, without sources, and why others cannot be read."""
    paths = sorted(paths)
    found, errors = plans(paths, files, inputs)
    label = dict(zip(paths, labels(paths), strict=True))
    return [_planned(plan, label[plan.name], inputs) for plan in found], errors


def _planned(stack: PlanStack, label: str, inputs: Inputs) -> ContextSource:
    resources = stack.evaluate({}).resources
    reading = Planned(stack.plan, Span(stack.name, 1, 1, 1, 1), inputs.assumptions)
    values = mapping(stack.plan.get("planned_values"))
    outputs = _outputs(values, reading)
    return context_source(stack.name, label, resources, outputs, hidden(stack.plan))


def _outputs(values: Values, reading: Planned) -> dict[str, Value]:
    return {
        name: reading.value(mapping(output)["value"])
        for name, output in mapping(values.get("outputs")).items()
        if "value" in mapping(output)
    }


def _state(path: str, label: str, files: Files) -> ContextSource | SourceError:
    """The state in a file, or why it cannot be read. One that was read before is the same."""
    import msgspec

    start = Span(path, 1, 1, 1, 1)
    kept = module_loader(files).kept
    try:
        text = files.text(path)
        known = kept.get(("state", path))
        if isinstance(known, tuple) and known[0] is text and known[1] == label:
            found = known[2]
            assert isinstance(found, ContextSource)
            return found
        if parts_at_most(text) > MAX_PLAN_PARTS:
            return SourceError(start, f"a state of more than {MAX_PLAN_PARTS} parts: not read")
        values = values_of(msgspec.json.decode(text))
    except UnreadableError as error:
        return error.error
    except UnknownStateError as error:
        return SourceError(start, str(error))
    except (msgspec.DecodeError, RecursionError) as error:
        return SourceError(start, f"a state that is not JSON: {error}")
    found = _read(path, label, values, places_in_state(path, text))
    if files.retained:
        kept["state", path] = (text, label, found)
    return found


def _read(path: str, label: str, values: Values, places: Mapping[str, Span]) -> ContextSource:
    for resource in values["root_module"]["resources"]:
        marks = mapping(resource.get("sensitive_values"))
        secret = filter(names_secret, mapping(resource.get("values")))
        resource["sensitive_values"] = {**marks, **dict.fromkeys(secret, True)}
    document = {"planned_values": values}
    at = {
        address: places[KEY.sub("", address)]
        for one in values["root_module"]["resources"]
        if KEY.sub("", address := str(one.get("address"))) in places
    }
    reading = Planned(document, Span(path, 1, 1, 1, 1), {}, at)
    outputs = _outputs(values, reading)
    return context_source(path, label, reading.resources(), outputs, hidden(document))
