"""Where resources have moved to, as `moved` blocks say."""

from collections.abc import Callable

import pytest

from taskwall.readers.terraform import TerraformStack
from taskwall.readers.terraform.moves import Moves, moves
from taskwall.source.files import Files

Stack = Callable[..., TerraformStack]


@pytest.mark.parametrize(
    ("old", "new", "address", "now"),
    [
        ("aws_x.a", "aws_x.b", "aws_x.a", "aws_x.b"),
        ("aws_x.a", "aws_x.b", "aws_x.a[0]", "aws_x.b[0]"),
        ("aws_x.a", "aws_x.b", "aws_x.a.id", "aws_x.b.id"),
        ("aws_x.a", "aws_x.b", "aws_x.ab", "aws_x.ab"),
        ("aws_x.a", "aws_x.b", "module.m.aws_x.a", "module.m.aws_x.a"),
        ("aws_x.a", "aws_x.a[0]", "aws_x.a", "aws_x.a[0]"),
        ("aws_x.a", "aws_x.a[0]", "aws_x.a[1]", "aws_x.a[1]"),
        ("aws_x.a[0]", "aws_x.a", "aws_x.a[0].id", "aws_x.a.id"),
        ("aws_x.a[0]", "aws_x.a", "aws_x.a[0][1]", "aws_x.a[0][1]"),
        ("aws_x.a", "module.m.aws_x.a", "aws_x.a", "module.m.aws_x.a"),
        ("aws_x.a", "aws_x.b", "aws_x.c.id", "aws_x.c.id"),
        ("aws_x.a", "aws_x.b", "aws_x.c[0]", "aws_x.c[0]"),
        ("aws_x.a", "aws_x.b", "aws_x.a-b.id", "aws_x.a-b.id"),
        ("aws_x.a[0]", 'aws_x.b["k"]', "aws_x.a[0].id", 'aws_x.b["k"].id'),
        ('module.m["k"]', "module.n", 'module.m["k"].aws_x.a[0]', "module.n.aws_x.a[0]"),
        ("module.m", "module.n", "module.m.aws_x.a", "module.n.aws_x.a"),
        ("module.m", "module.n", 'module.m["k"].aws_x.a', 'module.n["k"].aws_x.a'),
    ],
)
def test_where_an_address_is_now(old: str, new: str, address: str, now: str) -> None:
    """A block speaks of all instances, and of what is within a module, unless it names one."""
    moved = Moves(((old, new),))
    assert moved.address(address) == now
    assert moved.text(f"{address} is open") == f"{now} is open"


def test_moves_follow_each_other() -> None:
    """One after the other, and in a circle they end."""
    assert Moves((("t.a", "t.b"), ("t.b", "t.c"))).address("t.a") == "t.c"
    assert Moves((("t.a", "t.b"), ("t.b", "t.a"))).address("t.a") in ("t.a", "t.b")


def test_what_moved_blocks_say(stack: Stack) -> None:
    """Those of a module hold wherever it is called; a block without an end says nothing."""
    texts = {
        "live/main.tf": """
module "m" {
  source   = "../m"
  for_each = toset(["a", "b"])
}
resource "t" "new" {}
moved {
  from = t.old
  to   = t.new
}
moved {
  from = t.gone
}
removed {
  from = t.left
  to   = t.right
}
""",
        "m/main.tf": "resource t inner {}\nmoved {\n  from = t.outer\n  to = t.inner\n}\n",
    }
    found = stack(texts["live/main.tf"], {"m/main.tf": texts["m/main.tf"]})
    files = Files({f"/nowhere/{path}": text for path, text in texts.items()})
    resources = found.evaluate({}).resources
    said = moves(found.name, sorted(files.held), resources, files)
    assert set(said.pairs) == {
        ("t.old", "t.new"),
        ('module.m["a"].t.outer', 'module.m["a"].t.inner'),
        ('module.m["b"].t.outer', 'module.m["b"].t.inner'),
    }
    unread = moves(found.name, ["/nowhere/none.tf", "/nowhere/main.yaml"], resources, files)
    assert unread == Moves()
