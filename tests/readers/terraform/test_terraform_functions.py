"""Every function on the worked examples of Terraform's documentation, and at its edges."""

from collections.abc import Callable
from importlib import import_module

import pytest

from taskwall.core.values import Reference, Unknown, Value, dereferenced, needs
from taskwall.readers.terraform import stacks
from taskwall.readers.terraform.evaluation import functions
from taskwall.readers.terraform.values.values import MAX_TEXT_LENGTH, JsonItems
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs
from terraform_examples import EXAMPLES, WRONG

OPEN = [
    "timestamp()",
    "plantimestamp()",
    "uuid()",
    'bcrypt("x")',
    "issensitive(1)",
    'provider::other::parse("x")',
    "sha256(var.open)",
    "yamlencode(var.open)",
    'formatdate("DD", var.open)',
]


LONG = 'join("", [for n in range(9) : format("%1000s", "")])'


def in_text(expression: str, evaluated: Callable[..., Evaluation]) -> Value:
    """The value of an expression of a root with nothing but an open variable."""
    source = f'variable "open" {{}}\nresource "t" "t" {{\n  x = {expression}\n}}\n'
    return next(r for r in evaluated(source).resources if r.type == "t").body.fields["x"]


@pytest.mark.parametrize(("expression", "expected"), EXAMPLES)
def test_example_of_the_documentation(
    expression: str,
    expected: object,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """A function gives what Terraform's documentation shows."""
    found = shown(in_text(expression, evaluated))
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize("expression", WRONG)
def test_what_terraform_refuses(
    expression: str, evaluated: Callable[..., Evaluation], shown: Callable[[Value], object]
) -> None:
    """What Terraform would refuse is unknown with a reason, and `can` tells."""
    found = in_text(expression, evaluated)
    assert isinstance(found, Unknown)
    assert found.needs
    assert shown(in_text(f"can({expression})", evaluated)) is False


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("cidrsubnet(null, 4, 1)", "an argument of cidrsubnet(...) is null"),
        ("sort(1)", "an argument of sort(...) is not a list"),
        ("pow(-8, 0.5)", "pow(...) has arguments that it does not take"),
        ('chunklist(["a"], -1)', "chunklist(...) is given a size below zero"),
        ('parseint("-", 10)', "parseint(...) is given no digits"),
        ("range(1, 4, -1)", "range(...) has a step that leads away from its end"),
        (f'replace({LONG}, "", {LONG})', "a string is longer than 4000000 characters"),
        (f'replace({LONG}, "/ /", {LONG})', "a string is longer than 4000000 characters"),
        (f'indent(900, replace({LONG}, " ", "\\n"))', "a string is longer than 4000000 characters"),
    ],
)
def test_which_function_refuses_an_argument(
    expression: str, why: str, evaluated: Callable[..., Evaluation]
) -> None:
    """The reason says where to look, also from far away."""
    found = in_text(expression, evaluated)
    assert [str(need) for need in needs(found)] == [why]


@pytest.mark.parametrize("expression", OPEN)
def test_what_is_not_known_before_it_runs(
    expression: str, evaluated: Callable[..., Evaluation]
) -> None:
    """What depends on the time, on chance or on something open says what it waits for."""
    found = in_text(expression, evaluated)
    assert needs(dereferenced(found))


@pytest.mark.parametrize(
    "expression",
    [
        'index(["a", OPEN], "b")',
        'setintersection(["a"], [OPEN])',
        'setsubtract(["a"], [OPEN])',
        "chunklist([OPEN], 2)",
        'matchkeys(["a"], ["b"], [OPEN])',
        'matchkeys(OPEN, ["b"], ["b"])',
        'slice(["a", "b"], OPEN, 2)',
        "zipmap(OPEN, [1])",
        "transpose({ a = [OPEN] })",
        "transpose({ a = OPEN })",
        'split(OPEN, "a,b")',
        'join(OPEN, ["a", "b"])',
        'format(OPEN, "a")',
        'substr("abc", OPEN, 1)',
        "substr(OPEN, 0, 1)",
        'trimprefix(OPEN, "a")',
        'regex("a", OPEN)',
        "upper(OPEN)",
        "strrev(OPEN)",
        "indent(2, OPEN)",
        "abs(OPEN)",
        "pow(2, OPEN)",
        "sum([1, OPEN])",
        "sum(OPEN)",
        "range(0, 4, OPEN)",
        'cidrhost("10.0.0.0/16", OPEN)',
        "cidrnetmask(OPEN)",
        'cidrsubnets("10.0.0.0/16", OPEN)',
        "yamldecode(OPEN)",
        "jsondecode(trimspace(OPEN)).a",
        "csvdecode(OPEN)",
        'textencodebase64(OPEN, "UTF-8")',
        "md5(OPEN)",
        'uuidv5("dns", OPEN)',
        "file(OPEN)",
        "templatefile(OPEN, {})",
        "fileexists(OPEN)",
        "fileset(path.module, OPEN)",
        'timeadd(OPEN, "1h")',
        "provider::aws::arn_parse(OPEN)",
        'alltrue([true, "${OPEN}"])',
        "alltrue(OPEN)",
        'length("a${OPEN}")',
        'slice(["a"], 2, OPEN)',
        'replace("abc", "/b/", OPEN)',
        r"""replace(jsonencode([OPEN, "1"]), "/\"(.*)\"/", "$1")""",
        r"""replace(jsonencode([OPEN, "1"]), "/\"(1)\"/", "x")""",
        'format("%#v", OPEN)',
        'format("%v", [OPEN])',
        'formatlist("%s", OPEN)',
        'yamlencode(concat(["a"], OPEN))',
        "min(OPEN, 3)",
        'join("-", [for i in range(600) : "a${OPEN}b"])',
        'replace(join("", [for i in range(1010) : "b"]), "b", OPEN)',
    ],
)
def test_an_argument_that_decides_the_result(
    expression: str, evaluated: Callable[..., Evaluation]
) -> None:
    """Where an open argument decides all, the result is open, and waits for that alone."""
    found = in_text(expression.replace("OPEN", "var.open"), evaluated)
    assert isinstance(dereferenced(found), Unknown)
    assert [str(need) for need in needs(found)] == ["var.open has no default"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('index(["a", var.open], "a")', 0),
        ('contains(["a", var.open], "a")', True),
        ('concat(["a"], var.open)', ["a", ("maybe", "<var.open[*]>")]),
        ("concat(var.open...)", [("maybe", "<var.open[*][*]>")]),
        (
            'concat(["a"], [for one in [["b"], var.open] : one if var.open != []]...)',
            ["a", ("maybe", "b"), ("maybe", "<var.open[*]>")],
        ),
        ('compact(["a", "", var.open])', ["a", ("maybe", "<var.open>")]),
        ('distinct(["a", var.open, "a", var.open])', ["a", "<var.open>"]),
        ('flatten([["a"], [var.open]])', ["a", ("maybe", "<var.open[*]>")]),
        ('sort(["b", var.open])', ["b", "<var.open>"]),
        ('toset(["b", "a", var.open])', ["b", "a", "<var.open>"]),
        ('setunion(["a"], var.open)', ["a", ("maybe", "<var.open[*]>")]),
        ('setproduct(["a"], [var.open])', [["a", "<var.open>"]]),
        (
            'setproduct(["a", "b"], var.open)',
            [("maybe", ["a", "<var.open[*]>"]), ("maybe", ["b", "<var.open[*]>"])],
        ),
        ("slice(var.open, 0, 2)", ["<var.open[0]>", "<var.open[1]>"]),
        ('slice(["a", "b", "c"], 1, var.open)', [("maybe", "b"), ("maybe", "c")]),
        ("length([1, var.open])", 2),
        ("keys({ (var.open) = 1 })", ["<var.open>"]),
        ("keys(var.open)", [("maybe", "<?>")]),
        ("keys(merge({ a = 1 }, var.open))", ["a", ("maybe", "<?>")]),
        ("values(merge({ a = 1 }, var.open))", ["<?>", ("maybe", "<var.open[*]>")]),
        ("tomap(var.open)", "<var.open>"),
        ('tolist(toset([var.open, "a"]))', ["<var.open>", "a"]),
        ("length(merge({ a = 1 }, var.open)) > 0", True),
        ('lookup(merge({ a = 1 }, var.open), "b")', "<var.open[*]>"),
        ('lookup({ a = 1 }, "b", var.open)', "<var.open>"),
        ('lookup({ (var.open) = 1, "b-${var.open}" = 2 }, var.open)', 1),
        ('lookup({ (var.open) = 1, "b-${var.open}" = 2 }, "b-${var.open}", 3)', 2),
        ("compact(cidrsubnets(var.open, 4, 4))", ["<?>", "<?>"]),
        ('one(concat(["a"], []))', "a"),
        ("one(var.open)", "<?>"),
        ('element(["a"], var.open)', "a"),
        ('split(",", cidrsubnet(var.open, 4, 1))', ["<?>"]),
        ('split("/", cidrsubnet(var.open, 4, 1))', ["<?>", ("maybe", "<?>")]),
        ('replace("a-b-c", "-", var.open)', "a<var.open>b<var.open>c"),
        (
            (
                r"""replace(jsonencode([{ a = "12", b = var.open, c = "x1", d = jsonencode(["1"])"""
                r""" }]), "/\"([0-9]+)\"/", "$1")"""
            ),
            [{"a": 12, "b": "<var.open>", "c": "x1", "d": ["1"]}],
        ),
        (
            r"""replace("{\"a\":\"12\",\"b\":\"${var.open}\"}", "/\"(\\d+)\"/", "$1")""",
            '{"a":12,"b":"<var.open>"}',
        ),
        ('format("%d", var.open)', "<var.open>"),
        ('format("%t", var.open)', "<var.open>"),
        ("values(var.open)", [("maybe", "<var.open[*]>")]),
        ("merge({ a = 1, b = 2 }, { b = var.open })", {"a": 1, "b": "<var.open>"}),
        ("merge({ a = 1 }, var.open)", {"a": "<?>", "*": "<var.open[*]>"}),
        ("merge(var.open, { a = 1 })", {"a": 1, "*": "<var.open[*]>"}),
        ('zipmap(["a", var.open], [1, 2])', {"a": 1, "*": 2}),
        ('map("a", 1, "b", var.open)', {"a": 1, "b": "<var.open>"}),
        ('lookup({}, var.open, "b")', "b"),
        ('format("%s-%s", "a", var.open)', "a-<var.open>"),
        ('formatlist("%s-%s", ["a"], var.open)', ["a-<var.open>"]),
        ('join(",", ["a", var.open])', "a,<var.open>"),
        ('split(",", var.open)', ["<var.open[0]>", ("maybe", "<var.open[*]>")]),
        ('startswith("a${var.open}", "a")', True),
        ('startswith("a${var.open}", "b")', False),
        ('endswith("${var.open}a", "a")', True),
        ('endswith("${var.open}a", "b")', False),
        ('strcontains("a${var.open}", "a")', True),
        ('alltrue([false, "${var.open}"])', False),
        ('anytrue([true, "${var.open}"])', True),
        ("cidrsubnets(var.open, 4, 4)", ["<?>", "<?>"]),
        ("jsondecode(jsonencode({ a = var.open }))", {"a": "<var.open>"}),
        ('yamlencode({ a = ["x-${var.open}"] })', '"a":\n- "x-<var.open>"\n'),
        (
            'provider::aws::arn_parse("arn:aws:ecs:${var.open}")',
            {"partition": "aws", "service": "ecs"}
            | dict.fromkeys(("region", "account_id", "resource"), "<?>"),
        ),
        (
            'provider::aws::arn_build("aws", "s3", "", "", var.open)',
            "arn:aws:s3:::<var.open>",
        ),
    ],
)
def test_what_is_known_beside_an_open_argument(
    expression: str,
    expected: object,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """A result is known as far as the open argument leaves it, whatever that turns out to be."""
    assert shown(in_text(expression, evaluated)) == expected


@pytest.mark.parametrize("number", [0, 7])
def test_yamlencode_of_a_text_with_our_mark(
    number: int, evaluated: Callable[..., Evaluation]
) -> None:
    """Nothing is wrong with a text in which what stands for an unknown is written."""
    written = f'yamlencode({{ a = var.open, b = "\ue000{number}\ue001" }})'

    assert [need.name for need in needs(in_text(written, evaluated))] == ["var.open"]


@pytest.mark.parametrize("function", ["toset", "tolist", "tomap", "one", "nonsensitive"])
def test_what_is_made_of_null(
    function: str, evaluated: Callable[..., Evaluation], shown: Callable[[Value], object]
) -> None:
    """A null of any type stays one, as what an optional argument is given."""
    assert shown(in_text(f"{function}(null) == null", evaluated)) is True


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('coalescelist(null, [], ["a"])', ["a"]),
        ('coalesce(null, "", "a")', "a"),
        ("length(jsonencode({ a = 1 }))", 7),
        ("length(jsonencode([1]))", 3),
        ('tolist(toset(["b", "a"]))', ["a", "b"]),
        ('tolist(["a", 1])', ["a", "1"]),
        ('tomap({ a = 1, b = "c" })', {"a": "1", "b": "c"}),
        ('lookup({ a = "b" }, "a", "c")', "b"),
        ('lookup({ a = "b" }, "x", "c")', "c"),
        ('split("", "abc")', ["a", "b", "c"]),
        ('split("", "")', []),
        ('split(",", "")', [""]),
        ('replace("abc", "/(?P<n>b)/", "<$1>")', "a<b>c"),
        ('replace("abc", "/(?P<n>b)/", "<$${n}>")', "a<b>c"),
        ('replace("a/b", "/", "-")', "a-b"),
        ('replace("ab", "", "-")', "-a-b-"),
        ('format("%5s|%-5s|%05d|%.2f", "a", "b", 42, 1.555)', "    a|b    |00042|1.55"),
        ('format("%x|%X|%o|%b|%08b", 255, 255, 8, 5, 5)', "ff|FF|10|101|00000101"),
        ('format("%q|%t|%v|%%|%.3s", "q", true, [1], "abcdef")', '"q"|true|[1]|%|abc'),
        ('format("%v", null)', "null"),
        ('format("%+d", 5)', "+5"),
        ('strrev("a👍🏽b")', "b👍🏽a"),
        ('length("👨\u200d👩\u200d👧e\u0301")', 2),
        ('yamldecode("a: yes\nb: 1_0\nc: 1:30")', {"a": "yes", "b": "1_0", "c": "1:30"}),
        ('yamldecode("a: TRUE\nb: 0x1f\nc: 2020-01-01")', {"a": True, "b": 31, "c": "2020-01-01"}),
        ('cidrsubnet("10.0.0.1/16", 8, 255)', "10.0.255.0/24"),
        ('cidrsubnets("10.0.0.0/16", 4, 8, 4)', ["10.0.0.0/20", "10.0.16.0/24", "10.0.32.0/20"]),
        ('cidrhost("10.0.0.0/30", 3)', "10.0.0.3"),
        ('cidrhost("10.0.0.0/30", -4)', "10.0.0.0"),
        ("range(4, 1)", [4, 3, 2]),
        ("range(3, 1, -1)", [3, 2]),
        ("range(0, 1, 0.25)", [0, 0.25, 0.5, 0.75]),
        ('regexall("(x)(y)?", "xyx")', [["x", "y"], ["x", None]]),
    ],
)
def test_what_functions_give_at_their_edges(
    expression: str,
    expected: object,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """What is empty, null, of another type or the last that there is comes out as in Terraform."""
    found = shown(in_text(expression, evaluated))
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    "expression",
    [
        'cidrhost("10.0.0.0/30", 4)',
        'cidrhost("10.0.0.0/30", -5)',
        'cidrsubnet("10.0.0.0/16", -1, 0)',
        'cidrsubnet("10.0.0.0", 8, 1)',
        'cidrsubnets("10.0.0.0/16", 1, 1, 1)',
        'cidrsubnets("10.0.0.0/16", 0)',
        'cidrnetmask("2001:db8::/32")',
        "range(0, 10, 0)",
        "sum([])",
        'formatlist("%s-%s", ["a", "b"], ["c"])',
        'format("%s")',
        'format("%s", null)',
        'format("%s", [1])',
        'format("%d", "x")',
        'join(",", [null])',
        'lookup({}, "k")',
        "element([], 0)",
        'slice(["a"], 0, 2)',
        'index(["a"], "b")',
        'zipmap(["a"], [1, 2])',
        'anytrue(["x"])',
        'provider::aws::arn_parse("x")',
        'provider::aws::arn_parse("arn:aws:s3")',
        'provider::aws::trim_iam_role_path("arn:aws:iam::1:user/a")',
    ],
)
def test_what_has_no_value_is_tried_in_vain(
    expression: str, evaluated: Callable[..., Evaluation], shown: Callable[[Value], object]
) -> None:
    """`try` goes on to what is given for it."""
    assert shown(in_text(f'try({expression}, "other")', evaluated)) == "other"


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("zones", [("maybe", "<t.r.zones[*]>")]),
        ("zone", ["<t.r.zone>"]),
        ("dns", ["<t.r.dns>"]),
        ("access", ["<t.r.access>"]),
        ("status", ["<t.r.status>"]),
    ],
)
def test_whether_an_attribute_is_a_list_tells_its_name(
    attribute: str,
    expected: object,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """In what is flattened, one in the plural may hold any number of elements."""
    main = f'resource "t" "r" {{}}\nresource "t" "t" {{ x = flatten([t.r.{attribute}]) }}\n'
    assert shown(evaluated(main).resources[1].body.fields["x"]) == expected


@pytest.mark.parametrize(
    ("kind", "pattern", "new", "kept"),
    [
        ("aws_ecs_task_definition", "/:[0-9]+$/", "", True),
        ("aws_ecs_task_definition", r"/:\\d+$/", "", True),
        ("aws_ecs_task_definition", "/:[0-9]+$/", ":8", False),
        ("aws_ecs_task_definition", ":1", "", False),
        ("aws_vpc", "/:[0-9]+$/", "", False),
    ],
)
def test_an_arn_without_its_revision_is_of_the_same_task_definition(
    kind: str,
    pattern: str,
    new: str,
    kept: bool,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """Only the revision is cut off, and only of a task definition."""
    main = f'resource "{kind}" "a" {{}}\n'
    main += f'resource "t" "t" {{ x = replace({kind}.a.arn, "{pattern}", "{new}") }}\n'
    found = evaluated(main).resources[1].body.fields["x"]
    assert (shown(found) == f"<{kind}.a.arn_without_revision>") is kept
    assert isinstance(found, Reference) is kept


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"a,b"', ["a", "b"]),
        ('"${t.r.id},b"', ["<t.r.id>", "b"]),
        ("t.r.id", ["<t.r.id>"]),
        ("t.r.tags", ["<?>", ("maybe", "<?>")]),
    ],
)
def test_a_parameter_is_split_as_what_is_written_to_it(
    value: str,
    expected: object,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """An id has no comma; what else a resource has may have one."""
    main = f'resource "t" "r" {{}}\nresource "aws_ssm_parameter" "p" {{ value = {value} }}\n'
    main += 'resource "t" "t" { x = split(",", aws_ssm_parameter.p.value) }\n'
    assert shown(evaluated(main).resources[2].body.fields["x"]) == expected


def test_functions_are_where_the_index_says() -> None:
    """The index of functions has those of each module, and each of them once."""
    for module, names in functions._MODULES.items():
        made = import_module(f"{functions.__name__}.{module}").FUNCTIONS
        assert list(names) == list(made)
        assert all(functions._function(name) is made[name] for name in names)
    assert functions._function("bcrypt") is None
    assert sum(map(len, functions._MODULES.values())) == len(functions.EVALUATED)


def test_fileset_matches_patterns(
    tmp_path_factory: pytest.TempPathFactory, shown: Callable[[Value], object]
) -> None:
    """`*` stays in a folder, `**` does not, and braces are alternatives."""
    folder = tmp_path_factory.mktemp("root")
    for name in ("a.json", "b.yaml", "c.txt", "deep/d.json", "deep/er/e.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
    patterns = ["*.json", "**/*.json", "*.{json,yaml}", "deep/**", "?.txt", "[ab].*", "{a,{b,c}}.*"]
    lines = "".join(f'  x{i} = fileset(path.module, "{p}")\n' for i, p in enumerate(patterns))
    main = folder / "main.tf"
    main.write_text(f'resource "t" "t" {{\n{lines}}}\n')
    found, _ = stacks([str(main)], Files(), Inputs(boundary=str(folder)))
    fields = found[0].evaluate({}).resources[0].body.fields
    assert [shown(value) for value in fields.values()] == [
        ["a.json"],
        ["a.json", "deep/d.json", "deep/er/e.json"],
        ["a.json", "b.yaml"],
        ["deep/d.json", "deep/er/e.json"],
        ["c.txt"],
        ["a.json", "b.yaml"],
        ["a.json", "b.yaml", "c.txt"],
    ]


def test_a_format_that_grows_too_long_ends_there(evaluated: Callable[..., Evaluation]) -> None:
    """What comes after it is not written any more."""
    long = "%[1]1000d" * (MAX_TEXT_LENGTH // 1000 + 1)
    found = in_text(f'format("{long}%[2]d", 1, "word")', evaluated)
    why = f"is longer than {MAX_TEXT_LENGTH} characters"
    assert [need.why for need in needs(found)] == [why]


@pytest.mark.parametrize(
    ("map_", "expected"),
    [("{ b = 1, c = 2 }", 3), ('{ b = 1, "a-1" = 2 }', "<?>"), ("{}", 3)],
)
def test_a_key_that_is_none_of_those_that_are_known(
    map_: str,
    expected: object,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """It leads to what is under a key that is not known, if it begins as no other key does."""
    main = 'variable "x" {}\nvariable "o" {}\nlocals { m = merge(MAP, { (var.o) = 3 }) }\n'
    found = evaluated(
        main.replace("MAP", map_) + 'resource "t" "t" { x = local.m["a-${var.x}"] }\n'
    )
    assert shown(found.resources[0].body.fields["x"]) == expected


def test_json_of_what_a_resource_writes(
    evaluated: Callable[..., Evaluation], shown: Callable[[Value], object]
) -> None:
    """A list that is read of a resource is known in its JSON, too."""
    main = 'resource "t" "r" { tags = ["a"] }\nresource "t" "t" { x = jsonencode(t.r.tags) }\n'
    found = evaluated(main).resources[1].body.fields["x"]
    assert isinstance(found, JsonItems)
    assert shown(found) == ["a"]
