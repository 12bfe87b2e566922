"""What functions of files and paths give: within the scan what is there, else why it is not."""

from collections.abc import Callable

import pytest

from taskwall.core.values import Value, needs
from taskwall.source.stack import Evaluation

OTHERS = {
    "live/a.txt": "one\ntwo",
    "live/t.tpl": "<${name}|%{ for x in list }${x},%{ endfor }>",
    "live/in.tpl": '${templatefile("in.tpl", {})}',
    "live/outer.tpl": '[${templatefile("t.tpl", { name = n, list = [] })}]',
    "b.txt": "above",
    "live/vars.tpl": "${var.o}",
    "live/empty": "",
    "live/path.tpl": "${path.module}",
    "live/T.tpl": "T\nTT\n${a}\n",
}
NOT_EVALUATED = "fileset(...) is not evaluated for what it is given"
FILES: list[tuple[str, object, str]] = [
    ('file("a.txt")', "one\ntwo", ""),
    ('file("./a.txt")', "one\ntwo", ""),
    ('file("${path.module}/a.txt")', "one\ntwo", ""),
    ('file("../b.txt")', "above", ""),
    ('file("/nowhere/b.txt")', "above", ""),
    ('file("none.txt")', "<?>", 'file("none.txt") does not exist'),
    ('file("../../c.txt")', "<?>", 'file("/c.txt") is outside the scanned folders'),
    ('file("/etc/x")', "<?>", 'file("/etc/x") is outside the scanned folders'),
    ('file("~/x")', "<?>", 'file("~/x") is in somebody\'s home folder'),
    ('file("empty")', "", ""),
    ("file(5)", "<?>", 'file("5") does not exist'),
    ("file(null)", "<?>", "an argument of file(...) is null"),
    ('fileexists("a.txt")', True, ""),
    ('fileexists("none.txt")', False, ""),
    ('fileexists("../b.txt")', True, ""),
    ('fileexists("/etc/hostname")', "<?>", 'file("/etc/hostname") is outside the scanned folders'),
    ('fileexists("~/x")', "<?>", 'file("~/x") is in somebody\'s home folder'),
    ('filebase64("a.txt")', "b25lCnR3bw==", ""),
    ('filebase64("none.txt")', "<?>", 'file("none.txt") does not exist'),
    ('filebase64("~/x")', "<?>", 'file("~/x") is in somebody\'s home folder'),
    ('filesha256("a.txt") == sha256("one\\ntwo")', True, ""),
    ('filemd5("~/x")', "<?>", 'file("~/x") is in somebody\'s home folder'),
    ('filemd5("none.txt")', "<?>", 'file("none.txt") does not exist'),
    ('templatefile("t.tpl", { name = "n", list = ["a", "b"] })', "<n|a,b,>", ""),
    ('templatefile("t.tpl", { name = var.o, list = [] })', "<<var.o>|>", "var.o has no default"),
    ('templatefile("t.tpl", { name = "n", list = var.o })', "<n|<?>>", "var.o has no default"),
    ('templatefile("t.tpl", { name = "n" })', "<n|<?>>", "list is not declared"),
    ('templatefile("t.tpl", { list = ["a"] })', "<<?>|a,>", "name is not declared"),
    ('templatefile("t.tpl", var.o)', "<?>", "var.o has no default"),
    ('templatefile("t.tpl", [])', "<?>", "templatefile(...) is not evaluated for what it is given"),
    ('templatefile("none.tpl", {})', "<?>", 'file("none.tpl") does not exist'),
    ('templatefile("~/x", {})', "<?>", 'file("~/x") is in somebody\'s home folder'),
    ('templatefile("/etc/x", {})', "<?>", 'file("/etc/x") is outside the scanned folders'),
    ('templatefile("outer.tpl", { n = "x" })', "[<x|>]", ""),
    ('templatefile("in.tpl", {})', "<?>", "templatefile(...) includes templates too deeply"),
    ('templatefile("vars.tpl", { o = 1 })', "<var.o>", "var.o is not declared"),
    ('templatefile("path.tpl", {})', "<?>", "path.module fails: path.module is not declared"),
    ('templatefile("empty", {})', "", ""),
    ('templatefile("T.tpl", { a = 1 })', "T\nTT\n1\n", ""),
    ('templatefile("a.txt", {})', "one\ntwo", ""),
    ('templatestring("<$${a}>", { a = 1 })', "<1>", ""),
    ('templatestring("<$${a}>", { a = var.o })', "<<var.o>>", "var.o has no default"),
    ('templatestring("<$${b}>", { a = 1 })', "<<?>>", "b is not declared"),
    ("templatestring(var.o, {})", "<?>", "var.o has no default"),
    ('templatestring("x", var.o)', "<?>", "var.o has no default"),
    ('try(file("none.txt"), "else")', "else", ""),
    ('try(file("/etc/x"), "else")', "<?>", 'file("/etc/x") is outside the scanned folders'),
    ('can(file("none.txt"))', False, ""),
    ('fileset("/etc", "*")', "<?>", 'fileset("/etc") is outside the scanned folders'),
    ('fileset("~/x", "*")', "<?>", 'fileset("~/x") is in somebody\'s home folder'),
    ('fileset(path.module, "a\\\\b")', "<?>", "fileset(...) is not evaluated for what it is given"),
    ('fileset(path.module, "a\\u0000b")', "<?>", NOT_EVALUATED),
    ('fileset(path.module, join("", [for i in range(12) : "{a,b}"]))', "<?>", NOT_EVALUATED),
    ('fileset(path.module, "{a")', "<?>", "fileset(...) is not evaluated for what it is given"),
    ('abspath("a")', "/nowhere/live/a", ""),
    ('abspath("../b")', "/nowhere/b", ""),
    ('abspath("/x")', "/x", ""),
    ('pathexpand("x~")', "x~", ""),
    ('dirname("")', ".", ""),
    ('basename("a/b//")', "b", ""),
    ('jsondecode(file("a.txt"))', "<?>", "jsondecode(...) is given something that is not JSON"),
    ('length(file("a.txt"))', 7, ""),
    ('split("\\n", file("a.txt"))', ["one", "two"], ""),
]


@pytest.mark.parametrize(("expression", "expected", "why"), FILES)
def test_what_a_file_is_read_as(
    expression: str,
    expected: object,
    why: str,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """A path starts at the root, and leads no further than the scan; a template sees no names."""
    main = f'variable "o" {{}}\nresource "t" "t" {{\n  x = {expression}\n}}\n'
    value = evaluated(main, OTHERS).resources[0].body.fields["x"]
    assert (shown(value), "; ".join(map(str, needs(value)))) == (expected, why)
