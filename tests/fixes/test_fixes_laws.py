"""A law of edits: with one made, the source evaluates to what it did, but for what was set."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from mending import plain
from taskwall.core.change import AttributeChange, AttributePath
from taskwall.core.values import spelled
from taskwall.fixes.apply import applied
from taskwall.fixes.edits import EditBuilder
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.resource import Resource
from taskwall.source.stack import Inputs, SourceError

KEYS = st.sampled_from(("A", "Bc", "D_e", "F"))
WORDS = st.text(
    st.sampled_from("ab é🙂:#-'\"\\[]{},&*!|>%@`?$~=01.") | st.characters(codec="utf-8"), max_size=8
).filter(lambda text: "{{resolve" not in text and text.isprintable())
SCALARS = st.one_of(WORDS, st.integers(-99, 99), st.booleans())
DATA: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.dictionaries(KEYS, inner, min_size=1, max_size=3), st.lists(inner, max_size=3)
    ),
    max_leaves=8,
)
BODIES = st.dictionaries(KEYS, DATA, min_size=1, max_size=4)


def read(file: str, text: str, reader: Any) -> Resource:
    """The one resource of a source."""
    stacks, errors = reader.stacks([file], Files({file: text}), Inputs(boundary="/x"))
    assert not errors, text
    [stack] = stacks
    evaluation = stack.evaluate({})
    assert not evaluation.errors, text
    resource: Resource
    [resource] = evaluation.resources
    return resource


def values(resource: Resource) -> dict[str, Any]:
    """The attributes of a resource, scalars as the texts that they are."""
    return {key: _spelled(plain(value)) for key, value in resource.body.fields.items()}


def _spelled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _spelled(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_spelled(each) for each in value]
    return spelled(value)


def paths(value: Any, path: str = "") -> list[str]:
    """The paths of all scalars in a body, and of a member that each mapping lacks."""
    if isinstance(value, dict):
        found = [f"{path}.new.er"]
        for key, each in value.items():
            found += paths(each, f"{path}.{key}")
        return found
    if isinstance(value, list):
        indexed = (paths(each, f"{path}[{index}]") for index, each in enumerate(value))
        return [one for each in indexed for one in each]
    return [path]


def put(value: Any, path: str, wanted: Any, made: Callable[[], Any]) -> None:
    """Set what a path leads to; `made` gives what stands where nothing does."""
    steps: list[Any] = []
    for part in path.strip(".").split("."):
        key, *indexes = part.replace("]", "").split("[")
        steps += [key, *map(int, indexes)]
    for step in steps[:-1]:
        if isinstance(value, dict) and step not in value:
            value[step] = made()
        value = value[step]
        if step == "new" and isinstance(value, list):
            value = value[0]
    value[steps[-1]] = wanted


def holds(file: str, text: str, reader: Any, choose: Callable[[list[str]], str], new: Any) -> None:
    """Make one edit and compare."""
    before = read(file, text, reader)
    body = values(before)
    path = choose(paths({key: plain(each) for key, each in before.body.fields.items()}))
    change = AttributeChange(AttributePath(before.origin.address, path.lstrip(".")), new, new)
    errors: list[SourceError] = []
    edits = EditBuilder(Files({file: text}), errors).edits([(change, before)])
    assert not errors
    assume(edits)
    expected = deepcopy(body)
    put(expected, path, spelled(new), lambda: [{}] if reader is terraform else {})

    after = applied(text, edits)

    assert values(read(file, after, reader)) == expected, f"{path} of\n{text}\nis\n{after}"


@given(
    BODIES,
    SCALARS,
    st.booleans() | st.none(),
    st.sampled_from((2, 4)),
    st.sampled_from((None, '"', "'")),
    st.sampled_from(("\n", "\r\n")),
    st.data(),
)
def test_edits_of_yaml(
    body: dict[str, Any],
    new: Any,
    flow: bool | None,
    indent: int,
    style: str | None,
    newline: str,
    data: st.DataObject,
) -> None:
    """Whatever a template in YAML looks like, an edit sets one value and leaves the others."""
    template = {"Resources": {"x": {"Type": "AWS::B::C", "Properties": body}}}
    text = yaml.safe_dump(
        template,
        default_flow_style=flow,
        indent=indent,
        default_style=style,
        allow_unicode=True,
        sort_keys=False,
    )
    text = text.replace("\n", newline)

    holds(
        "/x/template.yaml",
        text,
        cloudformation,
        lambda found: data.draw(st.sampled_from(found)),
        new,
    )


@st.composite
def hcl_bodies(draw: st.DrawFn, depth: int = 0, indent: str = "") -> str:
    """The lines of a block's body, in many layouts."""
    lines = []
    for name in draw(st.lists(KEYS, unique=True, max_size=3)):
        if depth < 2 and draw(st.booleans()):
            for _ in range(draw(st.integers(1, 2))):
                if draw(st.booleans()):
                    lines += [f"{indent}{name} {{{draw(st.sampled_from(('', ' a = 1 ')))}}}"]
                    continue
                inner = draw(hcl_bodies(depth + 1, indent + "  "))
                lines += [f"{indent}{name} {{", inner, f"{indent}}}"]
        else:
            value = draw(SCALARS)
            shown = _quoted(value) if isinstance(value, str) else spelled(value)
            lines.append(f"{indent}{name}{' ' * draw(st.integers(0, 3))} = {shown}")
        lines.append(draw(st.sampled_from(("", "", f"{indent}# a {{ comment"))))
    return "\n".join(line for line in lines if line.strip() or draw(st.booleans()))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("${", "$${").replace("%{", "%%{") + '"'


@given(hcl_bodies(), SCALARS, st.sampled_from(("\n", "\r\n")), st.data())
def test_edits_of_terraform(body: str, new: Any, newline: str, data: st.DataObject) -> None:
    """The same for Terraform."""
    text = f'resource "t" "x" {{\n{body}\n}}\n'.replace("\n", newline)

    holds("/x/main.tf", text, terraform, lambda found: data.draw(st.sampled_from(found)), new)


def test_the_law_is_tried() -> None:
    """The texts of the law are read as they are written: nothing here passes for want of input."""
    text = 'resource "t" "x" {\n  A {\n    Bc = 1\n  }\n}\n'

    assert values(read("/x/main.tf", text, terraform)) == {"A": [{"Bc": "1"}]}
    assert paths({"A": [{"Bc": 1}]}) == [".new.er", ".A[0].new.er", ".A[0].Bc"]
