"""The values of expressions, one by one."""

from collections.abc import Mapping

import pytest

from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Reference,
    Text,
    Unknown,
    Value,
    dereferenced,
    needs,
)
from taskwall.readers.terraform import stacks
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs

SURROUNDINGS = """
variable "open" {}
variable "opens" { type = list(string) }
variable "three" { default = 3 }
variable "names" { default = ["a", "b", "c"] }
variable "ports" {
  default = { http = 80, https = 443 }
}
variable "nothing" { default = null }
locals {
  list   = [1, 2, 3]
  nested = { a = { b = [{ c = "deep" }] } }
  people = [{ name = "x", age = 1 }, { name = "y", age = 2 }]
}
data "vault_generic_secret" "s" { path = "x" }
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "many" {
  count      = 2
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
}
resource "aws_subnet" "named" {
  for_each   = { a = "10.0.1.0/24", b = "10.0.2.0/24" }
  cidr_block = each.value
}
data "aws_region" "here" {}
"""


def evaluated(text: str, inputs: Inputs | None = None, **more: str) -> Evaluation:
    """A single root module, evaluated."""
    files = Files({"/nowhere/live/main.tf": text, **{f"/nowhere/{k}": v for k, v in more.items()}})
    found, errors = stacks(["/nowhere/live/main.tf"], files, inputs or Inputs(boundary="/nowhere"))
    assert errors == []
    return found[0].evaluate({})


def value(expression: str) -> Value:
    """The value of an expression within the surroundings."""
    evaluation = evaluated(f'{SURROUNDINGS}\nresource "t" "t" {{\n  x = {expression}\n}}\n')
    body = next(r for r in evaluation.resources if r.type == "t").body
    return body.fields["x"]


def shown(value: Value) -> object:
    """A value as plain data; what is not known in angle brackets."""
    found = dereferenced(value)
    if isinstance(found, Known):
        return found.data
    if isinstance(found, Text):
        return "".join(p if isinstance(p, str) else str(shown(p)) for p in found.parts)
    if isinstance(found, Items):
        rest = [("maybe", shown(item)) for item in found.rest]
        return [*map(shown, found.items), *rest]
    if isinstance(found, Fields):
        fields: Mapping[str, object] = {k: shown(v) for k, v in found.fields.items()}
        return fields if found.rest is None else {**fields, "*": shown(found.rest)}
    if isinstance(found, Reference):
        return f"<{found.symbol}>"
    assert isinstance(found, Unknown)
    return f"<{found.symbol}>" if found.symbol else "<?>"


KNOWN = [
    # Literals and templates
    ("1", 1),
    ("1.5", 1.5),
    ("1.5e3", 1500),
    ("-3", -3),
    ("true", True),
    ("null", None),
    ('""', ""),
    ('"plain"', "plain"),
    (r'"tab\tquote\"back\\n"', 'tab\tquote"back\\n'),
    (r'"\u00e9\U0001F600"', "é😀"),
    ('"$${x} %%{y} $ % $5 100%"', "${x} %{y} $ % $5 100%"),
    ('"$$${x} a$$$${x} $$$$${x}"', "$${x} a$$${x} $$$${x}"),
    ('"%%%{x} %%%%{x} $%%{x} %$${x}"', "%%{x} %%%{x} $%{x} %${x}"),
    ('"%${1} $%{ if true }a%{ endif } %%${1} $$ {x}"', "%1 $a %%1 $$ {x}"),
    ('keys({ "$$${x}" = 1, "%%%{y}" = 2 })', ["$${x}", "%%{y}"]),
    ("<<EOT\n$$${x} %%%{y}\nEOT", "$${x} %%{y}\n"),
    ('"a${1}b${true}c${"d"}"', "a1btruecd"),
    ('"${1.50}"', 1.5),
    ('"x${1.50}"', "x1.5"),
    ('"x${10 / 4}y${10 / 5}"', "x2.5y2"),
    ('" ${"a"} "', " a "),
    ('"a ${~ "b" ~} c"', "abc"),
    ('"%{if true}yes%{else}no%{endif}"', "yes"),
    ('"%{if false}yes%{endif}"', ""),
    ('"%{ for x in [1, 2] }<${x}>%{ endfor }"', "<1><2>"),
    ('"%{ for k, v in { a = 1 } ~} ${k}=${v} %{~ endfor }"', "a=1"),
    ('"%{ for x in [1, 2] }%{ if x == 1 }one%{ else }more%{ endif } %{ endfor }"', "one more "),
    ("<<EOT\na\n  b ${1}\n$${c} \\n\nEOT", "a\n  b 1\n${c} \\n\n"),
    ("<<-EOT\n    a\n      b\n\n    c\n    EOT", "a\n  b\n\nc\n"),
    ("<<-EOT\n    ${1}\n      b\n    EOT", "1\n  b\n"),
    ("<<-EOT\n  %{ for x in [1, 2] ~}\n  v ${x}\n  %{ endfor ~}\n  EOT", "  v 1\n  v 2\n"),
    ("<<EOT\n%{ for x in [1, 2] ~}\n  v ${x}\n%{ endfor ~}\nEOT", "  v 1\n  v 2\n"),
    ("<<EOT\na\n\n  ${~ 1 ~}\n\n  b\nEOT", "a\n\n1\n  b\n"),
    ("<<-EOT\n  %{ if true }\n  yes\n  %{ endif }\n  EOT", "\nyes\n\n"),
    ("<<-EOT\n\ta\n\t  b\n\tEOT", "a\n  b\n"),
    ('"a\\n  ${~ 1 ~}  b"', "a1b"),
    ('"%{ for x in [1] ~}\\n  v${x}\\n%{ endfor ~}\\n  z"', "v1\nz"),
    ("<<EOT\nEOT", ""),
    ('<<EOT\necho "x" \'y\' $(z) `w`\nEOT', "echo \"x\" 'y' $(z) `w`\n"),
    # Operators
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("10 - 4 - 3", 3),
    ("7 % 3", 1),
    ("-7 % 3", -1),
    ("7 / 2", 3.5),
    ('"3" + 4', 7),
    ("-var.three + 1", -2),
    ("1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3", True),
    ("true || false && false", True),
    ("!true", False),
    ("!(1 == 2)", True),
    ('"1" == 1', False),
    ("1 == 1.0", True),
    ("[1, 2] == [1, 2]", True),
    ('{ a = 1 } == { a = 2 }', False),
    ("null == null", True),
    ("var.nothing == null", True),
    ('"true" == true', False),
    ('"a" != "b"', True),
    ("false && var.open", False),
    ("true || var.open", True),
    # Conditionals: they group from the right
    ('true ? "a" : "b"', "a"),
    ("false ? 1 : false ? 2 : 3", 3),
    ("false ? 1 : true ? 2 : 3", 2),
    ("true ? 1 : false ? 2 : 3", 1),
    ("true ? false ? 1 : 2 : 3", 2),
    ("false ? 1 : false ? 2 : false ? 3 : 4", 4),
    ("(true ? false : true) ? 1 : 2", 2),
    ("true ? var.three : [][0]", 3),
    # Collections and steps
    ("[1, [2, 3], { a = 4 }]", [1, [2, 3], {"a": 4}]),
    ('{ a = 1, "b" : 2, (var.names[2]) = 3, "${"d"}" = 4 }', {"a": 1, "b": 2, "c": 3, "d": 4}),
    ("{ 1 = true }", {"1": True}),
    ("local.nested.a.b[0].c", "deep"),
    ('local.nested["a"]["b"][0]["c"]', "deep"),
    ("local.list.0", 1),
    ("local.list[var.three - 1]", 3),
    ('var.ports["https"]', 443),
    ("local.people[*].name", ["x", "y"]),
    ("local.people.*.name", ["x", "y"]),
    ("local.people.*.name[1]", "y"),
    ("local.nested[*].a.b[0].c", ["deep"]),
    ("var.nothing[*]", []),
    ('"one"[*]', ["one"]),
    ("[for n in var.names : upper(n)]", ["A", "B", "C"]),
    ("[for i, n in var.names : i if n != \"b\"]", [0, 2]),
    ("[for k, v in var.ports : \"${k}:${v}\"]", ["http:80", "https:443"]),
    ("{ for n in var.names : n => upper(n) }", {"a": "A", "b": "B", "c": "C"}),
    ("{ for p in [80, 443, 80] : \"p${p}\" => p... }", {"p80": [80, 80], "p443": [443]}),
    ("[for k, v in toset([\"x\", \"y\"]) : \"${k}${v}\"]", ["xx", "yy"]),
    ("[for x in [1, 2] : [for y in [3, 4] : x * y]]", [[3, 4], [6, 8]]),
    ("{ for k, v in { b = 1, a = 2 } : k => v if v > 1 }", {"a": 2}),
    # Functions
    ('jsondecode("{\\"a\\": [1, null]}")', {"a": [1, None]}),
    ("jsonencode({ a = [1, true] })", {"a": [1, True]}),
    ('"${jsonencode({ b = "x", a = [1, true] })}!"', '{"a":[1,true],"b":"x"}!'),
    ('"${jsonencode({ a = jsonencode([1]) })}!"', '{"a":"[1]"}!'),
    ("jsondecode(jsonencode({ a = 1 }))", {"a": 1}),
    ('yamldecode("a: [1, 2]")', {"a": [1, 2]}),
    ("merge({ a = 1, b = 1 }, null, { b = 2 })", {"a": 1, "b": 2}),
    ("merge([{ a = 1 }, { b = 2 }]...)", {"a": 1, "b": 2}),
    ("defaults({ a = null, b = { c = null, d = 2 } }, { a = 1, b = { c = 3 } })",
     {"a": 1, "b": {"c": 3, "d": 2}}),
    ("defaults({ k = { a = null } }, { a = 1 })", {"k": {"a": 1}}),
    ("defaults({ l = [{ a = null }, { a = 2 }] }, { l = { a = 1 } })",
     {"l": [{"a": 1}, {"a": 2}]}),
    ("concat([1], [], [2, 3])", [1, 2, 3]),
    ("flatten([[1, [2]], [], 3])", [1, 2, 3]),
    ('lookup(var.ports, "http", 0)', 80),
    ('lookup(var.ports, "ftp", 21)', 21),
    ('try(var.ports.ftp, var.ports["ftp"], 21)', 21),
    ("try(local.people[9].name, null)", None),
    ("can(local.nested.x)", False),
    ("can(local.nested.a)", True),
    ('coalesce(null, "", "x")', "x"),
    ("coalescelist([], [1])", [1]),
    ('compact(["a", "", null, "b"])', ["a", "b"]),
    ('contains(var.names, "b")', True),
    ('contains(var.names, "z")', False),
    ("distinct([1, 2, 1])", [1, 2]),
    ("element(var.names, 4)", "b"),
    ('format("%s-%d-%v%%", "a", 2, true)', "a-2-true%"),
    ('format("%03d|%5s|%-4s|%.2f", 7, "x", "y", 1.5)', "007|    x|y   |1.50"),
    ('format("%q %v", "x", [1])', '"x" [1]'),
    ('format("%d|%x|%X|%o|%b", 3.7, 255.5, 255, 8.5, 5)', "3|ff|FF|10|101"),
    ('format("%x|%d", "255", "3")', "ff|3"),
    ('formatlist("%s/%s", ["a", "b"], "c")', ["a/c", "b/c"]),
    ('join("-", ["a", 1, true])', "a-1-true"),
    ('split(",", "a,b,")', ["a", "b", ""]),
    ('replace("a.b.c", ".", "-")', "a-b-c"),
    ('replace("a1b22", "/[0-9]+/", "#")', "a#b#"),
    ('replace("ab", "/(a)(b)/", "$2$1")', "ba"),
    ('replace("a/b", "/", "-")', "a-b"),
    ('replace("a/b", "/b", "-")', "a-"),
    ('replace("a/b", "a/", "-")', "-b"),
    ('replace("ab", "//", "-")', "-a-b-"),
    ('replace("ab", "", "-")', "-a-b-"),
    ('regex("[a-z]+", "12ab34")', "ab"),
    ('regex("(\\\\d+)-(\\\\d+)", "1-2")', ["1", "2"]),
    ('can(regex("^x", "abc"))', False),
    ('trimspace("  a ")', "a"),
    ('trim("xxaxx", "x")', "a"),
    ('trimprefix("ab", "a")', "b"),
    ('trimsuffix("ab", "b")', "a"),
    ('"${lower("AB")}${upper("cd")}${title("a bc")}"', "abCDA Bc"),
    ('title("it\'s 1x a_b-c")', "It'S 1x A_b-C"),
    ('title("é\u2013b\u2003ü")', "É\u2013b\u2003Ü"),
    ('substr("hello", 1, 3)', "ell"),
    (r'length("a\r\nb")', 3),
    (r'strrev("a\r\nb")', "b\r\na"),
    ('substr("hello", -3, -1)', "llo"),
    ('startswith("abc", "ab") && endswith("abc", "bc")', True),
    ('cidrsubnet("10.0.0.0/16", 8, 2)', "10.0.2.0/24"),
    ('cidrsubnet("fd00::/56", 8, 1)', "fd00:0:0:1::/64"),
    ('cidrsubnets("10.1.0.0/16", 4, 4, 8)', ["10.1.0.0/20", "10.1.16.0/20", "10.1.32.0/24"]),
    ('cidrhost("10.0.0.0/24", 5)', "10.0.0.5"),
    ('cidrhost("10.0.0.0/24", -2)', "10.0.0.254"),
    ('cidrnetmask("172.16.0.0/12")', "255.240.0.0"),
    ('toset(["b", "a", "b"])', ["b", "a"]),
    ('tolist(toset(["b", "a", "b"]))', ["a", "b"]),
    ('tolist([1, "a", true])', ["1", "a", "true"]),
    ("tolist([1, 2])", [1, 2]),
    ("tomap({ a = 1 })", {"a": 1}),
    ('"${tostring(1)}${tonumber("2")}${tobool("true")}"', "12true"),
    ("keys(var.ports)", ["http", "https"]),
    ("values(var.ports)", [80, 443]),
    ("length(var.names) + length(var.ports) + length(\"abc\")", 8),
    ('index(var.names, "c")', 2),
    ('zipmap(["a", "b"], [1, 2])', {"a": 1, "b": 2}),
    ('setunion(["a"], ["b", "a"])', ["a", "b"]),
    ('setintersection(["a", "b"], ["b"])', ["b"]),
    ('setsubtract(["a", "b"], ["b"])', ["a"]),
    ('setproduct(["a", "b"], [1, 2])', [["a", 1], ["a", 2], ["b", 1], ["b", 2]]),
    ("slice(var.names, 1, 3)", ["b", "c"]),
    ("slice(var.names, 0, 3)", ["a", "b", "c"]),
    ("slice(var.names, 3, 3)", []),
    ("2 * 7 % 4", 2),
    ("0.7 * 7", 4.9),
    ("0.1 + 0.2", 0.3),
    ("1 - 0.9", 0.1),
    ("1 / 0.5", 2),
    ("0.5 + 0.5", 1),
    ("2 + 7 % 4", 5),
    ("range(3)", [0, 1, 2]),
    ("range(1, 10, 4)", [1, 5, 9]),
    ("reverse([1, 2])", [2, 1]),
    ('sort(["b", "a"])', ["a", "b"]),
    ("sum([1, 2.5])", 3.5),
    ("min(3, 1) + max(3, 1)", 4),
    ("max([1, 5]...)", 5),
    ("abs(-1) + ceil(1.2) + floor(1.8)", 4),
    ("one([])", None),
    ('one(["x"])', "x"),
    ("alltrue([true, true]) && anytrue([false, true])", True),
    ('base64encode("hi")', "aGk="),
    ('base64decode("aGk=")', "hi"),
    ('basename("/a/b.txt")', "b.txt"),
    ('dirname("/a/b.txt")', "/a"),
    ('nonsensitive(sensitive("s"))', "s"),
    ("path.module", "."),
    ("path.root", "."),
    ('chunklist([1, 2, 3], 2)', [[1, 2], [3]]),
    ('map("a", 1, "b", 2)', {"a": 1, "b": 2}),
    ('list("a", "b")', ["a", "b"]),
    ("transpose({ a = [\"x\", \"y\"], b = [\"y\"] })", {"x": ["a"], "y": ["a", "b"]}),
    ('matchkeys(["i", "j"], ["a", "b"], ["b"])', ["j"]),
    # Resources
    ("aws_vpc.main.cidr_block", "10.0.0.0/16"),
    ("aws_subnet.many[1].cidr_block", "10.0.1.0/24"),
    ('aws_subnet.named["b"].cidr_block', "10.0.2.0/24"),
    ("aws_subnet.many[*].cidr_block", ["10.0.0.0/24", "10.0.1.0/24"]),
    ("values(aws_subnet.named)[*].cidr_block", ["10.0.1.0/24", "10.0.2.0/24"]),
    ("[for k, s in aws_subnet.named : \"${k}${s.cidr_block}\"]", ["a10.0.1.0/24", "b10.0.2.0/24"]),
    ("try(aws_subnet.many[7].cidr_block, \"none\")", "none"),
    ("length(aws_subnet.many)", 2),
    ("aws_vpc.main.id == null", False),
    ("aws_vpc.main.main_route_table_id != null", True),
    ('aws_vpc.main.default_security_group_id == ""', False),
    ("length(aws_subnet.many[*].id) > 1", True),
    # Comments and line ends
    ("[ # one\n 1, // two\n 2, /* three */ 3,\n]", [1, 2, 3]),
    ("(1\n  + 2)", 3),
    # Equality, of lists that are not equally long
    ("[1] == [1, 2]", False),
    ("[1, 2] == [1, 2]", True),
    # Times
    ('timecmp("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z")', -1),
    # What stands for nothing
    ("one(null)", None),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), KNOWN)
def test_known_expressions(expression: str, expected: object) -> None:
    """An expression of known values has the value that Terraform gives it."""
    assert shown(value(expression)) == expected


OPEN = [
    # Unknown, with the name by which it equals itself
    ("var.open", "<var.open>"),
    ("var.open.a.b[0]", "<var.open.a.b[0]>"),
    ('"a-${var.open}-b"', "a-<var.open>-b"),
    ("[var.open, 1]", ["<var.open>", 1]),
    ("{ a = var.open }", {"a": "<var.open>"}),
    ("{ (var.open) = 1, b = 2 }", {"b": 2, "*": 1}),
    ("var.open + 1", "<?>"),
    ('var.open == "x"', "<var.open == 'x'>"),
    ("var.open == var.open", True),
    ('data.vault_generic_secret.s.data.id == ""', "<data.vault_generic_secret.s.data.id == ''>"),
    ('aws_vpc.main.tags_all.owner_id == ""', "<aws_vpc.main.tags_all.owner_id == ''>"),
    ('aws_vpc.main.settings[0].id == ""', False),
    ("aws_vpc.main.settings.arn == null", False),
    ('aws_vpc.main.settings.name == ""', "<aws_vpc.main.settings.name == ''>"),
    ('aws_vpc.main.owner_id == ""', False),
    ('aws_vpc.main.name == ""', "<aws_vpc.main.name == ''>"),
    ('aws_vpc.main.value == ""', "<aws_vpc.main.value == ''>"),
    ('aws_vpc.main.output.id == ""', "<aws_vpc.main.output.id == ''>"),
    ("[for a in var.opens : a == a]", [("maybe", "<?>")]),
    ("local.people[*].name[0]", "<?>"),
    ("cidrsubnets(var.open, 4, 4)", ["<?>", "<?>"]),
    ("slice(var.opens, 0, 2)", ["<var.opens[0]>", "<var.opens[1]>"]),
    ("[for i, z in slice(data.aws_region.here.zones, 0, 2) : cidrsubnet(\"10.0.0.0/16\", 8, i)]",
     ["10.0.0.0/24", "10.0.1.0/24"]),
    ("var.open ? { a = 1 } : {}", {"*": 1}),
    ("(var.open ? { a = 1 } : {}).a", "<?>"),
    ('lookup(var.open ? { a = 1 } : {}, "a", 2)', "<?>"),
    ('lookup({}, var.open, 2)', 2),
    ('lookup({ a = 1 }, var.open, 2)', "<?>"),
    ('lookup({ a = 2 }, var.open, 2)', 2),
    ('lookup({ a = 1, b = 1 }, var.open)', 1),
    ('lookup({ a = 1, b = 2 }, var.open)', "<?>"),
    ("upper(var.open)", "<upper(var.open)>"),
    (
        'yamlencode({ a = var.open, b = "x", c = var.opens[0], d = var.opens[1] })',
        '"a": "<var.open>"\n"b": "x"\n"c": "<var.opens[0]>"\n"d": "<var.opens[1]>"\n',
    ),
    ("length(var.opens)", "<length(var.opens)>"),
    ("length(concat([1, 2], var.opens)) - 1 > 0", True),
    ("length(concat([1, 2], var.opens)) - 2 > 0", "<?>"),
    ("length(concat([1], var.opens)) + 1 > 1", True),
    ("length(concat([1], var.opens)) * 2 > 1", True),
    ("length(var.opens) * 2 > 0", "<length(var.opens) > 0>"),
    ("length(var.opens) * -2 < 0", "<?>"),
    ("-2 * length(var.opens) < 0", "<?>"),
    ("length(var.opens) * length(var.open) > 0",
     "<(length(var.open) > 0 && length(var.opens) > 0)>"),
    ("length(var.opens) + length(var.open) > 0",
     "<(length(var.open) > 0 || length(var.opens) > 0)>"),
    ("(var.open ? 1 : 3) + length(var.opens) > 0", True),
    ("(var.open ? 1 : 3) + length(var.opens) > 1", "<?>"),
    ("max(var.open ? 0 : 2, length(var.opens)) > 0",
     "<(!(var.open) || length(var.opens) > 0)>"),
    ("max(var.open ? 1 : 2, length(var.opens)) > 0", True),
    ("min(var.open ? 0 : 2, length(concat([1], var.opens))) > 0", "<!(var.open)>"),
    ("min(var.open ? 1 : 2, length(concat([1], var.opens))) > 0", True),
    ("-1 + length(var.opens) > -2", True),
    ("-1 + length(var.opens) > -1", "<?>"),
    ("1 - length(var.opens) > 1", "<?>"),
    ("var.open * 0", 0),
    ("var.open - 1 > 0", "<?>"),
    ("length([var.open, var.open])", 2),
    ("var.opens[0]", "<var.opens[0]>"),
    # Up to 16 elements are weighed against each other
    ('[for n in range(16) : "a"][var.open]', "a"),
    ('[for n in range(17) : "a"][var.open]', "<?>"),
    ('{ for n in range(16) : "k${n}" => "a" }[var.open]', "a"),
    ('{ for n in range(17) : "k${n}" => "a" }[var.open]', "<?>"),
    ("[for o in var.opens : \"<${o}>\"]", [("maybe", "<<var.opens[*]>>")]),
    ("concat([1], var.opens)", [1, ("maybe", "<var.opens[*]>")]),
    ("concat([1], var.opens...)", [1, ("maybe", "<var.opens[*][*]>")]),
    ("merge({ a = 1 }, var.opens...)", {"a": "<?>", "*": "<var.opens[*][*]>"}),
    ("max(1, var.opens...)", "<?>"),
    ("flatten([[1], var.opens])", [1, ("maybe", "<var.opens[*]>")]),
    ("merge({ a = 1 }, { b = var.open })", {"a": 1, "b": "<var.open>"}),
    ("merge({ a = 1 }, var.open, { c = 3 })", {"a": "<?>", "c": 3, "*": "<var.open[*]>"}),
    ("jsonencode([{ image = var.open, port = 80 }])", [{"image": "<var.open>", "port": 80}]),
    ('jsondecode("{\\"a\\": ${var.open}, \\"b\\": \\"x-${var.open}\\"}")',
     {"a": "<var.open>", "b": "x-<var.open>"}),
    ('jsondecode("[${jsonencode({ a = var.open })}]")', [{"a": "<var.open>"}]),
    ('jsonencode("x-${var.open}")', '"x-<var.open>"'),
    ('provider::aws::arn_parse("arn:aws:ecs:eu-west-1:1:cluster/${var.open}").resource',
     "cluster/<var.open>"),
    ('provider::aws::arn_parse("arn:aws:ecs:${var.open}:1:cluster/a").service', "ecs"),
    ('provider::aws::arn_parse("arn:aws:ecs:${var.open}:1:cluster/a").account_id', "<?>"),
    ('provider::aws::arn_parse(var.open).service', "<?>"),
    ('provider::aws::arn_build("aws", "iam", "", var.open, "role/a")',
     "arn:aws:iam::<var.open>:role/a"),
    ("convert(var.open, string)", "<var.open>"),
    ("convert(var.open, number)", "<var.open>"),
    ("convert(aws_vpc.main.size, bool)", "<aws_vpc.main.size>"),
    ('convert("1${var.open}", number)', "<?>"),
    ('join(",", ["a", var.open])', "a,<var.open>"),
    ('split(",", join(",", aws_subnet.many[*].id))',
     ["<aws_subnet.many[0].id>", "<aws_subnet.many[1].id>"]),
    ('split(", ", "a, ${aws_vpc.main.id}-x, , b")', ["a", "<aws_vpc.main.id>-x", "", "b"]),
    ('split(",", aws_vpc.main.arn)', ["<aws_vpc.main.arn>"]),
    ('split(":", aws_vpc.main.arn)', ["<?>", ("maybe", "<?>")]),
    ('split(":", "a:${aws_vpc.main.arn}")', ["<?>", ("maybe", "<?>")]),
    ('split(",", "a,${var.open}")', ["<?>", ("maybe", "<?>")]),
    ('split(",", var.open)', ["<var.open[0]>", ("maybe", "<var.open[*]>")]),
    ('split("", var.open)', "<?>"),
    ('format("%s:%d", var.open, 80)', "<var.open>:80"),
    ('replace("a={x} b={x}", "{x}", var.open)', "a=<var.open> b=<var.open>"),
    ('replace("nothing to fill", "{x}", var.open)', "nothing to fill"),
    ('startswith("abc${var.open}", "ab")', True),
    ('startswith("ab${var.open}", "ab")', True),
    ('startswith("a${var.open}", "ab")', "<?>"),
    ('startswith("a${var.open}", "b")', False),
    ('startswith("${var.open}a", "a")', "<?>"),
    ('startswith(var.open, "a")', '<startswith(var.open, "a")>'),
    ('endswith("${var.open}bc", "bc")', True),
    ('endswith("${var.open}c", "bc")', "<?>"),
    ('endswith("${var.open}c", "b")', False),
    ('endswith("a${var.open}", "a")', "<?>"),
    ('base64encode("ECS_CLUSTER=${var.open}")', "ECS_CLUSTER=<var.open>"),
    ('var.open ? 1 : 1', 1),
    ("var.open ? [1, 2] : [2]", [2, ("maybe", 1)]),
    ('bcrypt("x")', "<?>"),
    ("terraform.workspace", "<terraform.workspace>"),
    ("aws_vpc.main.id", "<aws_vpc.main.id>"),
    ("aws_subnet.many[0].id", "<aws_subnet.many[0].id>"),
    ("aws_subnet.many[*].id", ["<aws_subnet.many[0].id>", "<aws_subnet.many[1].id>"]),
    ("[for s in aws_subnet.named : s.id]",
     ['<aws_subnet.named["a"].id>', '<aws_subnet.named["b"].id>']),
    ("data.aws_region.here.name", "<data.aws_region.here.name>"),
    ('"com.amazonaws.${data.aws_region.here.name}.s3"',
     "com.amazonaws.<data.aws_region.here.name>.s3"),
    ("aws_vpc.other.id", "<aws_vpc.other.id>"),
    ("local.missing", "<local.missing>"),
    ("module.missing.out", "<module.missing.out>"),
    ("var.names[9]", "<?>"),
    ("var.ports.ftp", "<?>"),
    ("sort([aws_vpc.main.id])", ["<aws_vpc.main.id>"]),
    ('contains(["x"], var.open)', "<var.open == 'x'>"),
    ("coalesce(var.open, 1)", "<coalesce(var.open, 1)>"),
    ("compact([aws_vpc.main.id, var.open])", ["<aws_vpc.main.id>", ("maybe", "<var.open>")]),
    ("aws_vpc.main.ipv6_association_id[0].x", "<aws_vpc.main.ipv6_association_id[0].x>"),
    ("true && var.open", "<var.open>"),
    ("!var.open", "<!(var.open)>"),
    ("try(var.open.x, 1)", "<var.open.x>"),
    ("one(var.opens)", "<?>"),
    ("toset([aws_vpc.main.id])", ["<aws_vpc.main.id>"]),
    ('regex("(a)*b", "aab")', "<?>"),
    ('regex("a{1,2000}", "aa")', "<?>"),
    ('format("%s and %s", var.open, "b")', "<var.open> and b"),
    ('format("%d%d", 1, "x")', "<?>"),
    ('regex("(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")', "<?>"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), OPEN)
def test_expressions_known_in_part(expression: str, expected: object) -> None:
    """What is not known stays unknown under a name, and what is known around it stays known."""
    assert shown(value(expression)) == expected


WAITING = [
    ("var.open", "var.open has no default"),
    ("var.open.a", "var.open has no default"),
    ("bcrypt(1)", "function bcrypt is not evaluated"),
    ("data.aws_region.here.name", "data.aws_region.here.name is not in the sources"),
    ("aws_vpc.main.id", "aws_vpc.main.id is known only after apply"),
    ("aws_vpc.other.id", "aws_vpc.other.id is not declared"),
    ("var.ports.ftp", "var.ports.ftp fails: ftp is not an attribute of this object"),
    ("var.names[5]", "var.names[5] fails: the element [5] does not exist: there are 3"),
    ('convert("1${var.open}", number)', "var.open has no default"),
    ("convert(var.names, number)", "a list or map is not of type number"),
    ("convert(var.ports, bool)", "a list or map is not of type bool"),
    ("1.5 / 0", "a number is divided by zero or too large"),
    ("1 / 0", "a number is divided by zero or too large"),
    ("1 % 0", "a number is divided by zero or too large"),
    ("var.nothing.x", "var.nothing.x fails: x is read from null"),
    (
        "var.three.x",
        "var.three.x fails: x is read from something that has no attributes",
    ),
    ('"${var.nothing}x"', "var.nothing is null inside a string"),
    ('"${null}x"', "null is null inside a string"),
    ('[for x in "a" : x]', '"a" is not a collection'),
    ("[for x in true : x]", "true is not a collection"),
    ("[for x in -1 : x]", "the expression is not a collection"),
    ('[for x in upper("a") : x]', "upper(...) is not a collection"),
    ('max(1, "a"...)', "max(...) expands something that is not a list"),
    ('var.names["x"]', 'var.names["x"] fails: the value is not a number'),
    ("var.names[0.5]", "var.names[0.5] fails: an index is not a whole number"),
    ("{ a = 1 }[null]", "the expression[null] fails: a key is null"),
    ('"a"[0]', '"a"[0] fails: an element is read from a string'),
    ("slice(var.names, 0, 4)", "slice(...) reaches beyond 3 elements"),
    ("slice(var.names, 2, 1)", "slice(...) ends before it starts"),
    ("slice(var.names, -1, 1)", "slice(...) ends before it starts"),
    (
        "[1][1 - 2]",
        "the expression[the expression] fails: the element [-1] does not exist: there are 1",
    ),
]


@pytest.mark.parametrize(("expression", "expected"), WAITING)
def test_what_an_unknown_waits_for(expression: str, expected: str) -> None:
    """An unknown names what would settle it and says why it is not known."""
    assert [str(need) for need in needs(value(expression))] == [expected]


@pytest.mark.parametrize(
    "expression",
    [
        'join("", [for n in ["a"] : n if var.open == n])',
        '"%{ for n in [for n in ["a"] : n if var.open == n] }${n}%{ endfor }"',
        'merge({ a = "x" }, { (var.open) = "y" })["a"]',
        'merge({ a = "x" }, { "k${var.open}" = "y" }, { "l${var.open}" = "z" })["a"]',
    ],
)
def test_what_may_be_there_says_what_it_waits_for(expression: str) -> None:
    """Known values of which it is open whether they are there give an unknown with its reason."""
    assert [str(need) for need in needs(value(expression))] == ["var.open has no default"]
