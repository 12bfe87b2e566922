"""What may belong to a template is found by texts: never too little, and little."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from budgets import examples
from taskwall.readers.cloudformation import stacks
from taskwall.readers.cloudformation.exports import MOST_FOLLOWED, MOST_OPEN_IMPORTS
from taskwall.readers.cloudformation.neighbours import Neighbours
from taskwall.settings import Settings
from taskwall.source.files import Files, walk
from taskwall.source.stack import Inputs
from taskwall.sources import listing, nearby
from taskwall.sources.found import ScanScope
from taskwall.sources.nearby import ReadCache
from taskwall.sources.read import read_sources

NESTING = """\
Resources:
  Web: {Type: "AWS::CloudFormation::Stack", Properties: {TemplateURL: parts/web.yaml}}
"""
LONE = "Resources: {C: {Type: 'AWS::ECS::Cluster'}}\n"


def exporting(*names: str) -> str:
    """A template that exports by some names."""
    outputs = "".join(
        f"  O{index}: {{Value: v, Export: {{Name: {name}}}}}\n" for index, name in enumerate(names)
    )
    return f"{LONE}Outputs:\n{outputs}"


def importing(*names: str, defaults: Mapping[str, str | None] | None = None) -> str:
    """A template that imports some names, by parameters with such defaults."""
    parameters = "".join(
        f"  {name}:\n    Type: String\n" + ("" if value is None else f"    Default: '{value}'\n")
        for name, value in (defaults or {"P": None}).items()
    )
    groups = ", ".join(f"{{'Fn::ImportValue': {name}}}" for name in names)
    return (
        f"Parameters:\n{parameters}Resources:\n"
        f"  S: {{Type: 'AWS::ECS::Service', Properties: {{Groups: [{groups}]}}}}\n"
    )


def of_stack(ending: str) -> str:
    """The name of an export that begins with the stack's."""
    return f"!Sub '${{AWS::StackName}}{ending}'"


def of(parameter: str, ending: str) -> str:
    """A name that begins with a parameter."""
    return f"!Sub '${{{parameter}}}{ending}'"


OPEN_E: Mapping[str, str | None] = {"P": None, "E": None}


def around(texts: Mapping[str, str], name: str) -> set[str]:
    """What is to be read with a template of a folder."""
    files = Files({f"/r/{path}": text for path, text in texts.items()})
    found = Neighbours([f"/r/{path}" for path in texts], files).around([f"/r/{name}"])
    return {path.removeprefix("/r/") for path in found}


VPC = exporting("!Sub '${AWS::StackName}-Vpc'", "!Sub '${AWS::StackName}-A'")


@pytest.mark.parametrize("name", ["!Sub '${P}-Vpc'", '{"Fn::Sub": "${P}-Vpc"}', "!Sub ${P}-Vpc"])
def test_the_one_template_that_exports_what_is_imported(name: str) -> None:
    """It belongs to what imports, and that to it; others do not."""
    texts = {"vpc.yaml": VPC, "web.yaml": importing(name), "lone.yaml": LONE}
    assert around(texts, "web.yaml") == {"vpc.yaml"}
    assert around(texts, "vpc.yaml") == {"web.yaml"}
    assert around(texts, "lone.yaml") == set()


@pytest.mark.parametrize("name", [of("P", "-Vpc"), of("P", "-${E}")])
def test_many_templates_that_could_be_meant(name: str) -> None:
    """Each of a few is followed; of more, or for very many, all that is seen is that they are."""

    def read(offers: int, webs: int) -> tuple[int, int]:
        texts = {f"vpc{number}.yaml": VPC for number in range(offers)}
        web = importing(name, defaults=OPEN_E)
        texts |= {f"web{number}.yaml": web for number in range(webs)}
        return len(around(texts, "web0.yaml")), len(around(texts, "vpc0.yaml"))

    assert read(2, 9) == (10, 10)
    assert read(MOST_FOLLOWED, 9) == (12, 12)
    assert read(MOST_FOLLOWED + 1, 9) == (5, 0)
    assert read(2, 4 * MOST_OPEN_IMPORTS + 1) == (2, 0)


@pytest.mark.parametrize("apart", [True, False])
def test_what_else_belongs_together_counts(apart: bool) -> None:
    """Importing templates are counted with those of other imports if one template nests both."""
    texts: dict[str, str] = {}
    each = 2 * MOST_OPEN_IMPORTS + 1
    for end in ("Vpc", "Db"):
        texts |= {f"{end}{number}.yaml": exporting(of_stack(f"-{end}")) for number in range(2)}
        texts |= {f"web{end}{number}.yaml": importing(of("P", f"-{end}")) for number in range(each)}
    for number, end in enumerate(("Vpc", "Db")):
        name = f"main{number if apart else ''}.yaml"
        nested = NESTING.replace("parts/web.yaml", f"web{end}0.yaml").replace("Web", end)
        texts[name] = texts.get(name, "Resources:\n") + nested.removeprefix("Resources:\n")
    assert ("webVpc1.yaml" in around(texts, "Vpc0.yaml")) == apart


@pytest.mark.parametrize("name", [of("P", "-Vpc"), of("P", "-net-Vpc"), of("P", "-${E}")])
def test_many_templates_that_mean_the_same_one(name: str) -> None:
    """However many import from the only template that can be meant, all belong to it."""
    count = 4 * MOST_OPEN_IMPORTS + 1
    texts = {"vpc.yaml": exporting(of_stack("-Vpc"))}
    texts |= {f"web{number}.yaml": importing(name, defaults=OPEN_E) for number in range(count)}
    assert len(around(texts, "web0.yaml")) == len(around(texts, "vpc.yaml")) == count


def test_templates_of_which_the_nearest_are_meant() -> None:
    """However many offer the same elsewhere, those of the own folder are few."""
    texts = {f"net{number}/vpc.yaml": VPC for number in range(9)}
    texts["net0/web.yaml"] = importing("!Sub '${P}-Vpc'")
    assert "net0/vpc.yaml" in around(texts, "net0/web.yaml")
    assert "net0/web.yaml" in around(texts, "net0/vpc.yaml")
    agree({f"/r/{path}": text for path, text in texts.items()})


def test_nesting() -> None:
    """What nests, is nested, or is nested beside it."""
    texts = {"main.yaml": NESTING, "parts/web.yaml": LONE, "lone.yaml": LONE}
    assert around(texts, "parts/web.yaml") == {"main.yaml"}
    assert around(texts, "main.yaml") == {"parts/web.yaml"}


@pytest.mark.parametrize(
    ("export", "want"),
    [
        ("shared-Vpc", "shared-Vpc"),
        ("!Sub '${Stage}-Vpc'", "!Sub '${P}-Vpc'"),
        ("!Join ['-', [!Ref 'AWS::StackName', Vpc]]", "!Sub '${P}-Vpc'"),
        ("!Sub '${AWS::StackName}-Vpc'", "!Join ['-', [!Ref P, Vpc]]"),
        ("!Sub '${AWS::StackName}-${Name}'", "!Sub '${P}-Vpc'"),
    ],
)
def test_other_names_may_be_any(export: str, want: str) -> None:
    """What is not the name of a stack with an ending is not compared: it may be meant."""
    texts = {"vpc.yaml": exporting(export), "other.yaml": VPC, "web.yaml": importing(want)}
    assert "vpc.yaml" in around(texts, "web.yaml")
    assert "web.yaml" in around(texts, "vpc.yaml")


ENDINGS = ("-Vpc", "-A", "-B")
LIKE = ("-${E}", "A${E}", "-net-Vpc", "Vpc", "-net-${E}", "${E}-Vpc")
OFFERS = st.lists(
    st.sampled_from(
        [*(f"!Sub '${{AWS::StackName}}{ending}'" for ending in ENDINGS), "shared", "shop-Vpc"]
    ),
    min_size=1,
    max_size=3,
    unique=True,
)
WANTS = st.lists(
    st.sampled_from(
        [
            *(f"!Sub '${{{name}}}{end}'" for name in "PQ" for end in (*ENDINGS, *LIKE)),
            "shared",
        ]
    ),
    min_size=1,
    max_size=4,
    unique=True,
)
DEFAULTS = st.fixed_dictionaries(
    {
        "P": st.sampled_from([None, "", "shop"]),
        "Q": st.sampled_from([None, "shop"]),
        "E": st.sampled_from([None, "A", "Z"]),
    }
)


def stacks_of(texts: Mapping[str, str], paths: Iterable[str], name: str) -> list[frozenset[str]]:
    """The files of each stack that a template belongs to, if these paths are read."""
    found, _ = stacks(paths, Files(dict(texts)), Inputs(boundary="/r"))
    return [stack.files for stack in found if name in stack.files]


@examples(200)
@given(
    st.lists(OFFERS, max_size=4),
    st.lists(st.tuples(WANTS, DEFAULTS), max_size=4),
    st.lists(st.integers(0, 7), max_size=2),
)
@example(
    [["!Sub '${AWS::StackName}-Vpc'"]],
    [
        (["!Sub '${P}-Vpc'"], {"P": None, "Q": None, "E": None}),
        (["!Sub '${P}-${E}'"], {"P": "", "Q": None, "E": None}),
    ],
    [],
)
@example(
    [
        ["!Sub '${AWS::StackName}-Vpc'"],
        ["!Sub '${AWS::StackName}-Vpc'", "!Sub '${AWS::StackName}-A'"],
        ["!Sub '${AWS::StackName}-A'", "!Sub '${AWS::StackName}-B'"],
    ],
    [
        (
            ["!Sub '${P}-net-${E}'", "!Sub '${P}-B'", "!Sub '${P}-net-Vpc'"],
            {"P": "shop", "Q": None, "E": "A"},
        )
    ],
    [],
)
def test_a_template_belongs_where_it_does_among_all(
    exports: list[list[str]],
    wants: list[tuple[list[str], dict[str, str | None]]],
    nested: list[int],
) -> None:
    """Read with its neighbours only, a template is in the same stack as in the whole folder."""
    texts = {f"/r/vpc{number}.yaml": exporting(*names) for number, names in enumerate(exports)}
    texts |= {
        f"/r/web{number}.yaml": importing(*names, defaults=defaults)
        for number, (names, defaults) in enumerate(wants)
    }
    if below := [path for index, path in enumerate(texts) if index in nested]:
        urls = (path.removeprefix("/r/") for path in below)
        body = "".join(
            f"  N{index}: {{Type: 'AWS::CloudFormation::Stack',"
            f" Properties: {{TemplateURL: {url}}}}}\n"
            for index, url in enumerate(urls)
        )
        texts["/r/main.yaml"] = f"Resources:\n{body}"
    agree(texts)


def agree(texts: Mapping[str, str]) -> None:
    """Each template is in the same stack, whether all are read or only its neighbours."""
    near = Neighbours(list(texts), Files(dict(texts)))
    for name in texts:
        paths = sorted({name, *near.around([name])})
        assert stacks_of(texts, paths, name) == stacks_of(texts, sorted(texts), name), name


def test_two_parameters_that_name_one_stack() -> None:
    """What is imported by both then comes from one template, where either alone leaves two."""
    texts = {
        "/r/a.yaml": exporting("!Sub '${AWS::StackName}-Vpc'"),
        "/r/b.yaml": VPC,
        "/r/c.yaml": exporting("!Sub '${AWS::StackName}-A'"),
        "/r/web.yaml": importing(
            "!Sub '${P}-Vpc'", "!Sub '${Q}-A'", defaults={"P": "shop", "Q": "shop"}
        ),
    }
    assert stacks_of(texts, texts, "/r/b.yaml") == [frozenset(("/r/b.yaml", "/r/web.yaml"))]
    agree(texts)


def test_exports_of_one_stack_that_no_template_has_all_of() -> None:
    """Each is of a template of its own."""
    texts = {f"/r/{end}.yaml": exporting(of_stack(f"-{end}")) for end in ("Vpc", "Id")}
    texts["/r/web.yaml"] = importing(of("P", "-Vpc"), of("P", "-Id"))
    assert stacks_of(texts, texts, "/r/web.yaml") == [frozenset(texts)]
    agree(texts)


def test_a_stack_whose_name_ends_within_an_ending() -> None:
    """It exports all that is imported so, whatever the stack of the shorter name exports."""
    every = range(MOST_FOLLOWED + 1)
    texts = {f"/r/{end}{at}.yaml": exporting(of_stack(end)) for end in ("-A", "-B") for at in every}
    texts["/r/both.yaml"] = exporting(of_stack("-A"), of_stack("-B"))
    texts["/r/id.yaml"] = exporting(of_stack("-Id"))
    names = (of("P", end) for end in ("-Id", "-net-A", "-net-B"))
    texts["/r/web.yaml"] = importing(*names, defaults={"P": "shop"})
    files = frozenset(f"/r/{name}.yaml" for name in ("both", "id", "web"))
    assert stacks_of(texts, texts, "/r/web.yaml") == [files]
    agree(texts)


def test_an_ending_that_hangs_on_a_parameter() -> None:
    """Its default settles it; without one it decides nothing, if there are several like it."""
    names = ("!Sub '${P}-${E}'", "!Sub '${P}-Vpc'")
    texts = {
        "a.yaml": VPC,
        "b.yaml": exporting("!Sub '${AWS::StackName}-Vpc'"),
        "web.yaml": importing(*names, defaults={"P": None, "E": "A"}),
    }
    assert around(texts, "a.yaml") == {"web.yaml", "b.yaml"}
    assert around(texts, "b.yaml") == set()
    more = {f"more{number}.yaml": texts["b.yaml"] for number in range(MOST_FOLLOWED)}
    texts["web.yaml"] = importing(*names, defaults={"P": None, "E": None})
    assert around(texts | more, "a.yaml") == set()
    assert around(texts | more, "web.yaml") == {"a.yaml", "b.yaml", *more}


@pytest.mark.parametrize("beside", [(), ("Id",)])
def test_an_ending_that_hangs_on_what_is_handed_down(beside: tuple[str, ...]) -> None:
    """It will be one of those like it, from wherever else the stack's exports are imported."""
    ends = [f"-Vpc{number}" for number in range(MOST_FOLLOWED + 1)]
    texts = {f"/r/{end[1:]}.yaml": exporting(of_stack(end)) for end in ends}
    texts |= {f"/r/{name}.yaml": exporting(of_stack(f"-{name}")) for name in beside}
    names = [of("P", f"-{name}") for name in ("${E}", *beside)]
    texts["/r/web.yaml"] = importing(*names, defaults=OPEN_E)
    texts["/r/main.yaml"] = (
        "Resources:\n  Web:\n    Type: AWS::CloudFormation::Stack\n"
        "    Properties: {TemplateURL: web.yaml, Parameters: {P: shop, E: Vpc0}}\n"
    )
    files = frozenset(f"/r/{name}.yaml" for name in ("Vpc0", "web", "main", *beside))
    assert stacks_of(texts, texts, "/r/web.yaml") == [files]
    agree(texts)


def test_others_that_stand_beside() -> None:
    """Files looked at later belong where they would, had all been looked at together."""
    names = ("!Sub '${P}-${E}'", "!Sub '${Q}-A'")
    texts = {
        "/r/main.yaml": NESTING,
        "/r/parts/web.yaml": importing(*names, defaults={"P": "shop", "Q": "s", "E": None}),
        "/r/vpc.yaml": VPC,
        "/r/lone.yaml": LONE,
        "/r/text.yaml": "a: b",
    }
    files = Files(dict(texts))
    together = Neighbours(texts, files)
    for later in texts:
        earlier = Neighbours([path for path in texts if path != later], files)
        before = {path: earlier.around([path]) for path in texts}
        found = Neighbours([later], files, beside=earlier)
        assert found.looked_at == together.looked_at
        assert found.templates == together.templates
        for path in texts:
            assert set(found.around([path])) == set(together.around([path])), (later, path)
        assert {path: earlier.around([path]) for path in texts} == before


def test_of_very_many_files_the_first_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, however many templates are given one after another; a given one is never too far."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.yaml").write_text(VPC)
    for number in range(3):
        (tmp_path / f"web{number}.yaml").write_text(importing("!Sub '${P}-Vpc'"))
    (tmp_path / "z.yaml").write_text(VPC)
    monkeypatch.setattr(nearby, "MAX_CANDIDATES", 2)
    walks: list[str] = []

    def walked(paths: Iterable[str], **more: Any) -> Iterator[str]:
        walks.append("")
        return walk(paths, **more)

    monkeypatch.setattr(listing, "walk", walked)
    known, files = ReadCache(), Files()
    read = {
        path.name: [
            sorted(os.path.basename(file) for file in one.stack.files)
            for one in read_sources(
                [str(path)], Inputs(), Settings(), files, ScanScope(), known
            ).reads
        ]
        for path in sorted(tmp_path.glob("*.yaml"))
    }
    assert read == {
        "a.yaml": [["a.yaml", "web0.yaml"]],
        "web0.yaml": [["a.yaml", "web0.yaml"]],
        "web1.yaml": [["a.yaml", "web0.yaml", "web1.yaml"]],
        "web2.yaml": [["a.yaml", "web0.yaml", "web2.yaml"]],
        "z.yaml": [["a.yaml", "web0.yaml", "z.yaml"]],
    }
    assert len(walks) == 1


@pytest.mark.parametrize(
    "parameter",
    [
        "  P:\n    Type: String\n    Default: ''\n",
        '  P:\n    Description: Optional\n    Default: ""  # none\n    Type: String\n',
        "  P: {Type: String, Default: ''}\n",
    ],
)
def test_what_is_imported_only_on_request(parameter: str) -> None:
    """No stack has an empty name, so that nothing is imported by an empty default."""
    want = importing("!Sub '${P}-Vpc'").replace("  P:\n    Type: String\n", parameter)
    texts = {"vpc.yaml": VPC, "web.yaml": want}
    assert around(texts, "web.yaml") == around(texts, "vpc.yaml") == set()
    agree({f"/r/{path}": text for path, text in texts.items()})


def test_what_cdk_nests_belongs_to_the_stacks_beside_it() -> None:
    """Its name is nowhere written: the hash of what is in it is."""
    nests = NESTING.replace("parts/web.yaml", "https://bucket/0123abcd")
    texts = {
        "out/app.template.json": nests,
        "out/lone.template.json": LONE,
        "out/appnet.nested.template.json": LONE,
        "other/app.template.json": nests,
    }
    assert around(texts, "out/app.template.json") == {"out/appnet.nested.template.json"}
    assert around(texts, "out/appnet.nested.template.json") == {"out/app.template.json"}
    assert around(texts, "out/lone.template.json") == set()
    assert around(texts, "other/app.template.json") == set()


STORING = """\
Resources:
  P: {Type: AWS::SSM::Parameter, Properties: {Name: /net/vpc, Value: v}}
"""


def test_templates_that_only_read_a_parameter_are_not_tied() -> None:
    """What both find in Parameter Store somebody else has put there."""
    text = READING.replace("NAME", "/net/vpc")

    assert around({"a.yaml": text, "b.yaml": text}, "a.yaml") <= {"a.yaml"}


READING = "Resources: {R: {Type: Custom::R, Properties: {V: '{{resolve:ssm:NAME}}'}}}\n"
OF_PARAMETER = (
    "Parameters:\n  P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: NAME}\n" + LONE
)


@pytest.mark.parametrize(
    ("reads", "tied"),
    [
        (READING.replace("NAME", "/net/vpc"), True),
        (READING.replace("NAME", "/net/vpc:1"), True),
        (READING.replace("NAME", "/net/subnet"), False),
        (OF_PARAMETER.replace("NAME", "/net/vpc"), True),
        (OF_PARAMETER.replace("NAME", "/net/subnet"), False),
    ],
)
def test_what_is_read_from_parameter_store(reads: str, tied: bool) -> None:
    """Who reads a parameter belongs to who stores one whose name ends as that does."""
    texts = {"net.yaml": STORING, "web.yaml": reads, "lone.yaml": LONE}
    assert around(texts, "web.yaml") == ({"net.yaml"} if tied else set())
    assert around(texts, "net.yaml") == ({"web.yaml"} if tied else set())
    if tied:
        agree({f"/r/{path}": text for path, text in texts.items()})


def test_an_import_within_an_assembly_may_be_of_any_export(tmp_path: Path) -> None:
    """What CDK writes into one folder belongs together, whatever exports are called."""
    web, vpc = str(tmp_path / "web.template.json"), str(tmp_path / "vpc.template.json")
    files = Files({web: importing("!Sub '${P}-Other'"), vpc: VPC})
    assert Neighbours([web, vpc], files).around([web]) == []
    (tmp_path / "manifest.json").write_text("{}")
    assert Neighbours([web, vpc], files).around([web]) == [vpc]


@pytest.mark.parametrize("offer", [VPC, exporting("shared")])
def test_where_stacks_may_have_any_names(offer: str) -> None:
    """An import may be of any export, and none is a default's."""
    texts = {"/r/web.yaml": importing("!Sub '${P}-Other'"), "/r/vpc.yaml": offer, "/r/l.yaml": LONE}
    near = Neighbours(texts, Files(texts), exact=False)
    assert near.around(["/r/web.yaml"]) == ["/r/vpc.yaml"]
    assert near.around(["/r/vpc.yaml"]) == ["/r/web.yaml"]
    assert near.around(["/r/l.yaml"]) == []


def test_a_default_that_is_given_settles_nothing() -> None:
    """With the value of a user another template may be meant."""
    names = ("!Sub '${P}-${E}'",)
    texts = {
        "/r/a.yaml": exporting("!Sub '${AWS::StackName}-A'"),
        "/r/b.yaml": exporting("!Sub '${AWS::StackName}-B'"),
        "/r/web.yaml": importing(*names, defaults={"P": None, "E": "A"}),
    }
    assert Neighbours(texts, Files(texts)).around(["/r/web.yaml"]) == ["/r/a.yaml"]
    given = Neighbours(texts, Files(texts), ["E"])
    assert given.around(["/r/web.yaml"]) == ["/r/a.yaml", "/r/b.yaml"]


@pytest.mark.parametrize("default", ["!Ref Other", '"a\\u0041"', "[A]"])
def test_a_default_that_a_text_does_not_tell(default: str) -> None:
    """Whatever it is, each template that it can mean is read."""
    want = importing("!Sub '${P}-${E}'", defaults={"P": None, "E": "DEFAULT"})
    texts = {
        "a.yaml": exporting("!Sub '${AWS::StackName}-A'"),
        "b.yaml": exporting("!Sub '${AWS::StackName}-B'"),
        "web.yaml": want.replace("'DEFAULT'", default),
    }
    assert around(texts, "web.yaml") == {"a.yaml", "b.yaml"}


ONE, BOTH, LESS = of_stack("-Vpc"), (of_stack("-Vpc"), of_stack("-Id")), of_stack("-Id")
FIVE = dict.fromkeys("abcde", (ONE,))


@pytest.mark.parametrize(
    ("offers", "wants", "defaults", "near", "tied"),
    [
        ({"a": (ONE,)}, [of("P", "-Vpc")], None, "a", "a"),
        ({"a": (ONE,)}, [of("P", "-Id")], None, "", ""),
        ({"a": (ONE,)}, [of("P", "-net-Vpc")], None, "a", "a"),
        ({"a": (of_stack("-net-Vpc"),)}, [of("P", "-Vpc")], None, "a", "a"),
        ({"a": (ONE,), "b": (of_stack("-x-Vpc"),)}, [of("P", "-Vpc")], None, "a", "a"),
        ({"a": (ONE,), "b": (of_stack("-x-Vpc"),)}, [of("P", "-y-Vpc")], None, "a", "a"),
        ({"a": (ONE,), "b": (ONE,)}, [of("P", "-Vpc")], None, "ab", "ab"),
        ({"a": BOTH, "b": (ONE,)}, [of("P", "-Vpc"), of("P", "-Id")], None, "ab", "a"),
        (
            {"a": BOTH, "b": (ONE,)},
            [of("P", "-Vpc"), of("Q", "-Id")],
            {"P": None, "Q": None},
            "ab",
            "ab",
        ),
        (FIVE, [of("P", "-Vpc")], None, "abcde", ""),
        ({**FIVE, "f": BOTH}, [of("P", "-Vpc"), of("P", "-Id")], None, "abcdef", "f"),
        (
            {**FIVE, "f": BOTH},
            [of("P", "-Vpc"), of("Q", "-Id")],
            {"P": None, "Q": None},
            "abcdef",
            "f",
        ),
        ({"a": (ONE,), "b": (LESS,)}, [of("P", "-${E}")], OPEN_E, "ab", "ab"),
        ({"a": (ONE,), "b": (LESS,)}, [of("P", "-${E}")], {"P": None, "E": "Id"}, "b", "b"),
        ({"a": (ONE,), "b": (LESS,)}, [of("P", "-${E}")], {"P": "", "E": "Id"}, "", ""),
        ({"a": (ONE,), "b": (LESS,)}, [of("P", "${E}")], {"P": "", "E": "x-Id"}, "ab", "ab"),
        ({"a": (ONE,), "b": (LESS,)}, [of("P", "-${E}-Vpc")], OPEN_E, "a", "a"),
        ({"a": (ONE,), "b": (LESS,)}, [of("P", "-${AWS::Region}-Vpc")], None, "a", "a"),
        ({"a": (ONE,), "b": (LESS,)}, [of("P", "-${AWS::Region}")], None, "ab", "ab"),
        ({"a": ("shared",)}, [of("P", "-Vpc")], None, "a", "a"),
        ({"a": (ONE,), "b": ("shared",)}, ["shared"], None, "ab", "ab"),
        ({"a": (of_stack("-${X}"),), "b": (ONE,)}, [of("P", "-Vpc")], None, "ab", "ab"),
        ({"a": (of_stack(""),)}, [of("P", "-Vpc")], None, "a", "a"),
        (
            {"a": (of_stack("-Vpc-Id"),), "b": (ONE,)},
            [of("P", "-Vpc-${E}")],
            OPEN_E,
            "ab",
            "ab",
        ),
        (
            {"a": BOTH, "b": (ONE,)},
            [of("P", "-net-Id"), of("P", "-net-Vpc")],
            None,
            "ab",
            "ab",
        ),
    ],
)
def test_which_templates_an_import_may_mean(
    offers: Mapping[str, tuple[str, ...]],
    wants: list[str],
    defaults: Mapping[str, str | None] | None,
    near: str,
    tied: str,
) -> None:
    """By how names end: all that may be meant are read, and those that are belong to it."""
    texts = {f"{name}.yaml": exporting(*names) for name, names in offers.items()}
    texts["web.yaml"] = importing(*wants, defaults=defaults)
    assert around(texts, "web.yaml") == {f"{name}.yaml" for name in near}
    assert {name for name in offers if "web.yaml" in around(texts, f"{name}.yaml")} == {*tied}
    agree({f"/r/{path}": text for path, text in texts.items()})


BY_DEFAULT = """\
Parameters:
  P: {Type: String}
PARAMETER
Metadata:
  E: {Default: B}
Resources:
  E2: {Type: "AWS::ECS::Cluster"}
  S: {Type: "AWS::ECS::Service", Properties: {G: {"Fn::ImportValue": !Sub "${P}-${E}"}}}
"""


@pytest.mark.parametrize(
    ("parameter", "near"),
    [
        ("  E: {Type: String, Default: A}", "a"),
        ("  E: {Default: A, Type: String}", "a"),
        ("  E: {Type: String, Default: 'A'} # B", "a"),
        ('  "E": {"Type": "String", "Default": "A"}', "a"),
        ("  E:\n    Type: String\n    Default: A", "a"),
        ("  E:\n    Type: String\n\n    Default: A  # or B", "a"),
        ("  E:\n    Default: A\n    Type: String", "a"),
        ("  E:  # which\n    Type: String\n    Default: A", "a"),
        ("  E2:\n    Type: String\n    Default: B\n  E:\n    Type: String\n    Default: A", "a"),
        ("  XE: {Type: String, Default: B}\n  E: {Type: String, Default: A}", "a"),
        ("  E:\n    Type: String\n    Default: B.c", ""),
        ("  E:\n    Type: String", "ab"),
        ("  E:\n    Type: String\n  F:\n    Type: String\n    Default: A", "ab"),
        ("  E: {Type: String}", "ab"),
        ("  E: {Type: String, Default: !Ref X}", "ab"),
        ("  E:\n    Description: none\n    Default: A", "ab"),
    ],
)
def test_where_the_default_of_a_parameter_is_found(parameter: str, near: str) -> None:
    """In its own body, however that is written; without one any template may be meant."""
    texts = {
        "a.yaml": exporting(of_stack("-A")),
        "b.yaml": exporting(of_stack("-B")),
        "web.yaml": BY_DEFAULT.replace("PARAMETER", parameter),
    }
    assert around(texts, "web.yaml") == {f"{name}.yaml" for name in near}


@pytest.mark.parametrize(
    "want",
    [
        "!ImportValue {'Fn::Sub': '${P}-Vpc'}",
        "{'Fn::ImportValue': {'Fn::Sub': '${P}-Vpc'}}",
        '{"Fn::ImportValue": {"Fn::Sub": "${P}-Vpc"}}',
        "{Fn::ImportValue: !Sub '${P}-Vpc'}",
        "\n      Fn::ImportValue: !Sub ${P}-Vpc",
        "\n      Fn::ImportValue:\n        !Sub ${P}-Vpc",
        "\n      Fn::ImportValue:\n        Fn::Sub: ${P}-Vpc",
        "!ImportValue\n      Fn::Sub: ${P}-Vpc # why",
    ],
)
@pytest.mark.parametrize(
    "offer",
    [
        "{Name: !Sub '${AWS::StackName}-Vpc'}",
        '{"Name": {"Fn::Sub": "${AWS::StackName}-Vpc"}}',
        "\n      Name: !Sub ${AWS::StackName}-Vpc",
        "\n      Name:\n        Fn::Sub: ${AWS::StackName}-Vpc",
    ],
)
def test_how_names_are_written(offer: str, want: str) -> None:
    """In YAML and JSON, with tags or as functions: what ends otherwise is never meant."""
    end = f"{LONE}Outputs:\n  O:\n    Value: v\n    Export: {offer}\n"
    web = "Parameters: {P: {Type: String}}\nResources:\n  S:\n    Type: AWS::ECS::Service\n"
    web += f"    Properties:\n     G: {want}\n"
    texts = {"vpc.yaml": end, "id.yaml": end.replace("-Vpc", "-Id"), "web.yaml": web}
    assert around(texts, "web.yaml") == {"vpc.yaml"}
    assert around(texts, "id.yaml") == set()
    agree({f"/r/{path}": text for path, text in texts.items()})


@pytest.mark.parametrize(
    ("nests", "near"),
    [
        (
            "{Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: parts/web.yaml}}",
            "web.yaml",
        ),
        ("{Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: web.yaml}}", "web.yaml"),
        (
            (
                "{Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: "
                "!Sub 'https://${B}/web.yaml?versionId=1'}}"
            ),
            "web.yaml",
        ),
        ("{Type: 'AWS::Serverless::Application', Properties: {Location: ./web.yaml}}", "web.yaml"),
        ("{Type: 'AWS::S3::Bucket', Properties: {BucketName: web.yaml}}", ""),
        ("{Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: web.yaml.bak}}", ""),
        ("{Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: other.yaml}}", ""),
    ],
)
def test_which_files_a_template_names(nests: str, near: str) -> None:
    """One that nests others names their files, wherever these are; another names none."""
    texts = {"main.yaml": f"Resources: {{N: {nests}}}\n", "parts/web.yaml": LONE, "l.yaml": LONE}
    found = {os.path.basename(path) for path in around(texts, "main.yaml")}
    assert found == ({near} if near else set())
    assert around(texts, "parts/web.yaml") == ({"main.yaml"} if near else set())


def test_what_is_nested_below_what_is_nested() -> None:
    """All of a tree is read with each of its templates, in the order of the files."""
    one = NESTING.replace("parts/web.yaml", "b.yaml")
    other = NESTING.replace("parts/web.yaml", "c.yaml")
    texts = {"/r/c.yaml": LONE, "/r/b.yaml": other, "/r/a.yaml": one, "/r/d.yaml": LONE}
    near = Neighbours(texts, Files(texts))
    assert near.around(["/r/a.yaml"]) == ["/r/c.yaml", "/r/b.yaml"]
    assert near.around(["/r/c.yaml"]) == ["/r/b.yaml", "/r/a.yaml"]
    assert near.around(["/r/a.yaml", "/r/c.yaml"]) == ["/r/b.yaml"]
    assert near.around(["/r/d.yaml"]) == near.around(["/elsewhere.yaml"]) == []


def test_files_that_are_no_templates_are_none() -> None:
    """Nor is one that cannot be read: it was looked at all the same."""
    files = Files({"/r/a.yaml": "a: b", "/r/b.yaml": LONE, "/r/c.yaml": VPC})
    near = Neighbours(["/r/a.yaml", "/r/b.yaml", "/r/c.yaml", "/nowhere/d.yaml"], files)
    assert near.templates == {"/r/b.yaml", "/r/c.yaml"}
    assert near.looked_at == {"/r/a.yaml", "/r/b.yaml", "/r/c.yaml", "/nowhere/d.yaml"}


def test_a_template_with_a_text_that_has_no_end_is_gone_through() -> None:
    """A million letters, as a coded file may be, name no template: each is looked at once."""
    topic = "Resources:\n  A: {Type: 'AWS::SNS::Topic'}\n"
    stack = "{Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: b.yaml}}"
    nesting = f"Resources:\n  A: {stack}\nDescription: {'a' * 1_000_000}\n"
    texts = {"/r/a.yaml": nesting, "/r/b.yaml": topic, "/r/c.yaml": topic}
    near = Neighbours(list(texts), Files(dict(texts)))
    assert "/r/a.yaml" in near.around(["/r/b.yaml"])
    assert "/r/a.yaml" not in near.around(["/r/c.yaml"])
