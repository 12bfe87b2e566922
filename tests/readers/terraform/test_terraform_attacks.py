"""Sources that are made to hang, to fill memory or to raise: each ends, and nothing is a crash.

All are scanned by one process of its own, so that a hang fails this test and does not stop it. Its
time is a limit for hangs, no measure.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

MINUTES = 5
"""So long all attacks together may take before one of them counts as a hang."""

GIGABYTES = 3
"""So much memory the process may ask for."""

DEEP = 20_000
"""How deep things are nested: whatever recurses without a bound fails long before."""

Texts = Mapping[str, str]


def value(expression: str, more: str = "") -> Texts:
    """A root with one expression."""
    return {"main.tf": f'{more}\nresource "t" "t" {{\n  x = {expression}\n}}\n'}


def chained(first: str, each: str, count: int) -> str:
    """Locals of which each is made of the one before: `P` stands for that."""
    lines = [f"  l0 = {first}"]
    lines += [f"  l{i} = {each.replace('P', f'local.l{i - 1}')}" for i in range(1, count + 1)]
    return "locals {\n" + "\n".join(lines) + "\n}\n"


def bomb(width: int, depth: int, more: str = "") -> Texts:
    """Modules that call each other: each `width` times the next, `depth` levels deep."""
    calls = {
        f"m{i}/main.tf": "".join(
            f'module "c{j}" {{\n  source = "../m{i + 1}"\n{more}}}\n' for j in range(width)
        )
        for i in range(depth)
    }
    root = 'module "r" {\n  source = "./m0"\n}\n'
    return {"main.tf": root, **calls, f"m{depth}/main.tf": 'resource "t" "t" {}\n'}


def regex(pattern: str, text: str) -> Texts:
    """A match of a regular expression."""
    return value(f'regex("{pattern}", "{text}")')


ANCHORS = "\\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
)
MANY = "[for i in range(1000) : tostring(i)]"
WIDE = 'locals { a = "' + "a" * 10_000 + '" }'

ATTACKS: dict[str, Texts] = {
    # Numbers
    "a huge range": value("range(0, 1e9)"),
    "a range without an end": value("range(0, 10, 0)"),
    "a range of a range": value("[for a in range(1e6) : [for b in range(1e6) : a * b]]"),
    "division by zero": value("1 / 0"),
    "the rest of a division by zero": value("1 % 0"),
    "a huge power": value("pow(10, 1000000000)"),
    "a power of a power": value("pow(pow(10, 300), 300)"),
    "a number of many digits": value("9" * 100_000),
    "a huge exponent": value("1e999999999"),
    "a huge product": value(" * ".join(["1e300"] * 50)),
    "the logarithm of zero": value("log(0, 0)"),
    "a text of many digits": value('parseint("' + "z" * 200_000 + '", 36)'),
    # Networks
    "a subnet out of range": value('cidrsubnet("10.0.0.0/16", 8, 99999)'),
    "a subnet of many bits": value('cidrsubnet("10.0.0.0/16", 99999999999, 1)'),
    "a subnet of negative bits": value('cidrsubnet("10.0.0.0/16", -1, 1)'),
    "a host out of range": value('cidrhost("10.0.0.0/8", 1e300)'),
    "many subnets": value('cidrsubnets("::/0", [for i in range(1000) : 100]...)'),
    # Nesting
    "parentheses": value("(" * DEEP + "1" + ")" * DEEP),
    "lists in lists": value("[" * DEEP + "]" * DEEP),
    "objects in objects": value("{a=" * DEEP + "1" + "}" * DEEP),
    "templates in templates": value('"${' * DEEP + "1" + '}"' * DEEP),
    "negations": value("!" * DEEP + "true"),
    "indexes": value("a.b" + "[0]" * DEEP),
    "attributes of attributes": value("a" + ".b" * DEEP),
    "splats": value("a.b" + "[*]" * DEEP),
    "calls in calls": value("abs(" * DEEP + "1" + ")" * DEEP),
    "conditionals": value("true ? 1 : " * DEEP + "2"),
    "a long sum": value("1" + " + 1" * DEEP),
    "directives": value('"' + "%{ if true }" * DEEP + "x" + "%{ endif }" * DEEP + '"'),
    "blocks in blocks": {"main.tf": 'resource "t" "t" {\n' + "a {\n" * DEEP + "}\n" * DEEP + "}\n"},
    "blocks that never end": {"main.tf": 'resource "t" "t" {\n' + "a {\n" * DEEP},
    "heredocs in heredocs": {"main.tf": "locals {\n x = <<EOT\n" + "${<<EOT\n" * 1000},
    "types of types": {
        "main.tf": 'variable "v" {\n  type = ' + "list(" * DEEP + "string" + ")" * DEEP + "\n}\n"
    },
    "lists in JSON syntax": {"main.tf.json": '{"locals": {"a": ' + "[" * DEEP + "]" * DEEP + "}}"},
    # Texts
    "a width": value('format("%999999999d", 1)'),
    "a precision": value('format("%.999999999f", 1.5)'),
    "an indentation": value('indent(999999999, "a\\nb")'),
    "replacements that grow": value(
        "replace(" * 4 + '"aaaaaaaaaa"' + ', "a", local.a)' * 4, WIDE
    ),
    "a join that grows": value(f"join(local.a, {MANY})", WIDE),
    "a text that doubles": value("local.l40", chained('"aaaaaaaaaa"', '"${P}${P}"', 40)),
    "formats that grow": value("local.l12", chained(MANY, 'formatlist("%s%s", P, P)', 12)),
    "an element of huge index": value("element([1, 2], 1e300)"),
    "a substring out of range": value('substr("abc", -99999999999, 99999999999)'),
    # Collections
    "a list that doubles": value("local.l60", chained("[1]", "[P, P]", 60)),
    "a list that is joined to itself": value("local.l60", chained("[1]", "concat(P, P)", 60)),
    "JSON of a list that doubles": value("jsonencode(local.l60)", chained("[1]", "[P, P]", 60)),
    "a map that doubles": value(
        "local.l30",
        chained("{ a = 1 }", 'merge(P, { for k, v in P : "${k}x" => v })', 30),
    ),
    "a product": value("setproduct(range(1000), range(1000), range(1000), range(1000))"),
    "loops in loops": value(
        "[for a in range(1000) : [for b in range(1000) : [for c in range(1000) : a]]]"
    ),
    "chunks of nothing": value("chunklist(range(1000), 0)"),
    "a slice backwards": value("slice([1], 5, 1)"),
    "distinct objects": value("distinct([for i in range(1000) : { a = i }])"),
    "a set of objects": value("setsubtract([for i in range(1000) : { a = i }], [{ a = -1 }])"),
    "a list of many members": value("[" + "1," * 200_000 + "]"),
    # Regular expressions
    "a regex that backtracks": regex("^(a+)+$", "a" * 60 + "!"),
    "a regex of alternatives": regex("^(a|a)*$", "a" * 60 + "!"),
    "a regex of repetitions": regex("(x+x+)+y", "x" * 60),
    "a regex of counts": regex("a{1,1000}{1,1000}{1,1000}", "a"),
    "a deep regex": regex("(" * 5000 + ")" * 5000, "a"),
    "a broken regex": regex("(", "a"),
    "replacements by a regex that backtracks": value(
        'replace("' + "a" * 60 + '!", "/^(([a-z])+.)+[A-Z]([a-z])+$/", "")'
    ),
    # Encodings
    "broken base64": value('base64decode("!!!!")'),
    "base64 that is no text": value('base64decode("//79")'),
    "broken gzip": value('base64gunzip("H4sIAAAA")'),
    "deep JSON": value('jsondecode("' + "[" * DEEP + "]" * DEEP + '")'),
    "JSON that never ends": value('jsondecode("' + "[" * DEEP + '")'),
    "a huge number in JSON": value('jsondecode("1e999999999")'),
    "anchors that grow": value(f'yamldecode("{ANCHORS}")'),
    "an anchor in itself": value('yamldecode("&a [*a]")'),
    "deep YAML": value('yamldecode("' + "[" * DEEP + "]" * DEEP + '")'),
    "a tag of Python": value('yamldecode("!!python/object/apply:os.system [id]")'),
    "a number of many parts": value('yamldecode("1' + ":59" * DEEP + '")'),
    "a table of uneven rows": value('csvdecode("a,a\\n\\"")'),
    "a wide table": value('csvdecode("' + "a," * DEEP + '\\n1")'),
    "broken escapes of an address": value('urldecode("%%%%")'),
    "a time out of range": value('timeadd("2020-01-01T00:00:00Z", "999999999999h")'),
    # How many there are
    "a huge count": {"main.tf": 'resource "t" "t" {\n  count = 1e9\n}\n'},
    "a negative count": {"main.tf": 'resource "t" "t" {\n  count = -5\n}\n'},
    "a count that is no number": {"main.tf": 'resource "t" "t" {\n  count = "many"\n}\n'},
    "a huge for_each": {"main.tf": 'resource "t" "t" {\n  for_each = toset(range(1000000))\n}\n'},
    "dynamic blocks in each other": {
        "main.tf": 'resource "t" "t" {\n'
        + "".join(
            f'dynamic "a{i}" {{\n  for_each = range(1000)\n  content {{\n' for i in range(6)
        )
        + "}\n}\n" * 6
        + "}\n"
    },
    "modules that call two": bomb(2, 20),
    "modules that call ten": bomb(10, 6),
    "modules of many instances": bomb(1, 3, "  count = 1000\n"),
    "modules nested deeply": bomb(1, 60),
    "many switches": {
        "main.tf": "".join(
            f'data "d" "d{i}" {{}}\n'
            f'resource "t" "t{i}" {{\n  count = data.d.d{i}.on ? 1 : 0\n}}\n'
            for i in range(60)
        )
    },
    # Circles
    "locals of each other": value("local.a", "locals {\n  a = local.b\n  b = local.a\n}\n"),
    "a count of itself": {"main.tf": 'resource "t" "t" {\n  count = t.t[0].n\n  n = 1\n}\n'},
    "a module in itself": {"main.tf": 'module "m" {\n  source = "./"\n}\n'},
    "modules in each other": {
        "main.tf": 'module "a" {\n  source = "./a"\n}\n',
        "a/main.tf": 'module "b" {\n  source = "../b"\n}\n',
        "b/main.tf": 'module "a" {\n  source = "../a"\n}\n',
    },
    "a policy of itself": value(
        "data.aws_iam_policy_document.p.json",
        'data "aws_iam_policy_document" "p" {\n'
        "  source_policy_documents = [data.aws_iam_policy_document.p.json]\n}\n",
    ),
    "a template of itself": {
        "main.tf": 'resource "t" "t" {\n  x = templatefile("a.tpl", {})\n}\n',
        "a.tpl": '${templatefile("a.tpl", {})}',
    },
    "a long chain": value("local.l2000", chained("1", "P", 2000)),
    # Secrets
    "many secrets": value(
        '[for i in range(3000) : join("-", [for s in var.v : upper(s)])]',
        'variable "v" {\n  sensitive = true\n  default = ['
        + ", ".join(f'"secret-{i}-of-many"' for i in range(3000))
        + "]\n}\n",
    ),
    # Files
    "a device": value('file("/dev/zero")'),
    "a file far above": value('file("../../../../../../../etc/passwd")'),
    "all files": value('fileset("/", "**")'),
    "zeros": {"main.tf": "\0" * 10_000},
    "a long file": {"main.tf": "# " + "a" * 4_000_000},
    "quotes": {"main.tf": '"' * 100_000},
    "interpolations that never end": value('"' + "${" * DEEP),
    "comments in comments": {"main.tf": "/*" * 100_000},
    "values that never end": {
        "main.tf": 'variable "v" {}\n',
        "terraform.tfvars": "v = " + "[" * DEEP,
    },
}  # fmt: skip

ERRORS = {
    "parentheses": "is nested more than 100 levels deep",
    "lists in lists": "is nested more than 100 levels deep",
    "conditionals": "has more than 100 alternatives",
    "a long sum": "has more than 100 operands",
    "attributes of attributes": "takes more than 100 steps",
    "indexes": "takes more than 100 steps",
    "a list of many members": "has more than 100000 members",
    "loops in loops": "loops take more than 500000 iterations",
    "a list that doubles": "has more than 300000 parts",
    "a huge count": "makes 1000000000 instances; at most 1000",
    "modules that call two": "more than 10000 modules are called",
    "modules that call ten": "more than 10000 modules are called",
    "modules of many instances": "more than 10000 modules are called",
    "modules nested deeply": "modules are called more than 20 levels deep",
    "locals of each other": "depends on itself",
    "a count of itself": "depends on itself",
    "a module in itself": "calls a module that it is part of",
    "a long chain": "depends on more than 150 values in a row",
    "a long file": "is longer than 4000000 characters",
    "zeros": "syntax error",
}
"""What is said of those that a user could have made by mistake."""

PROGRAM = """
import json, os, sys
from taskwall.api import scan as api
from taskwall.api.options import Options

try:
    import resource
    limit = int(sys.argv[2]) << 30
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
except ImportError:  # no such limits there
    pass
for name in sorted(os.listdir(sys.argv[1])):
    folder = os.path.join(sys.argv[1], name)
    print(name, end="\\t", flush=True)
    document = api.scan(Options((folder,), cwd=folder)).document
    errors = [(e.file, e.line, e.message) for e in document.errors]
    print(json.dumps([errors, [crash.message for crash in document.crashes]]), flush=True)
"""


def survived(home: Path) -> dict[str, list[list[object]]]:
    """What a scan of each attack says: errors and crashes, by the attack's name."""
    for name, texts in ATTACKS.items():
        for path, text in texts.items():
            file = home / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    command = (sys.executable, "-c", PROGRAM, str(home), str(GIGABYTES))
    done = b""
    try:
        result = subprocess.run(command, capture_output=True, timeout=60 * MINUTES, check=False)
        done, why = result.stdout, result.stderr.decode()[-2000:]
    except subprocess.TimeoutExpired as error:
        done, why = error.stdout or b"", "it hangs"
    found = {}
    for line in done.decode().splitlines():
        name, _, told = line.partition("\t")
        if not told:
            pytest.fail(f"{name}: {why}")
        found[name] = json.loads(told)
    return found


def test_attacks_end(tmp_path: Path) -> None:
    """Each is scanned to its end: what is wrong is an error with its place, and never a crash."""
    found = survived(tmp_path)

    assert found.keys() == ATTACKS.keys()
    assert {name: crashes for name, (_, crashes) in found.items() if crashes} == {}
    for name, error in ERRORS.items():
        assert error in str(found[name][0]), name
