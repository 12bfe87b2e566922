"""Which export, or stored parameter, a name means that a template takes from others."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from mending import as_json
from taskwall.core.values import Known, Span, Unknown, Value, needs, plain, symbol, text
from taskwall.readers.cloudformation import CloudFormationStack, stacks
from taskwall.readers.cloudformation.exports import MOST_FOLLOWED, Asked, Export, Exports
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

PARAMETERS = "Parameters: {P: {Type: String}, Q: {Type: String}, E: {Type: String}}\n"
WEB = "/r/app/web.yaml"


def of_stack(ending: str) -> str:
    """The name of an export that begins with the stack's."""
    return f"!Sub '${{AWS::StackName}}{ending}'"


def of(parameter: str, ending: str) -> str:
    """A name that begins with a parameter."""
    return f"!Sub '${{{parameter}}}{ending}'"


def offering(*names: str) -> str:
    """A template that exports by some names."""
    outputs = "".join(
        f"  O{at}: {{Value: !Ref V, Export: {{Name: {name}}}}}\n" for at, name in enumerate(names)
    )
    return f"{PARAMETERS}Resources: {{V: {{Type: 'AWS::EC2::VPC'}}}}\nOutputs:\n{outputs}"


def taking(*values: str) -> str:
    """A template of which a resource takes some values, as properties `X0`, `X1`, ..."""
    lines = "".join(f"      X{at}: {value}\n" for at, value in enumerate(values))
    head = f"{PARAMETERS}Resources:\n  S:\n    Type: AWS::EC2::Subnet\n"
    return f"{head}    Properties:\n{lines}"


def read(texts: Mapping[str, str]) -> CloudFormationStack:
    """The stack of which the template that takes is."""
    found, errors = stacks(texts, Files(dict(texts)), Inputs(boundary="/r"))
    assert errors == []
    return next(stack for stack in found if WEB in stack.files)


def meant(stack: CloudFormationStack) -> list[str]:
    """What each name means that the template takes: `a|b` one of several, `?` of a few."""
    return [
        tie.target.removeprefix("/r/").removesuffix(".yaml")
        if tie.target
        else "|".join(one.removesuffix(".yaml") for one in tie.candidates)
        + ("?" if tie.followed else "")
        for tie in stack.ties
        if tie.stack == WEB
    ]


def imports(offers: Mapping[str, str | Sequence[str]], *names: str) -> list[str]:
    """What imports of a template mean, by the names that templates export."""
    texts = {
        f"/r/{path}.yaml": offering(*((some,) if isinstance(some, str) else some))
        for path, some in offers.items()
    }
    values = (f"{{'Fn::ImportValue': {name}}}" for name in names)
    return meant(read({**texts, WEB: taking(*values)}))


@pytest.mark.parametrize(
    ("offered", "wanted", "fits"),
    [
        ("a-Vpc", "a-Vpc", True),
        ("a-Vpc", "!Sub 'a-${P}'", True),
        ("a-Vpc", "!Sub 'a${P}c'", True),
        ("a-Vpc", "!Sub 'a-Vpc${P}'", True),
        ("a-Vpc", "!Sub 'b-${P}'", False),
        ("a-Vpc", "!Sub '${P}-Vp'", False),
        ("a-Vpc", "!Ref P", False),
        ("!Sub 'a-${E}-c'", "a-b-c", True),
        ("!Sub 'a-${E}-c'", "a--c", True),
        ("!Sub 'a-${E}-c'", "a-c", False),
        ("!Sub 'a-${E}-c'", "a-b-cd", False),
        ("!Ref E", "!Ref P", False),
        ("!Ref E", "a", False),
        ("!Sub '${E}-x'", "!Ref P", False),
        ("!Sub 'a-${E}'", "!Sub '${P}-Vpc'", True),
        ("!Sub 'a-${E}'", "!Sub 'a-${P}'", True),
        ("!Sub 'a-${E}'", "!Sub 'ab-${P}'", False),
        ("!Sub 'a${E}'", "!Sub 'ab-${P}'", True),
        ("!Sub 'ab${E}'", "!Sub 'a${P}'", True),
        ("!Sub 'a-${E}b'", "!Sub 'a-${P}cb'", True),
        ("!Sub 'a-${E}cb'", "!Sub 'a-${P}b'", True),
        ("!Sub 'a-${E}cb'", "!Sub 'a-${P}db'", False),
        ("!Sub '${AWS::Region}-Vpc'", "!Sub '${P}-Vpc'", True),
        ("!Sub '${AWS::Region}-Vpc'", "!Sub '${AWS::Region}-Vpc'", True),
        (of_stack("-Vpc"), of("P", "-Vpc"), True),
        (of_stack("-Vpc"), of("P", "-net-Vpc"), True),
        (of_stack("-net-Vpc"), of("P", "-Vpc"), True),
        (of_stack("-Vpc"), of("P", "-${E}"), True),
        (of_stack("-Vpc"), of("P", "-net-${E}"), True),
        (of_stack("-Vpc"), of("P", "-Id"), False),
        (of_stack("-Vpc"), of("P", "-Id-${E}-Id"), False),
        (of_stack("-Vpc"), of("P", "-VpcX${E}"), False),
        (of_stack("-${E}-Vpc"), of("P", "-x${E}"), True),
        (of_stack("-${E}-Vpc"), of("P", "Id${E}"), False),
        (of_stack("-${E}-Vpc"), of("P", "-Vpc"), True),
        (of_stack("-${E}-Vpc"), of("P", "-x-Vpc"), True),
        (of_stack("-${E}-Vpc"), of("P", "-x-Id"), False),
        (of_stack("-${E}-Vpc"), "net-x-Vpc", True),
        (of_stack("-${E}-Vpc"), "net-Vpc", False),
        (of_stack("-Vpc"), "net-Vpc", True),
        (of_stack("-Vpc"), "Vpc", False),
        (of_stack("-Vpc"), "-Vpc", False),
        (of_stack("-Vpc"), "1net-Vpc", False),
        (of_stack("-Vpc"), "/net-Vpc", False),
        (of_stack("-Vpc"), "'<n>-Vpc'", True),
        (of_stack("-output"), "x-output", False),
        (of_stack("-Outputs"), "net-b-Outputs", False),
        (of_stack("-exports-vpc"), "net-b-exports-vpc", True),
        (of_stack(""), "net", False),
        ("x-export", "x-export", True),
        (of_stack("-export"), "my-other-export", True),
    ],
)
def test_whether_an_export_may_be_meant(offered: str, wanted: str, fits: bool) -> None:
    """Where what is known of both names agrees; what is open in them may be anything."""
    assert imports({"other": offered}, wanted) == (["other"] if fits else [""])


VPC, ID = of_stack("-Vpc"), of_stack("-Id")


@pytest.mark.parametrize(
    ("offers", "names", "found"),
    [
        ({"a": VPC, "b": VPC}, [of("P", "-Vpc")], ["a|b?"]),
        ({"a": VPC, "b": VPC}, ["net-Vpc", "lan-Vpc"], ["a|b?", "a|b?"]),
        ({"a": [VPC, ID], "b": VPC}, ["net-Vpc", "net-Id"], ["a", "a"]),
        ({"a": [VPC, ID], "b": VPC}, ["net-Vpc", "lan-Id"], ["a|b?", "a"]),
        ({"a": [VPC, ID], "b": VPC}, [of("P", "-Vpc"), of("P", "-Id")], ["a", "a"]),
        ({"a": [VPC, ID], "b": VPC}, [of("P", "-Vpc"), of("Q", "-Id")], ["a|b?", "a"]),
        (
            {"a": [VPC, ID], "b": [VPC, of_stack("-Role")]},
            [of("P", "-Vpc"), of("P", "-Id"), of("P", "-Role")],
            ["a|b?", "a", "b"],
        ),
        (dict.fromkeys("abcdef"[:MOST_FOLLOWED], VPC), [of("P", "-Vpc")], ["a|b|c|d?"]),
        (dict.fromkeys("abcdef"[: MOST_FOLLOWED + 1], VPC), [of("P", "-Vpc")], ["a|b|c|d|e"]),
        ({"app/x": VPC, "b": VPC}, [of("P", "-Vpc")], ["app/x|b?"]),
        ({"app/x": VPC, "b/x": VPC}, [of("P", "-Vpc")], ["app/x"]),
        ({"app/x": VPC, "b/x": VPC, "c/y": VPC}, [of("P", "-Vpc")], ["app/x|c/y?"]),
        ({"app/x": "vpc", "b/y": "vpc"}, ["vpc"], ["app/x"]),
        ({"a/x": "vpc", "b/y": "vpc"}, ["vpc"], ["a/x|b/y?"]),
        ({"app/x": "vpc", "app/y": "vpc"}, ["vpc"], ["x|y?"]),
        ({"a": ["vpc", "one"], "b": ["vpc", "two"]}, ["vpc", "one"], ["a", "a"]),
        ({"a": ["vpc", "one"], "b": ["vpc", "two"]}, ["vpc", "one", "two"], ["a|b?", "a", "b"]),
        (
            {"a": ["vpc", "one"], "b": ["vpc", "two"], "c": ["vpc", "one"]},
            ["vpc", "two"],
            ["b", "b"],
        ),
        (
            {"a": ["vpc", "one"], "b": ["vpc", "two"], "c": ["vpc", "one"]},
            ["vpc", "one"],
            ["a|c?", "a|c?"],
        ),
        (
            {"a": ["vpc", "one"], "b": ["vpc", "two"], "c": "other"},
            ["vpc", "one", "other"],
            ["a", "a", "c"],
        ),
        (
            {"a": ["vpc", "one"], "b": ["vpc", "one"], "c": ["other", "more"], "d": "other"},
            ["vpc", "one", "other", "more"],
            ["a|b?", "a|b?", "c", "c"],
        ),
        ({"a": "vpc", "b": "!Sub '${E}c'"}, ["vpc"], ["a"]),
        ({"a": of("P", "-vpc"), "b": of("E", "-vpc")}, [of("P", "-vpc")], ["a"]),
        ({"a": of("P", "-vpc"), "b": of("P", "-vpc")}, [of("P", "-vpc")], ["a|b?"]),
        (
            {"a": of("AWS::Region", "-vpc"), "b": of("E", "-vpc")},
            [of("AWS::Region", "-vpc")],
            ["a"],
        ),
        ({"a": VPC, "b": of("E", "-Vpc")}, [of("P", "-Vpc")], ["a|b?"]),
        ({"a": of_stack("-id"), "b": of_stack("-vpc-id")}, ["shop-vpc-id"], ["b"]),
        ({"a": of_stack("-id"), "b": of_stack("-vpc-id")}, ["shop-id"], ["a"]),
        ({"a": of_stack("-id"), "b": "!Sub 'shop-${E}-id'"}, ["shop-vpc-id"], ["a|b?"]),
        ({"a": of_stack("-x"), "shop": of_stack("-export")}, ["shop-export"], ["shop"]),
        ({"a": of_stack("-x"), "my-shop": of_stack("-export")}, ["shop-export"], ["my-shop"]),
        ({"a": of_stack("-x"), "lan": of_stack("-export")}, ["shop-export"], [""]),
        # A stack is that of the template as which it is called.
        ({"elb": VPC, "rds": VPC}, ["shop-elb-Vpc"], ["elb"]),
        ({"my-elb": VPC, "elb": VPC, "rds": VPC}, ["shop-my-elb-Vpc"], ["my-elb"]),
        ({"elb": VPC, "rds": VPC}, ["elb-Vpc"], ["elb"]),
        ({"elb": VPC, "rds": VPC}, ["shop-nlb-Vpc"], ["elb|rds?"]),
        ({"elb": VPC, "rds": VPC}, ["shopelb-Vpc"], ["elb|rds?"]),
        ({"a": "x"}, ["y", of("P", "-x")], ["", ""]),
        ({"a": "x", "b": "y"}, ["x", "x", "y"], ["a", "b"]),
    ],
)
def test_which_of_several_exports_is_meant(
    offers: Mapping[str, str | Sequence[str]], names: Sequence[str], found: list[str]
) -> None:
    """The same written name, what one stack exports together, and what is nearest, comes first."""
    assert imports(offers, *names) == found
    assert imports(dict(reversed([*offers.items()])), *names) == [
        "|".join(reversed(one.removesuffix("?").split("|"))) + ("?" if one.endswith("?") else "")
        for one in found
    ]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (["net.yaml", "net.json"], "net.yaml"),
        (["net.yml", "net.json"], "net.json|net.yml"),
        (["net.yaml", "lan.json"], "lan.json|net.yaml"),
    ],
)
def test_a_template_in_two_formats_is_one(files: Sequence[str], found: str) -> None:
    """The one is meant that is written as the template which imports."""
    text = offering(VPC)
    texts = {f"/r/{name}": text if not name.endswith("json") else as_json(text) for name in files}
    stack = read({**texts, WEB: taking("!ImportValue shop-Vpc")})
    (tie,) = (one for one in stack.ties if one.stack == WEB)

    assert (tie.target.removeprefix("/r/") or "|".join(sorted(tie.candidates))) == found


def test_stages_of_cdk_stay_within_their_assembly(tmp_path: Path) -> None:
    """Each may export the same names; a template elsewhere may mean any of them."""
    web = tmp_path / "app" / "web.yaml"
    for folder, name in (("app", "net"), ("b", "lan")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.yaml").write_text(offering(VPC))
    web.write_text(taking(f"{{'Fn::ImportValue': {of('P', '-Vpc')}}}"))
    paths = sorted(map(str, tmp_path.glob("*/*.yaml")))

    def together() -> list[list[str]]:
        found, _ = stacks(paths, Files(), Inputs(boundary=str(tmp_path)))
        return sorted(sorted(map(os.path.basename, stack.files)) for stack in found)

    assert together() == [["lan.yaml", "net.yaml", "web.yaml"]]
    (tmp_path / "app" / "manifest.json").write_text("{}")
    assert together() == [["lan.yaml"], ["net.yaml", "web.yaml"]]


@pytest.mark.parametrize("name", ["[a]", "{a: b}", "{a: !Ref P}"])
def test_a_name_that_is_no_text_means_nothing(name: str) -> None:
    """No export is called so: the value is imported from nobody knows where."""
    stack = read({"/r/net.yaml": offering(VPC), WEB: taking(f"{{'Fn::ImportValue': {name}}}")})
    assert meant(stack) == [""]
    subnet = next(one for one in stack.evaluate({}).resources if one.origin.name == "S")
    assert needs(subnet.body.fields["X0"])


def test_an_import_is_asked_once_for_all_that_comes_from_a_stack() -> None:
    """Its answers are the templates, by their paths; each makes the values those of its own."""
    texts = {"/r/a.yaml": offering(VPC, ID), "/r/b.yaml": offering(VPC, ID)}
    names = (of("P", "-Vpc"), of("P", "-Id"), of("Q", "-Vpc"))
    texts[WEB] = taking(*(f"{{'Fn::ImportValue': {name}}}" for name in names))
    stack = read(texts)
    asked = {(one.operand, one.answer) for one in stack.evaluate({}).questions}
    first, second = "stack ${P} (of a.yaml and b.yaml)", "stack ${Q} (of a.yaml and b.yaml)"
    assert asked == {(stack, path) for stack in (first, second) for path in ("a.yaml", "b.yaml")}
    made = stack.evaluate({first: "b.yaml", second: "a.yaml"})
    subnet = next(one for one in made.resources if one.origin.name == "S")
    found = [symbol(subnet.body.fields[f"X{at}"]) for at in range(3)]
    assert found == ["b/V.Ref", "b/V.Ref", "a/V.Ref"]
    assert made.questions == frozenset()


def test_answers_by_which_stacks_import_from_each_other_are_impossible() -> None:
    """AWS deploys one after the other, so that neither could be the first."""

    def both(own: str, theirs: str) -> str:
        value = f"{{'Fn::ImportValue': {of('P', theirs)}}}"
        return taking(value) + f"Outputs: {{O: {{Value: x, Export: {{Name: {of_stack(own)}}}}}}}\n"

    texts = {
        WEB: both("-Own", "-Vpc"),
        "/r/a.yaml": both("-Vpc", "-Own"),
        "/r/b.yaml": offering(VPC),
    }
    stack = read(texts)
    asked = "stack ${P} (of a.yaml and b.yaml)"
    assert {one.operand for one in stack.evaluate({}).questions} == {asked}
    assert stack.evaluate({asked: "a.yaml"}).impossible
    assert not stack.evaluate({asked: "b.yaml"}).impossible


def storing(*names: str) -> str:
    """A template that puts values into Parameter Store under some names."""
    return f"{PARAMETERS}Resources:\n" + "".join(
        f"  P{at}: {{Type: AWS::SSM::Parameter, Properties: {{Name: {name}, Value: v{at}}}}}\n"
        for at, name in enumerate(names)
    )


@pytest.mark.parametrize(
    ("value", "data", "found"),
    [
        ("'{{resolve:ssm:/net/a}}'", "v0", ["net"]),
        ("'{{resolve:ssm:/net/a:3}}'", "v0", ["net"]),
        ("'{{resolve:ssm:/net/b}}'", "v1", ["net"]),
        ("!Sub '{{resolve:ssm:/net/${E}/c}}'", "v2", ["net"]),
        ("!Sub '{{resolve:ssm:/net/${E}/c:1}}'", "v2", ["net"]),
        ("!Sub '{{resolve:ssm:/net/a:${E}}}'", "v0", ["net"]),
        ("!Sub '{{resolve:ssm:/net/a:${E}1}}'", "v0", ["net"]),
        ("!Sub 'x-{{resolve:ssm:/net/a}}'", "x-v0", ["net"]),
        ("'{{resolve:ssm:/net/d}}'", None, [""]),
        ("'{{resolve:ssm-secure:/net/a}}'", None, []),
        ("'{{resolve:secretsmanager:/net/a}}'", None, []),
        ("'{{resolve:ssm}}'", None, []),
        ("'{{resolve:ssm:}}'", None, []),
        ("!Sub '{{resolve:ssm:${E}}}'", None, [""]),
        ("!Sub '{{resolve:${E}:/net/a}}'", None, []),
    ],
)
def test_what_a_template_puts_into_parameter_store(
    value: str, data: object, found: list[str]
) -> None:
    """Another reads it by its name, whatever the version; secrets are not followed."""
    texts = {"/r/net.yaml": storing("/net/a", "/net/b", "!Sub '/net/${E}/c'"), WEB: taking(value)}
    stack = read(texts)
    assert meant(stack) == found
    subnet = next(one for one in stack.evaluate({}).resources if one.origin.name == "S")
    taken = subnet.body.fields["X0"]
    if data is None:
        assert needs(taken)
    else:
        assert plain(taken) == data


@pytest.mark.parametrize(
    ("stored", "wanted", "assumed"),
    [
        ("/net/a", "/net/a", False),
        ("!Sub '/net/${E}/c'", "/net/${E}/c", False),
        ("!Sub '/net/${Q}/c'", "/net/${E}/c", False),
        ("!Sub '/net/${Q}/c'", "/net/b/c", True),
    ],
)
def test_that_a_stored_value_is_assumed_is_said(stored: str, wanted: str, assumed: bool) -> None:
    """Where what is known of both names is not the same: it may be stored under another one."""
    texts = {"/r/net.yaml": storing(stored), WEB: taking(f"!Sub '{{{{resolve:ssm:{wanted}}}}}'")}
    said = [*read(texts).evaluate({}).assumed.values()]

    assert said == ["{{resolve:ssm:/net/b/c}} is assumed to be what net.yaml stores"] * assumed


@pytest.mark.parametrize(
    ("stored", "wanted", "fits"),
    [
        ("/net/${E}/c", "/net/b/c", True),
        ("/net/${E}/c", "/net//c", False),
        ("/net/${E}/c", "/net/b/d", False),
        ("/net/${E}/c", "/net/b/b/c", False),
        ("/net/a${E}", "/net/ab", True),
        ("/net/a${E}", "/net/a", False),
        ("/net/a${E}", "/net/b", False),
        ("/net/${E}b", "/net/ab", True),
        ("/net/${E}b", "/net/a", False),
        ("/net/a${E}a", "/net/aba", True),
        ("/net/a${E}a", "/net/aa", False),
        ("/net/a${E}a", "/net/a", False),
        ("/net/${E}-${Q}", "/net/a-b", False),
    ],
)
def test_which_stored_parameter_may_be_meant(stored: str, wanted: str, fits: bool) -> None:
    """One open part within a step may be anything that is not empty, but no further step."""
    texts = {
        "/r/net.yaml": storing(f"!Sub '{stored}'"),
        WEB: taking(f"'{{{{resolve:ssm:{wanted}}}}}'"),
    }

    assert meant(read(texts)) == ["net" if fits else ""]


def test_what_several_templates_store_is_open() -> None:
    """So is what a template stores itself: it reads what was there before."""
    value = "'{{resolve:ssm:/a}}'"
    twice = read({"/r/a.yaml": storing("/a"), "/r/b.yaml": storing("/a"), WEB: taking(value)})
    assert meant(twice) == ["a|b"]
    own = read({WEB: taking(value) + storing("/a").partition("Resources:\n")[2]})
    assert meant(own) == []
    for stack in (twice, own):
        subnet = next(one for one in stack.evaluate({}).resources if one.origin.name == "S")
        assert [str(one) for one in needs(subnet.body.fields["X0"])] == [
            "{{resolve:ssm:/a}} is read at deployment"
        ]


@pytest.mark.parametrize(
    ("declared", "given", "data"),
    [
        ("Default: /a", None, "v0"),
        ("Default: /b", None, "v1"),
        ("Default: /c", None, None),
        ("Default: ''", None, None),
        ("Description: none", None, None),
        ("Default: /a", "/b", "v1"),
        ("Description: none", "/a", "v0"),
        ("Default: /a", "", None),
    ],
)
def test_a_parameter_whose_value_is_stored(declared: str, given: str | None, data: object) -> None:
    """Its default, or what is given, is the name under which another template stores it."""
    text = taking("!Ref Stored").replace(
        "Parameters: {",
        f"Parameters: {{Stored: {{Type: 'AWS::SSM::Parameter::Value<String>', {declared}}}, ",
    )
    texts = {"/r/net.yaml": storing("/a", "/b"), WEB: text}
    inputs = Inputs(boundary="/r", parameters={} if given is None else {"Stored": Known(given)})
    found, errors = stacks(texts, Files(texts), inputs)
    assert errors == []
    stack = next(one for one in found if WEB in one.files)
    subnet = next(one for one in stack.evaluate({}).resources if one.origin.name == "S")
    taken = subnet.body.fields["X0"]
    if data is None:
        assert [str(one) for one in needs(taken)] == ["Stored is read from Parameter Store"]
    else:
        assert plain(taken) == data


@pytest.mark.parametrize("value", ["vpc-1", "!Ref V"])
def test_what_an_output_has_that_is_not_exported(value: str) -> None:
    """An answer by which its condition is false is none with which anything is deployed."""
    net = (
        "Parameters: {On: {Type: String}}\nConditions: {Is: !Equals [!Ref On, 'yes']}\n"
        "Resources: {V: {Type: AWS::EC2::VPC}}\n"
        f"Outputs: {{V: {{Condition: Is, Value: {value}, Export: {{Name: vpc}}}}}}\n"
    )
    stack = read({"/r/net.yaml": net, WEB: taking("{'Fn::ImportValue': vpc}")})
    assert not stack.evaluate({}).impossible
    assert not stack.evaluate({"On": "yes"}).impossible
    assert stack.evaluate({"On": "no"}).impossible


def test_what_an_output_exports_without_a_value() -> None:
    """Its value is not known; the template that imports it is of the same stack all the same."""
    net = "Resources: {V: {Type: AWS::EC2::VPC}}\nOutputs: {V: {Export: {Name: vpc}}}\n"
    stack = read({"/r/net.yaml": net, WEB: taking("{'Fn::ImportValue': vpc}")})
    assert meant(stack) == ["net"]
    subnet = next(one for one in stack.evaluate({}).resources if one.origin.name == "S")
    assert [str(one) for one in needs(subnet.body.fields["X0"])] == ["output V has no value"]


def test_an_export_of_a_nested_stack() -> None:
    """It is of the stack that nests it; each copy of it has its own, which is open."""
    below = "Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: below.yaml}"
    exporting = offering("vpc")
    once = {"/r/net.yaml": f"Resources: {{N: {{{below}}}}}\n", "/r/below.yaml": exporting}
    stack = read({**once, WEB: taking("{'Fn::ImportValue': vpc}")})
    assert meant(stack) == ["net"]
    subnet = next(one for one in stack.evaluate({}).resources if one.origin.name == "S")
    assert symbol(subnet.body.fields["X0"]) == "N/V.Ref"
    twice = {**once, "/r/net.yaml": f"Resources: {{N: {{{below}}}, M: {{{below}}}}}\n"}
    stack = read({**twice, WEB: taking("{'Fn::ImportValue': vpc}")})
    assert meant(stack) == ["net"]
    subnet = next(one for one in stack.evaluate({}).resources if one.origin.name == "S")
    assert [str(one) for one in needs(subnet.body.fields["X0"])] == [
        "Fn::ImportValue vpc is exported by net.yaml more than once"
    ]


def test_what_a_stack_imports_of_its_own_nested_ones() -> None:
    """It comes from the one that exports the rest too, where no other template is of the stack."""
    nested = "".join(
        f"  {name.upper()}: {{Type: AWS::CloudFormation::Stack,"
        f" Properties: {{TemplateURL: {name}.yaml}}}}\n"
        for name in "ab"
    )
    importing = taking(*(f"{{'Fn::ImportValue': {of('P', end)}}}" for end in ("-Vpc", "-Id")))
    web = importing.replace("Resources:\n", f"Resources:\n{nested}")
    stack = read({"/r/app/a.yaml": offering(VPC, ID), "/r/app/b.yaml": offering(VPC), WEB: web})
    subnet = next(one for one in stack.evaluate({}).resources if one.origin.name == "S")
    assert [symbol(subnet.body.fields[name]) for name in ("X0", "X1")] == ["A/V.Ref", "A/V.Ref"]


@pytest.mark.parametrize("head", [(), (Unknown((), "AWS::StackName"),)])
def test_what_imports_tell_is_learnt_once(head: tuple[Value, ...]) -> None:
    """They tell nothing more when they are asked again, nor where each can mean only one."""
    place = Span(WEB, 1, 1, 1, 1)

    def learning(*offers: tuple[str, str]) -> list[bool]:
        names = [(file, text([*head, f"-{name}"])) for file, name in offers]
        exports = [Export(f"/r/{file}.yaml", "", "O", name, place) for file, name in names]
        start = "net" if head else ""
        wanted = [Asked(WEB, Known(f"{start}-{one}"), one, place) for one in ("vpc", "id")]
        offered = Exports(exports, Files({}))
        return [offered.bind(wanted), offered.bind(wanted)]

    assert learning(("a", "vpc"), ("a", "id"), ("b", "vpc")) == [True, False]
    assert learning(("a", "vpc"), ("a", "id")) == [False, False]


NEARER = "is assumed to come from app/net.yaml, which is nearer than b/net.yaml"
BESIDE = "is assumed to come from net.yaml, which is nearer than below/net.yaml"


@pytest.mark.parametrize(
    ("others", "assumed"),
    [
        ({}, []),
        ({"/r/b/net.yaml": offering("vpc")}, [f"Fn::ImportValue vpc {NEARER}"]),
        ({"/r/app/below/net.yaml": offering("vpc")}, [f"Fn::ImportValue vpc {BESIDE}"]),
    ],
)
def test_what_is_assumed_of_an_import(others: Mapping[str, str], assumed: list[str]) -> None:
    """That it means the nearest of several copies; of one there is nothing to assume."""
    texts = {"/r/app/net.yaml": offering("vpc"), WEB: taking("{'Fn::ImportValue': vpc}")}
    assert [*read({**texts, **others}).evaluate({}).assumed.values()] == assumed


def test_each_stack_has_its_own_ties() -> None:
    """Not those of templates that are tied to each other elsewhere in the scan."""
    texts = {
        f"/r/{name}/{path}.yaml": text
        for name in "ab"
        for path, text in (
            ("net", offering(f"{name}-Vpc")),
            ("web", taking(f"!ImportValue {name}-Vpc")),
        )
    }
    found, errors = stacks(texts, Files(dict(texts)), Inputs(boundary="/r"))
    assert errors == []
    assert [{(tie.stack, tie.target) for tie in stack.ties} for stack in found] == [
        {(f"/r/{name}/web.yaml", f"/r/{name}/net.yaml")} for name in "ab"
    ]


@pytest.mark.parametrize(
    ("here", "there", "wanted", "means"),
    [
        ("x-vpc", "x-vpc", "x-vpc", "a"),
        ("x-1-vpc", "x-2-vpc", "!Sub 'x-${P}-vpc'", "a|b?"),
        ("!Sub 'x-${E}-vpc'", "!Sub 'x-${E}-vpc'", "!Sub 'x-${P}-vpc'", "a"),
        ("!Sub 'x-${E}-vpc'", "!Sub 'x-${Q}-vpc'", "!Sub 'x-${P}-vpc'", "a|b?"),
        (of_stack("-vpc"), "!Sub '${E}-vpc'", "!Sub '${P}-vpc'", "a|b?"),
    ],
)
def test_what_else_is_imported_tells_copies_apart(
    here: str, there: str, wanted: str, means: str
) -> None:
    """Of one name an account holds one; two names may both be there, and either be meant."""
    assert imports({"a": (here, "y"), "b": there}, wanted, "y") == [means, "a"]


@pytest.mark.parametrize(
    ("here", "there", "means"),
    [
        (of_stack("-vpc"), of_stack("-vpc"), "app/net"),
        (of_stack("-vpc"), "!Sub '${E}-vpc'", "app/net|other/net?"),
        ("!Sub '${E}-vpc'", of_stack("-vpc"), "app/net|other/net?"),
    ],
)
def test_the_nearest_of_several_stacks(here: str, there: str, means: str) -> None:
    """Templates of one name, whose exports begin with their stack's, are copies of each other."""
    assert imports({"app/net": here, "other/net": there}, "!Sub '${P}-vpc'") == [means]
