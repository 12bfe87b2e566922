"""Edits that several changes, and several stacks, ask for together."""

from collections.abc import Sequence

import pytest

from taskwall.core.change import AttributeChange, AttributePath, NewValue, SourceCode
from taskwall.findings.finding import Edit
from taskwall.fixes.edits import EditBuilder, agreed
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.resource import Resource
from taskwall.source.stack import Inputs, InternalError, SourceError

SHARED = 'resource "t_t" "x" {\n  a = 1\n  b = var.v\n}\nresource "t_t" "y" {\n  a = 1\n}\n'
TEXTS = {"shared.tf": SHARED, "other.tf": 'resource "t_t" "z" {\n  a = 1\n}\n'}
Asked = tuple[str, str, NewValue]
"""A rule, the path that is to get a value, and the value."""


def resources() -> dict[str, Resource]:
    """The resources of all files by their names."""
    (stack,), _ = terraform.stacks(["shared.tf", "other.tf"], Files(TEXTS), Inputs())
    return {one.origin.name.partition(".")[2]: one for one in stack.evaluate({}).resources}


def change(at: str, wanted: NewValue) -> tuple[AttributeChange, Resource]:
    """A change of an attribute, each given by its resource's name and its path."""
    name, _, path = at.partition(".")
    resource = resources()[name]
    return AttributeChange(AttributePath(resource.origin.address, path), wanted, wanted), resource


def made(*stacks: tuple[set[str], list[Asked]]) -> list[list[int]]:
    """How many edits there are for each fail of each stack, by its files and what it asks for."""
    errors: list[SourceError] = []
    asked = [(own, [(rule, [change(at, new)]) for rule, at, new in each]) for own, each in stacks]
    found = [[len(edits) for edits in each] for each in agreed(asked, Files(TEXTS), errors)]
    assert not errors
    return found


ALONE, OTHER = {"shared.tf"}, {"other.tf"}
BOTH = ALONE | OTHER
X: Asked = ("TW1", "x.a", 2)
Y: Asked = ("TW1", "y.a", 2)
Z: Asked = ("TW1", "z.a", 2)


@pytest.mark.parametrize(
    ("stacks", "edits"),
    [
        ([], []),
        ([(ALONE, [])], [[]]),
        ([(ALONE, [X, Y])], [[1, 1]]),
        ([(ALONE, [X]), (ALONE, [X])], [[1], [1]]),
        ([(ALONE, [X]), (ALONE, [])], [[0], []]),
        ([(ALONE, []), (ALONE, [X])], [[], [0]]),
        ([(ALONE, [X]), (ALONE, [X]), (ALONE, [])], [[0], [0], []]),
        ([(ALONE, [X]), (OTHER, [])], [[1], []]),
        ([(BOTH, [X, Z]), (OTHER, [])], [[1, 0], []]),
        ([(BOTH, [X, Z]), (OTHER, [Z])], [[1, 1], [1]]),
        ([(ALONE, [X, Y]), (ALONE, [Y])], [[0, 1], [1]]),
        ([(ALONE, [X]), (ALONE, [Y])], [[0], [0]]),
        ([(ALONE, [X]), (ALONE, [("TW2", "x.a", 2)])], [[0], [0]]),
        ([(ALONE, [X]), (ALONE, [("TW1", "x.a", 3)])], [[0], [0]]),
        ([(ALONE, [X, ("TW1", "x.b", 2)]), (ALONE, [X])], [[1, 0], [1]]),
    ],
    ids=[
        *("no stack", "nothing", "one stack", "both", "only the first", "only the second"),
        *("two of three", "other files", "one of two files", "both in both", "one of two"),
        *("other resources", "another rule", "another value", "what cannot be edited"),
    ],
)
def test_stacks_that_share_a_file(
    stacks: list[tuple[set[str], list[Asked]]], edits: list[list[int]]
) -> None:
    """All that read it must ask for the same edit of it, for the same reason."""
    assert made(*stacks) == edits


@pytest.mark.parametrize(("own", "edits"), [(ALONE, 0), (OTHER, 0), (BOTH, 0), (set(), 2)])
def test_a_stack_that_reads_one_of_the_files_of_a_fix(own: set[str], edits: int) -> None:
    """It has to ask for the fix as well."""
    both = [("TW1", [change("x.a", 2), change("z.a", 2)])]
    found = [*agreed([(BOTH, both), (own, [])], Files(TEXTS), [])]

    assert [[len(each) for each in fails] for fails in found] == [[edits], []]


@pytest.mark.parametrize(
    ("wanted", "lines"),
    [
        ([], []),
        ([("x.a", 2)], [2]),
        ([("y.a", 2), ("x.a", 2)], [2, 6]),
        ([("x.a", 2), ("x.b", 2)], []),
        ([("x.b", 2), ("x.a", 2)], []),
        ([("x.a", 2), ("x.c", 2)], [2, 3]),
    ],
    ids=["none", "one", "in the order of the file", "not the second", "not the first", "added"],
)
def test_all_changes_of_a_fix_are_made_or_none(
    wanted: Sequence[tuple[str, NewValue]], lines: list[int]
) -> None:
    """Half a fix may be worse than none."""
    errors: list[SourceError] = []
    edits = EditBuilder(Files(TEXTS), errors).edits([change(at, new) for at, new in wanted])

    assert [edit.line for edit in edits] == lines
    assert not errors


def test_a_file_that_is_gone() -> None:
    """It may be deleted meanwhile: then there is nothing to edit, and that is no crash."""
    errors: list[SourceError] = []
    assert EditBuilder(Files({}), errors).edits([change("x.a", 2)]) == ()
    assert not errors


def test_a_defect_costs_only_the_edit(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is reported, with the place of the first resource, and the finding stays."""

    def edits(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("taskwall.fixes.terraform.Writer.edits", edits)
    errors: list[SourceError] = []

    assert EditBuilder(Files(TEXTS), errors).edits([change("y.a", 2), change("x.a", 2)]) == ()
    [error] = errors
    assert isinstance(error, InternalError)
    assert error.place.line == 5


@pytest.mark.parametrize(
    ("type_", "use", "edited"),
    [
        ("aws_iam_policy_document", "data.aws_iam_policy_document.x.json", True),
        ("aws_iam_policy_document", "[data.aws_iam_policy_document.x.a, 1]", True),
        ("aws_iam_policy_document", "1", False),
        ("aws_iam_policy_document", "1 # data.aws_iam_policy_document.x", True),
        ("aws_iam_policy_document", "data.aws_iam_policy_document.xy.a", False),
        (
            "aws_iam_policy_document",
            "[data.aws_iam_policy_document.x.a, data.aws_iam_policy_document.x.b]",
            False,
        ),
        ("aws_lb", "data.aws_lb.x.arn", False),
    ],
)
def test_what_is_only_read(type_: str, use: str, edited: bool) -> None:
    """A policy document is ours to edit if it makes one policy; nothing else that is looked up."""
    text = f'data "{type_}" "x" {{\n  a = 1\n}}\nresource "t_t" "y" {{\n  p = {use}\n}}\n'
    files = Files({"a.tf": text})
    (stack,), _ = terraform.stacks(["a.tf"], files, Inputs())
    (resource,) = (one for one in stack.evaluate({}).resources if one.data)
    wanted = AttributeChange(AttributePath(resource.origin.address, "a"), 2, 2)

    assert bool(EditBuilder(files, []).edits([(wanted, resource)], ["a.tf"])) is edited


def test_a_writer_serves_several_fixes() -> None:
    """Each fix is of the text as it is, whatever was asked before."""
    builder = EditBuilder(Files(TEXTS), [])
    first = builder.edits([change("x.a", 2)])

    assert first == builder.edits([change("x.a", 2)])
    assert builder.edits([change("y.a", 3)]) == (Edit("shared.tf", 6, 7, 6, 8, "3"),)


def test_what_one_fix_aligns_another_one_finds_as_it_was() -> None:
    """The names that it gives are those of its own text alone."""
    files = Files({"a.tf": 'resource "t_t" "x" {\n  port = 1\n  name = 2\n}\n'})
    (stack,), _ = terraform.stacks(["a.tf"], files, Inputs())
    (resource,) = stack.evaluate({}).resources
    address = resource.origin.address
    renamed = AttributeChange(AttributePath(address, "port"), 3, 3, name="long_port")
    added = AttributeChange(AttributePath(address, "self"), True, True)
    alone = EditBuilder(files, []).edits([(added, resource)])
    builder = EditBuilder(files, [])

    together = builder.edits([(added, resource), (renamed, resource)])
    assert [edit.text for edit in together] == ["long_port = 3", "      ", "\n  self      = true"]
    assert builder.edits([(added, resource)]) == alone
    assert [edit.text for edit in alone] == ["\n  self = true"]


@pytest.mark.parametrize(
    ("after", "added"),
    [("", "\n\nNEW"), ("# x\n", "\n\nNEW\n"), ("\n# x\n", "\n\nNEW"), ("  \nx\n", "\n\nNEW")],
    ids=["nothing", "at once", "a blank line", "blanks"],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_blank_line_is_around_what_is_added(after: str, added: str, newline: str) -> None:
    """One, whether there was one or not."""
    code = 'resource "t_t" "y" {\n  a = "<name>"\n}'
    text = f'resource "t_t" "x" {{\n}}\n{after.replace("x", "# x")}'.replace("\n", newline)
    files = Files({"a.tf": text})
    (stack,), _ = terraform.stacks(["a.tf"], files, Inputs())
    (resource,) = stack.evaluate({}).resources
    new = SourceCode(code)
    change = AttributeChange(AttributePath("t_t.x", ""), new, new, form="beside")

    (edit,) = EditBuilder(files, []).edits([(change, resource)])
    assert edit.text == added.replace("NEW", code).replace("\n", newline)
    assert edit.placeholder
    assert (edit.line, edit.column) == (edit.end_line, edit.end_column) == (2, 2)
