"""Ids and ARNs in files lead to the resources of the context that have them."""

from collections.abc import Mapping

import pytest

from taskwall.core.values import Fields, Known, Origin, Span, Unknown, Value
from taskwall.readers.ids import id_references, ids_within, owners_of, ties_by_vpc
from taskwall.source.context import ContextSource
from taskwall.source.files import Files
from taskwall.source.resource import Resource

VPC, SUBNET = "vpc-0123456789abcdef0", "subnet-01234567"


def resource(
    address: str, fields: Mapping[str, Value], *, kind: str = "aws_vpc", data: bool = False
) -> Resource:
    """A resource with some attributes."""
    at = Span("s", 1, 1, 1, 2)
    places = {key: Span("s", number, 1, number, 2) for number, key in enumerate(fields, 2)}
    origin = Origin(address, address, at, "terraform")
    return Resource(kind, origin, Fields(dict(fields), places), at, data=data)


def source(file: str, *resources: Resource) -> ContextSource:
    """A file of the context."""
    return ContextSource(file, file.removeprefix("/"), resources)


def owned(*resources: Resource) -> dict[str, tuple[str, str]]:
    """Whose the ids of the resources of one file are."""
    return dict(owners_of([source("/one", *resources)]))


def test_whose_ids_are() -> None:
    """By id and by ARN; what is not known, or no text, is nobody's."""
    found = owned(
        resource("a", {"id": Known(VPC), "arn": Known("arn:aws:ec2:x")}),
        resource("b", {"id": Known(SUBNET), "name": Known("vpc-1")}),
        resource("c", {"id": Known(5), "arn": Unknown(())}),
        resource("d", {}),
    )
    assert found == {VPC: ("/one", "a"), "arn:aws:ec2:x": ("/one", "a"), SUBNET: ("/one", "b")}


@pytest.mark.parametrize("made_first", [True, False])
def test_who_made_something_owns_it(made_first: bool) -> None:
    """Not who only looks it up, in whichever order they are read."""
    made = source("/made", resource("a", {"id": Known(VPC)}))
    looked = source("/looked", resource("b", {"id": Known(VPC)}, data=True))
    every = [made, looked] if made_first else [looked, made]
    assert owners_of(every) == {VPC: ("/made", "a")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"a = {VPC}", [(VPC, 1, 5)]),
        (f'"{VPC}"', [(VPC, 1, 2)]),
        (f"{VPC},{SUBNET}", [(VPC, 1, 1), (SUBNET, 1, 23)]),
        (f"x\n\n  {SUBNET} {SUBNET}", [(SUBNET, 3, 3)]),
        (f"my-{VPC}", []),
        (f"{VPC}-a", []),
        (f"{VPC}0", []),
        ("vpc-0123456", []),
        ("'arn:aws:ecs:eu-west-1:1:cluster/a'", [("arn:aws:ecs:eu-west-1:1:cluster/a", 1, 2)]),
        ("[arn:aws:ecs:eu-west-1:1:cluster/a,b]", [("arn:aws:ecs:eu-west-1:1:cluster/a", 1, 2)]),
        ("vpc-ffffffff", []),
        ("", []),
    ],
)
def test_ids_in_a_file(text: str, found: list[tuple[str, int, int]]) -> None:
    """Those that somebody owns, each once, where it stands first."""
    owners = {
        VPC: ("/one", "a"),
        SUBNET: ("/one", "b"),
        "arn:aws:ecs:eu-west-1:1:cluster/a": ("/two", "c"),
    }
    ties = list(id_references("web", ["/web"], owners, Files({"/web": text})))
    assert [(tie.address, tie.place.line, tie.place.column) for tie in ties] == found
    assert all(tie.place.end_column == tie.place.column + len(tie.address) for tie in ties)
    assert all((tie.stack, tie.by, tie.place.file) == ("web", "id", "/web") for tie in ties)
    assert [(tie.target, tie.to) for tie in ties] == [owners[id_] for id_, *_ in found]


def test_ids_of_its_own_tie_nothing() -> None:
    """Nor does a file that cannot be read; an id in two files ties by the first of them."""
    owners = {VPC: ("web", "a"), SUBNET: ("/one", "b")}
    files = Files({"/b": f"{VPC} {SUBNET}", "/a": f"\n{SUBNET}"})
    ties = list(id_references("web", ["/b", "/none", "/a"], owners, files))
    assert [(tie.address, tie.place.file) for tie in ties] == [(SUBNET, "/a")]


def test_ids_between_sources_of_the_context() -> None:
    """Each is looked through for the ids of the others."""
    owners = {VPC: ("/one", "a"), SUBNET: ("/two", "b")}
    files = Files({"/one": f"{VPC} {SUBNET}", "/two": f"{VPC} {VPC}"})
    ties = ids_within([source("/one"), source("/two")], owners, files)
    assert [(tie.stack, tie.address, tie.target) for tie in ties] == [
        ("/one", SUBNET, "/two"),
        ("/two", VPC, "/one"),
    ]


OTHER = "vpc-89abcdef"


@pytest.mark.parametrize(
    ("texts", "tied"),
    [
        ({"a": f"aws_ecs_cluster {VPC}", "b": VPC}, [("a", "b")]),
        ({"a": f"AWS::ECS::Service {VPC}", "b": VPC}, [("a", "b")]),
        ({"a": f"./modules/ecs {VPC}", "b": VPC}, [("a", "b")]),
        ({"a": f"rejecsted {VPC}", "b": VPC}, []),
        ({"a": f"specs {VPC}", "b": VPC}, []),
        ({"a": VPC, "b": VPC}, []),
        ({"a": f"ecs {VPC}", "b": OTHER}, []),
        ({"a": f"ecs {VPC}"}, []),
        ({"a": f"ecs {VPC}", "b": VPC, "c": VPC}, [("a", "b"), ("b", "c")]),
        (
            {"c": VPC, "a": f"ecs {VPC}", "b": f"{VPC} {OTHER}", "d": OTHER},
            [("a", "b"), ("b", "c")],
        ),
        ({"a": f"ecs x{VPC}", "b": VPC}, []),
        ({"a": f"ecs {VPC}-x", "b": VPC}, []),
    ],
)
def test_stacks_in_one_vpc(texts: Mapping[str, str], tied: list[tuple[str, str]]) -> None:
    """Those whose resources say its id, where one of them has to do with ECS."""

    def resources(name: str) -> list[Resource]:
        id_ = VPC if VPC in texts[name] else OTHER
        key = "vpc_id" if name in ("a", "c") else "VpcId"
        return [resource("x", {}), resource(f"in_{name}", {"other": Known(1), key: Known(id_)})]

    ties = list(ties_by_vpc({name: [text] for name, text in texts.items()}, resources))
    assert [(tie.stack, tie.target) for tie in ties] == tied
    assert [(tie.address, tie.to, tie.by) for tie in ties] == [
        (f"the VPC of in_{one}", f"in_{other}", "id") for one, other in tied
    ]
    assert all(tie.place.line == 3 for tie in ties)


def test_a_vpc_that_is_only_mentioned_ties_nothing() -> None:
    """No resource is in it: its id may stand in a comment."""
    texts = {"a": [f"ecs {VPC}"], "b": [f"# {VPC}"]}

    def resources(name: str) -> list[Resource]:
        return [resource(name, {"vpc_id": Known(VPC if name == "a" else OTHER)})]

    assert list(ties_by_vpc(texts, resources)) == []
