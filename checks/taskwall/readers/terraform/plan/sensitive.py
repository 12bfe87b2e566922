"""The texts that a plan marks as sensitive.

Marks lie beside values in their shape: `sensitive_values` of planned and prior resources,
`after_sensitive` and `before_sensitive` of changes, `sensitive` of outputs and of variables in the
configuration (https://developer.hashicorp.com/terraform/internals/json-format).
"""

from collections.abc import Iterator, Mapping

from taskwall.core.json_document import Json, mapping, sequence
from taskwall.core.values import lifted
from taskwall.readers.terraform.values.effects import Effects
from taskwall.readers.terraform.values.sensitive import Hidden
from taskwall.source.secret_names import names_secret

_WORD = 8
"""Shorter texts within a sensitive JSON text are words of its structure as a rule."""


def hidden(plan: Mapping[str, Json]) -> frozenset[str]:
    """All texts that a plan marks as sensitive."""
    found = Hidden(Effects({}))
    for text in _sensitive(plan):
        found.hide(lifted(text))
        for inner in _within(text):
            found.hide(lifted(inner))
    return found.all()


def _sensitive(plan: Mapping[str, Json]) -> Iterator[Json]:
    root = mapping(mapping(plan.get("configuration")).get("root_module"))
    declared = mapping(root.get("variables"))
    for name, variable in mapping(plan.get("variables")).items():
        if mapping(declared.get(name)).get("sensitive") is True or names_secret(name):
            yield from _leaves(mapping(variable).get("value"), True)
    states = (
        mapping(plan.get("planned_values")),
        mapping(mapping(plan.get("prior_state")).get("values")),
    )
    for state in states:
        for output in mapping(state.get("outputs")).values():
            if mapping(output).get("sensitive") is True:
                yield from _leaves(mapping(output).get("value"), True)
        for resource in _resources(mapping(state.get("root_module"))):
            yield from _leaves(resource.get("values"), resource.get("sensitive_values"))
    changes = (
        *sequence(plan.get("resource_changes")),
        *sequence(plan.get("resource_drift")),
        *({"change": change} for change in mapping(plan.get("output_changes")).values()),
    )
    for changed in changes:
        change = mapping(mapping(changed).get("change"))
        for when in ("before", "after"):
            yield from _leaves(change.get(when), change.get(f"{when}_sensitive"))


def _resources(module: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    pending = [module]
    while pending:
        each = pending.pop()
        yield from map(mapping, sequence(each.get("resources")))
        pending += map(mapping, sequence(each.get("child_modules")))


def _leaves(value: Json, marks: Json) -> Iterator[Json]:
    """The texts and numbers of a value that marks of the same shape call sensitive."""
    pending = [(value, marks)]
    while pending:
        value, marks = pending.pop()
        if not marks:
            continue
        if isinstance(value, dict):
            inner = mapping(marks)
            pending += [
                (item, True if marks is True else inner.get(key)) for key, item in value.items()
            ]
        elif isinstance(value, list):
            flags = sequence(marks)
            pending += [
                (item, True if marks is True else flags[index])
                for index, item in enumerate(value)
                if marks is True or index < len(flags)
            ]
        elif marks is True and value is not None:
            yield value


def _within(text: Json) -> Iterator[str]:
    """The longer texts within a text that is JSON."""
    import msgspec

    if not isinstance(text, str) or text[:1] not in ("[", "{"):
        return
    try:
        inner = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return
    for leaf in _leaves(inner, True):
        if isinstance(leaf, str) and len(leaf) >= _WORD:
            yield leaf
