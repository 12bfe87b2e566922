"""Edits of templates: the place, the style of the file, and where none is offered."""

import json
from textwrap import dedent

import pytest

from mending import Mend, as_json
from taskwall.core.change import NewValue, Placeholder

CASES: dict[str, tuple[str, str, NewValue, str]] = {
    "a plain scalar": (
        """
        Resources:
          x:
            Type: AWS::B::C
            Properties:
              A: REJECT  # only these
        """,
        "A",
        "ALL",
        """
        Resources:
          x:
            Type: AWS::B::C
            Properties:
              A: ALL  # only these
        """,
    ),
    "quotation marks stay": (
        """
        Resources:
          x:
            Type: AWS::B::C
            Properties:
              A: 'false'
              B: "no"
        """,
        "",
        {"A": True, "B": 60},
        """
        Resources:
          x:
            Type: AWS::B::C
            Properties:
              A: 'true'
              B: "60"
        """,
    ),
    "a text that reads as something else is quoted": (
        """
        Resources:
          x:
            Type: AWS::B::C
            Properties:
              A: 0
        """,
        "A",
        "1",
        """
        Resources:
          x:
            Type: AWS::B::C
            Properties:
              A: "1"
        """,
    ),
    "nothing stands behind the colon": (
        """
        Resources:
          x:
            Type: AWS::B::C
            Properties:
              A:
              B: 1
        """,
        "A",
        True,
        """
        Resources:
          x:
            Type: AWS::B::C
            Properties:
              A: true
              B: 1
        """,
    ),
    "a member goes behind the last": (
        """
        Resources:
          x:
            Type: AWS::B::C
            Properties:
              A:
                - b
                # of the list
                - !Ref C # last

          # of the next
          y:
            Type: AWS::B::C
        """,
        "D",
        "e",
        """
        Resources:
          x:
            Type: AWS::B::C
            Properties:
              A:
                - b
                # of the list
                - !Ref C # last
              D: e

          # of the next
          y:
            Type: AWS::B::C
        """,
    ),
    "behind a block scalar": (
        """
        Resources:
          x:
            Type: AWS::B::C
            Properties:
              A: |
                one

                two

          y: {Type: AWS::B::C}
        """,
        "D",
        "e",
        """
        Resources:
          x:
            Type: AWS::B::C
            Properties:
              A: |
                one

                two
              D: e

          y: {Type: AWS::B::C}
        """,
    ),
    "a resource without properties": (
        """
        Resources:
          x:
            Type: AWS::B::C
        """,
        "A.B",
        {"C": 1, "D": ({"E": "f"}, {"E": Placeholder("g h")})},
        """
        Resources:
          x:
            Type: AWS::B::C
            Properties:
              A:
                B:
                  C: 1
                  D:
                    - E: f
                    - E: "<g h>"
        """,
    ),
    "the indentation of the file": (
        """
        Resources:
            x:
                Type: AWS::B::C
                Properties:
                    A:
                        B: 1
        """,
        "C.D",
        2,
        """
        Resources:
            x:
                Type: AWS::B::C
                Properties:
                    A:
                        B: 1
                    C:
                        D: 2
        """,
    ),
    "flow style": (
        """
        Resources:
          x: {Type: AWS::B::C, Properties: {A: {B: 1}}}
        """,
        "",
        {"A": {"B": 2, "C": "x y"}},
        """
        Resources:
          x: {Type: AWS::B::C, Properties: {A: {B: 2, C: "x y"}}}
        """,
    ),
    "flow style over several lines": (
        """
        Resources:
          x:
            Type: AWS::B::C
            Properties: {
              A: 1 # one
            }
        """,
        "C",
        {"D": 2},
        """
        Resources:
          x:
            Type: AWS::B::C
            Properties: {
              A: 1,
              C: {
                D: 2
              } # one
            }
        """,
    ),
    "an empty mapping in braces": (
        """
        Resources:
          x:
            Type: AWS::B::C
            Properties: {}
        """,
        "A",
        1,
        """
        Resources:
          x:
            Type: AWS::B::C
            Properties: { A: 1 }
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_text_of_an_edit(mend: Mend, name: str, newline: str) -> None:
    """An edit changes one place, in the style and with the line ends of its file."""
    before, path, wanted, after = CASES[name]
    text = dedent(before).replace("\n", newline)

    assert mend(text, path, wanted) == dedent(after).replace("\n", newline)


LIST = """\
Resources:
  x:
    Type: AWS::B::C
    Properties:
      L:
        - N: a
          é: 🙂
        - {N: b}
"""


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("L[0].N", "- N: a", "- N: z"),
        ("L[0].M", "          é: 🙂", "          é: 🙂\n          M: z"),
        ("L[1].N", "{N: b}", "{N: z}"),
        ("L[1].M", "{N: b}", "{N: b, M: z}"),
        ('L[1]["a.b"]', "{N: b}", "{N: b, a.b: z}"),
    ],
)
def test_elements_of_a_list(mend: Mend, path: str, old: str, new: str) -> None:
    """A path leads into a list by an index."""
    assert mend(LIST, path, "z") == LIST.replace(old, new)


ADDED = ({"K": "a", "V": 1}, {"K": "b", "V": Placeholder("v")})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "L:\n        - K: z\n          V: 0 # z\n",
            (
                "L:\n        - K: z\n          V: 0 # z\n        - K: a\n          V: 1\n"
                '        - K: b\n          V: "<v>"\n'
            ),
        ),
        (
            "L:\n      - { K: z, V: 0 }\n",
            'L:\n      - { K: z, V: 0 }\n      - { K: a, V: 1 }\n      - { K: b, V: "<v>" }\n',
        ),
        (
            "L: [{K: z, V: !Ref P}]\n",
            'L: [{K: z, V: !Ref P}, { K: a, V: 1 }, { K: b, V: "<v>" }]\n',
        ),
        (
            "M: 1\n",
            'M: 1\n      L:\n        - K: a\n          V: 1\n        - K: b\n          V: "<v>"\n',
        ),
    ],
)
def test_elements_are_added_to_a_list(mend: Mend, before: str, after: str) -> None:
    """What goes behind the last element is written as that is."""
    head = "Resources:\n  x:\n    Type: AWS::B::C\n    Properties:\n      "
    text = f"Parameters: {{P: {{Type: String}}}}\n{head}"

    assert mend(text + before, "L[+]", ADDED) == text + after


def test_a_scalar_is_added_to_scalars(mend: Mend) -> None:
    """Behind names, references among them."""
    text = LIST.partition("        -")[0] + "        - a\n        - !Ref P\n"

    assert mend(text, "L[+]", ("b",)) == f"{text}        - b\n"


def test_elements_are_added_to_json(mend: Mend) -> None:
    """In JSON as well, on lines of their own where the others have such."""
    data: dict[str, object] = {"Type": "AWS::B::C", "Properties": {"L": [{"K": "z"}]}}
    text = json.dumps({"Resources": {"x": data}}, indent=2)

    found = mend(text, "L[+]", ADDED, file="template.json")

    data["Properties"] = {"L": [{"K": "z"}, {"K": "a", "V": 1}, {"K": "b", "V": "<v>"}]}
    assert found == json.dumps({"Resources": {"x": data}}, indent=2)


@pytest.mark.parametrize("body", ["L: !Ref P", "L: []", "L: [1,]", "L: &a [1]\n      M: *a"])
def test_lists_that_are_not_added_to(mend: Mend, body: str) -> None:
    """A list that is none, or empty, or shared, is left alone."""
    text = f"""\
Parameters: {{P: {{Type: CommaDelimitedList, Default: "1"}}}}
Resources:
  x:
    Type: AWS::B::C
    Properties:
      {body}
"""

    assert mend(text, "L[+]", ADDED) is None


@pytest.mark.parametrize("indent", [None, 2, 4])
@pytest.mark.parametrize("name", CASES)
def test_json_stays_json(mend: Mend, name: str, indent: int | None) -> None:
    """An edit of a template in JSON leaves JSON, spread over lines if it was."""
    before, path, wanted, after = CASES[name]
    text = as_json(dedent(before), indent)

    found = mend(text, path, wanted, file="template.json")

    assert found is not None
    assert json.loads(found)["Resources"]["x"].keys() == {"Type", "Properties"}
    assert ("\n" in found) == (indent is not None)
    if indent and "quotation" not in name:
        assert found == json.dumps(json.loads(as_json(dedent(after))), indent=indent)


REFUSED: dict[str, tuple[str, str]] = {
    "a parameter decides": ("A: !Ref P", "A"),
    "a parameter decides, by the long name": ("A: {Ref: P}", "A"),
    "a condition decides": ("A: !If [C, 1, 2]", "A"),
    "a condition decides on a mapping": ("A: !If [C, {B: 1}, {B: 1}]", "A.B"),
    "a text is filled in": ("A: !Sub a${P}", "A"),
    "a part that a function inserts": ("A: {B: 1, 'Fn::Transform': {Name: M}}", "A.C"),
    "a member is merged": ("<<: {A: 1}", "A"),
    "an anchor shares it": ("A: &a {B: 1}\n      C: *a", "A.B"),
    "an anchor shares a list": ("A: &a [{B: 1}]\n      C: *a", "A[0].B"),
    "an anchor shares a list of one": ("A: &a [{B: 1}]\n      C: *a", "A.B"),
    "an anchor shares an element": ("A: [&a {B: 1}, {B: 2}]\n      C: *a", "A[0].B"),
    "an anchor shares another element": ("A: [&a {B: 1}, {B: 2}]\n      C: *a", "A[1].B"),
    "a function makes another element": ("A: [{B: 1}, {'Fn::Transform': {Name: M}}]", "A[0].B"),
    "an element that is not there": ("A: [{B: 1}]", "A[1].B"),
    "a mapping, where a list is meant": ("A: {B: 1}", "A[0].B"),
    "an alias repeats it": ("A: &a {B: 1}\n      C: *a", "C.B"),
    "an alias repeats a scalar": ("A: &a 1\n      C: *a", "C"),
    "a block scalar": ("A: |\n        b", "A"),
    "a list, where a scalar is wanted": ("A: [1]", "A"),
    "one of two elements, nobody says which": ("A: [{B: 1}, {B: 2}]", "A.B"),
    "an element of a list that a condition may shorten": ("A: [!If [C, 1, 2], {B: 1}]", "A[1].B"),
    "a comma behind the last member": ("A: {B: 1,}", "A.C"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_no_edit_is_offered(mend: Mend, name: str) -> None:
    """Where something other than plain text of the resource decides, nothing is offered."""
    body, path = REFUSED[name]
    text = f"""\
Parameters: {{P: {{Type: String, Default: d}}}}
Conditions: {{C: !Equals [!Ref P, d]}}
Resources:
  x:
    Type: AWS::B::C
    Properties:
      {body}
"""

    assert mend(text, path, 3) is None


@pytest.mark.parametrize("own", ["", "    Properties: {Runtime: python3.13}\n"])
@pytest.mark.parametrize("path", ["Timeout", "VpcConfig.SubnetIds[+]"])
def test_what_globals_give_is_not_edited(mend: Mend, path: str, own: str) -> None:
    """Nor is it said once more at a function that takes it from there."""
    text = f"""\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 3
    VpcConfig: {{SubnetIds: [subnet-1]}}
Resources:
  x:
    Type: AWS::Serverless::Function
{own}"""

    assert mend(text, path, (4,) if "[" in path else 4) is None


@pytest.mark.parametrize(
    "head",
    ["# @generated\n", "# This file was generated by sam. Do not edit.\n"],
)
def test_what_a_program_wrote_is_not_edited(mend: Mend, head: str) -> None:
    """A file that says that it is generated is left alone."""
    text = "Resources: {x: {Type: AWS::B::C, Properties: {A: 1}}}\n"

    assert mend(text, "A", 2) is not None
    assert mend(head + text, "A", 2) is None


def test_what_the_cdk_wrote_is_not_edited(mend: Mend) -> None:
    """A construct of the CDK is to be mended in its program."""
    resource = "{Type: AWS::B::C, Metadata: {'aws:cdk:path': a/b}, Properties: {A: 1}}"

    assert mend(f"Resources: {{x: {resource}}}\n", "A", 2) is None


def test_what_the_cdk_wrote_without_its_paths_is_not_edited(mend: Mend) -> None:
    """Paths of constructs can be turned off. Its own rule is in each template but nested ones."""
    text = "Resources: {x: {Type: AWS::B::C, Properties: {A: 1}}}\n"
    rule = "{Assertions: [{Assert: {'Fn::Equals': [{Ref: V}, '6']}, AssertDescription: Old}]}"

    assert mend(f"{text}Rules: {{Checked: {rule}}}\n", "A", 2) is not None
    assert mend(f"{text}Rules: {{CheckBootstrapVersion: {rule}}}\n", "A", 2) is None
    assert mend(text, "A", 2, file="StackInner0A1B.template.json") is not None
    assert mend(text, "A", 2, file="StackInner0A1B.nested.template.json") is None


@pytest.mark.parametrize(
    ("file", "edited"),
    [
        ("cdk.out/t.yaml", False),
        ("app/cdk.out/asset/t.yaml", False),
        (".aws-sam/build/t.yaml", False),
        (".serverless/t.yaml", False),
        ("cdk/out/t.yaml", True),
        ("serverless/t.yaml", True),
    ],
)
def test_what_is_in_a_folder_of_a_program_is_not_edited(
    mend: Mend, file: str, edited: bool
) -> None:
    """It would write the file again."""
    text = "Resources: {x: {Type: AWS::B::C, Properties: {A: 1}}}\n"

    assert (mend(text, "A", 2, file=file) is not None) is edited
