"""A law of fix texts: put in its place, each is right by the language, AWS and the sources.

It parses, its attributes exist, and what it refers to is written in the sources, or in angle
brackets. It is tried on every fail of every rule's fixtures.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Literal

import cfnlint.data.schemas
import pytest
from msgspec.structs import replace

from taskwall.core.change import AttributeChange, AttributePath, NewValue
from taskwall.core.values import ModuleCall, Origin, Span
from taskwall.engine.judge import judge
from taskwall.findings.finding import Finding
from taskwall.fixes.cdk import in_cdk
from taskwall.fixes.wording import code_of, fix_text, for_json
from taskwall.readers import cloudformation, terraform
from taskwall.readers.cloudformation.document import composed
from taskwall.readers.terraform.syntax.hcl import parse
from taskwall.readers.terraform.syntax.tree import Body
from taskwall.rules import all_rules
from taskwall.rules._rule import Rule
from taskwall.settings import Settings
from taskwall.settings.loading import load
from taskwall.source.files import Files
from taskwall.source.resource import Resource
from taskwall.source.stack import Inputs

FIXTURES = Path(__file__).parents[2] / "fixtures" / "rules"
NAMES = json.loads((Path(__file__).parents[1] / "data" / "provider_names.json").read_text())[
    "types"
]
SCHEMAS = Path(cfnlint.data.schemas.__path__[0])
DOCUMENTS = {"container_definitions", "container_properties", "definition", "policy"}
"""Attributes that hold JSON, whose keys are those of AWS's own API."""

_DOCUMENT: dict[str, Any] = {
    "statement": {
        "actions": {},
        "resources": {},
        "principals": {"type": {}, "identifiers": {}},
        "condition": {"test": {}, "variable": {}, "values": {}},
    }
}
NAMES |= {"aws_iam_policy_document": _DOCUMENT}
"""What fixes write of the data source that makes policies."""

PLACEHOLDER = re.compile(r"<[^<>\n]+>")


def problems(rule: Rule, finding: Finding, resources: dict[str, Resource], file: str) -> list[str]:
    """What is wrong with the fix text of a finding."""
    assert finding.fix is not None
    code = code_of(finding.fix.text)
    if not code or "In user data" in finding.fix.text:
        return []
    wrong = _wrong_in_terraform if file.endswith(".tf") else _wrong_in_template
    found: list[str] = [] if file.endswith(".tf") else list(_wrong_in_json(finding.fix.text))
    found += [f"{one} is two placeholders" for one in re.findall(r"<<[^<>\n]+>>", code)]
    for address, part in _by_resource(code, finding.resource):
        type_ = resources[address].type
        if not type_.startswith("awscc_"):
            found += wrong(part, type_, resources)
        elif parse("fix.tf", PLACEHOLDER.sub("placeholder", part) + "\n").errors:
            found.append("is no Terraform")
    return found


def _by_resource(code: str, address: str) -> Iterator[tuple[str, str]]:
    """The parts of a code, each with the resource that it is for, as a comment before it says."""
    first, *others = re.split(r"^# (\S+)\n", code, flags=re.MULTILINE)
    if first:
        yield address, first
    yield from zip(others[::2], others[1::2], strict=True)


# --- Terraform


def _wrong_in_terraform(code: str, type_: str, resources: dict[str, Resource]) -> Iterator[str]:
    plain = PLACEHOLDER.sub("placeholder", code)
    if any(_is_json(f"{opened}{plain}{closed}") for opened, closed in ("{}", "[]")):
        return  # in a policy that is JSON text
    if plain.startswith("{"):  # an element of a list, in a document
        plain = f"policy = [{plain}]"
    parsed = parse("fix.tf", plain + "\n")
    if parsed.errors:
        yield f"does not parse: {parsed.errors[0].message}"
        return
    declared = {
        ".".join(one.labels if one.type == "resource" else (one.type, *one.labels))
        for one in parsed.body.blocks
    }
    names = {re.sub(r"\[[^]]*\]", "", one.origin.name) for one in resources.values()}
    for address in re.findall(
        r"(?<![\w.<])(?:data\.)?aws_\w+\.[\w-]+", re.sub(r'"[^"$]*"', "", plain)
    ):
        if address not in declared | names:
            yield f"{address} is nowhere"
    for block in parsed.body.blocks:
        if block.type in ("resource", "data"):
            yield from _unknown(block.body, NAMES.get(block.labels[0], {}), block.labels[0])
    own = Body(
        parsed.body.attributes,
        tuple(one for one in parsed.body.blocks if one.type not in ("resource", "data")),
    )
    levels = list(_levels(NAMES.get(type_, {})))
    if any(not DOCUMENTS.isdisjoint(level) for level in levels):
        own = Body({k: v for k, v in own.attributes.items() if k == k.lower()}, own.blocks)
        levels.append({key[0].lower() + key[1:]: {} for key in _container()})
    if (own.attributes or own.blocks) and all(list(_unknown(own, each, "")) for each in levels):
        found = [*own.attributes, *(one.type for one in own.blocks)]
        yield f"{type_} has no place for {', '.join(found)}"


def _levels(names: Any) -> Iterator[Any]:
    if names:
        yield names
    for inner in names.values() if names else ():
        yield from _levels(inner)


def _unknown(body: Body, names: Any, path: str) -> Iterator[str]:
    names = names or {}
    for name in body.attributes:
        if name not in names:
            yield f"{path}.{name} is no attribute"
    for block in body.blocks:
        if block.type not in names:
            yield f"{path}.{block.type} is no block"
        else:
            yield from _unknown(block.body, names[block.type], f"{path}.{block.type}")


# --- CloudFormation


@cache
def _schema(type_: str) -> Any:
    named = json.loads((SCHEMAS / "providers" / "us-east-1.json").read_text()).get(type_)
    return json.loads((SCHEMAS / "resources" / f"{named}.json").read_text()) if named else {}


def _wrong_in_template(code: str, type_: str, resources: dict[str, Resource]) -> Iterator[str]:
    plain = PLACEHOLDER.sub("placeholder", code)
    try:
        node = composed("fix.yaml", plain)
    except Exception as error:  # noqa: BLE001 (any error is the same here)
        yield f"does not parse: {error}"
        return
    data = _data(node)
    if isinstance(data, str):
        yield "is no code"
        return
    added = {}
    if isinstance(data, dict):
        added = {
            k: v
            for k, v in data.items()
            if isinstance(v, dict) and "Type" in v and "::" in str(v["Type"])
        }
    known = {*added, *resources, *_parameters(resources), "placeholder"}
    for name in _referred(node):
        if name not in known and "::" not in name:
            yield f"{name} is nowhere"
    for each in added.values():
        schema = _schema(each["Type"])
        yield from _odd(each.get("Properties", {}), schema, schema, each["Type"])
    if added:
        return
    schema = _schema(type_)
    if isinstance(data, dict) and any(key.startswith("Definition") for key in data):
        return  # a state machine, whose states the schema does not know
    if "PolicyDocument" in schema.get("properties", {}) and not {"Effect", "Condition"}.isdisjoint(
        data if isinstance(data, dict) else data[0]
    ):
        return  # a statement of the policy, or part of it
    if not any(not list(_odd(data, level, schema, "")) for level in _nodes(schema)):
        yield f"{type_} has no place for {', '.join(data) if isinstance(data, dict) else data}"


def _wrong_in_json(text: str) -> Iterator[str]:
    """In a template in JSON, the code is members or elements in JSON, and sentences stay."""
    sentence = text.removesuffix(code_of(text))
    told = for_json(text)
    if not told.startswith(sentence):
        yield f"{told} has another sentence"
    code = told.removeprefix(sentence)
    if not any(_is_json(f"{opened}{code}{closed}") for opened, closed in ("{}", "[]")):
        yield f"{code} is no JSON"


def _is_json(text: str) -> bool:
    with suppress(json.JSONDecodeError):
        json.loads(text)
        return True
    return False


def _container() -> Any:
    schema = _schema("AWS::ECS::TaskDefinition")
    return schema["definitions"]["ContainerDefinition"]["properties"]


def _nodes(schema: Any) -> Iterator[Any]:
    """All parts of a schema that say what an object or a list holds."""
    if isinstance(schema, dict):
        if "properties" in schema or schema.get("type") == "array":
            yield schema
        for each in schema.values():
            yield from _nodes(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _nodes(each)


def _odd(data: Any, node: Any, schema: Any, path: str) -> Iterator[str]:
    while "$ref" in node:
        node = schema["definitions"][node["$ref"].rpartition("/")[2]]
    if isinstance(data, list):
        for each in data:
            yield from _odd(each, node.get("items", {}), schema, path)
        return
    if not isinstance(data, dict) or any(k == "Ref" or k.startswith("Fn::") for k in data):
        return
    if "properties" not in node:
        if node.get("type") == "array":
            yield f"{path} is a list"
        return
    for key, value in data.items():
        if key not in node["properties"]:
            yield f"{path}.{key} is no property"
        else:
            yield from _odd(value, node["properties"][key], schema, f"{path}.{key}")


def _data(node: Any) -> Any:
    if node.tag and node.tag.startswith("!"):
        return {"Fn::": node.tag}
    if node.id == "mapping":
        return {key.value: _data(value) for key, value in node.value}
    if node.id == "sequence":
        return [_data(each) for each in node.value]
    return node.value


def _parameters(resources: dict[str, Resource]) -> set[str]:
    """The parameters of the template that resources are in."""
    file = next(iter(resources.values())).origin.header.file
    found = _data(composed(file, Path(file).read_text()))
    assert isinstance(found, dict)
    return set(found.get("Parameters", ()))


def _referred(node: Any) -> Iterator[str]:
    if node.id == "mapping":
        for key, value in node.value:
            if key.value == "Ref":
                yield value.value
            elif key.value == "Fn::GetAtt":
                yield value.value[0].value
            yield from _referred(value)
    elif node.id == "sequence":
        for each in node.value:
            yield from _referred(each)
    elif node.tag == "!Ref":
        yield node.value
    elif node.tag == "!GetAtt":
        yield node.value.partition(".")[0]
    elif node.tag == "!Sub":
        yield from re.findall(r"\$\{([\w:]+)", node.value)


# --- the law


def fails(rule: Rule, file: Path) -> Iterator[tuple[Finding, dict[str, Resource]]]:
    """The fails of a rule in a fixture, with its resources by address."""
    given = (file.parent / "taskwall.toml").exists()
    settings = load(str(file.parent), all_rules()) if given else Settings()
    reader = terraform if file.suffix == ".tf" else cloudformation
    [stack], _ = reader.stacks([str(file)], Files(), Inputs(boundary=str(file.parent)))
    resources: dict[str, Resource] = {}
    for judged in judge(stack, [rule], settings).findings:
        if judged.finding.verdict == "fail":
            resources = resources or {
                one.origin.address: one for one in stack.evaluate({}).resources
            }
            yield judged.finding, resources


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
@pytest.mark.parametrize("name", ["main.tf", "template.yaml"])
def test_fix_texts(rule: Rule, name: str) -> None:
    """The law, on the fixtures of a rule in one language."""
    wrong = []
    for file in sorted((FIXTURES / rule.id.lower()).glob(f"fail*/{name}")):
        for finding, resources in fails(rule, file):
            if finding.resource in resources:
                wrong += [
                    f"{file.parent.name}: {finding.resource}: {one}"
                    for one in problems(rule, finding, resources, name)
                ]

    assert "\n".join(wrong) == ""


CONSTRUCT = Origin(
    "Web", "Web", Span("t.json", 1, 1, 1, 9), "cloudformation", construct="Shop/Web/Resource"
)
PORTS = "Port:\n  - 1\n  - 2"


@pytest.mark.parametrize(
    ("head", "code"),
    [("Remove it: Other allows it", ""), ("In the spec", PORTS), ("", PORTS)],
)
def test_what_cdk_makes(head: str, code: str) -> None:
    """The construct is named in whole sentences, which are no code in a template in JSON."""
    section = f"{head}:\n{code}" if head and code else code or f"{head}."
    found = for_json(fix_text(section, {}, (), CONSTRUCT))

    sentence, _, made = found.partition(":\n")
    assert "construct Shop/Web/Resource" in sentence
    assert head in sentence
    assert ";" not in sentence
    assert made == ('"Port": [\n  1,\n  2\n]' if code else "")
    assert bool(made) != sentence.endswith(".")
    assert ("so that its template has" in sentence) == bool(code)
    assert ("makes this" in sentence) != bool(code)


@pytest.mark.parametrize(
    ("rule", "path", "code", "told"),
    [
        (
            "TW203",
            "Shop/Api/Service",
            "AssignPublicIp: DISABLED",
            "Shop/Api|assign_public_ip=False",
        ),
        ("TW203", "Shop/Service", "AssignPublicIp: DISABLED", ""),
        ("TW203", "Shop/Api/Cfn", "AssignPublicIp: DISABLED", ""),
        (
            "TW101",
            "Shop/Web/LB/PublicListener/Resource",
            "Protocol: HTTPS",
            "Shop/Web|redirect_http",
        ),
        (
            "TW101",
            "Shop/Lb/Http/Resource",
            "RedirectConfig:",
            "Shop/Lb/Http|ListenerAction.redirect",
        ),
        ("TW101", "Shop/Nlb/Tcp/Resource", "Protocol: TLS", "Shop/Nlb/Tcp|elbv2.Protocol.TLS"),
        (
            "TW204",
            "Shop/Api/SecurityGroup/from 0.0.0.0_0:3000",
            "SourceSecurityGroupId: x",
            "Shop/Api/SecurityGroup|allow_from(<Shop/Lb>, ec2.Port.tcp(3000))",
        ),
    ],
)
def test_a_construct_of_the_library(rule: str, path: str, code: str, told: str) -> None:
    """What CDK's library makes is changed at the library's construct, in Python's spelling."""
    on = replace(CONSTRUCT, construct=path)
    found = for_json(fix_text(code, {"balancer": "Shop/Lb", "port": "3000"}, (), on, rule))

    construct, _, wanted = told.partition("|")
    assert told == "" or f"at the construct {construct}" in found.partition("\n")[0]
    assert wanted in found.partition(":\n")[2]
    assert ("in Python" in found) == bool(told)


@pytest.mark.parametrize(
    ("rule", "path", "code", "told"),
    [
        ("TW102", "Shop/Web/LB/PublicListener/Resource", "", "Shop/Web|SslPolicy.RECOMMENDED_TLS"),
        ("TW102", "Shop/Http/Resource", "SslPolicy: x", "Shop/Http|SslPolicy.RECOMMENDED_TLS"),
        ("TW102", "Shop/Http/Resource", "", ""),
        (
            "TW103",
            "Shop/Web/LB/PublicListener/ECSGroup/Resource",
            "",
            "Shop/Web|target_protocol=elbv2.ApplicationProtocol.HTTPS",
        ),
        (
            "TW103",
            "Shop/Tasks/Resource",
            "HealthCheckProtocol: HTTPS",
            "Shop/Tasks|elbv2.HealthCheck(protocol=elbv2.Protocol.HTTPS)",
        ),
        ("TW104", "Shop/Lb/Http/Resource", "Protocol: HTTPS", "Shop/Lb/Http|add_redirect()"),
        ("TW201", "Shop/Task/Resource", "", "Shop/Task|ecs.NetworkMode.AWS_VPC"),
        ("TW205", "Shop/Group/Resource", "SecurityGroupId: x", "Shop/Group|connections.allow_from"),
        ("TW207", "Shop/Db/SecurityGroup/Resource", "", "Shop/Db|allow_default_port_from"),
        (
            "TW207",
            "Shop/Db/SecurityGroup/from 0.0.0.0_0:5432",
            "",
            "Shop/Db|allow_default_port_from",
        ),
        ("TW210", "Shop/Group/Resource", "", "Shop/Group|allow_all_outbound=False"),
        ("TW406", "Shop/Ecr/Resource", "PrivateDnsEnabled: true", "Shop/Ecr|private_dns_enabled"),
        ("TW410", "Shop/Vpc/Resource", "", 'Shop/Vpc|add_gateway_endpoint("S3"'),
        ("TW603", "Shop/Api/Service", "Subnets: []", "Shop/Api|SubnetType.PRIVATE_WITH_EGRESS"),
        ("TW605", "Shop/Db/Resource", "PubliclyAccessible: false", "Shop/Db|publicly_accessible=F"),
        ("TW701", "Shop/Vpc/Resource", "", 'Shop/Vpc|add_flow_log("FlowLog")'),
        ("TW702", "Shop/Vpc/Log/FlowLog", "", "Shop/Vpc/Log|ec2.FlowLogTrafficType.ALL"),
        ("TW703", "Shop/Vpc/Log/FlowLog", "", "Shop/Vpc/Log|ec2.LogFormat.VPC_ID"),
        ("TW704", "Shop/Vpc/Log/FlowLog", "", "Shop/Vpc/Log|ec2.LogFormat.ECS_TASK_ID"),
        (
            "TW705",
            "Shop/Lb/Resource",
            "LoadBalancerAttributes: []",
            "Shop/Lb|log_access_logs(<bucket>)",
        ),
        (
            "TW707",
            "Shop/Vpc/Log/FlowLog",
            "",
            "Shop/Vpc/Log|ec2.FlowLogMaxAggregationInterval.ONE_MINUTE",
        ),
    ],
)
def test_what_each_rule_wants_of_a_construct(rule: str, path: str, code: str, told: str) -> None:
    """Of several spellings for a rule the one that fits the construct and its template."""
    construct, _, wanted = told.partition("|")

    found, spelling = in_cdk(rule, path, code)

    assert found == construct
    assert wanted in spelling
    assert bool(spelling) == bool(told)


def test_what_a_downloaded_module_makes() -> None:
    """It is named from where the module is called, which is what the user can change."""
    place = CONSTRUCT.header
    calls = (ModuleCall("module.net", place), ModuleCall("module.vpc", place, downloaded=True))
    made = 'module.net["a"].module.vpc.aws_vpc.this[0]'
    on = Origin("module.net.module.vpc.aws_vpc.this", made, place, "terraform", calls)

    for meant, told in ((made, f'"<{made}>"'), ('module.net["a"].aws_vpc.own', "aws_vpc.own.id")):
        found = fix_text("vpc_id = <vpc>.id", {"vpc": meant}, (), on)
        assert found.splitlines()[0] == f"vpc_id = {told}"


IN_HCL = Origin("aws_vpc_endpoint.x", "aws_vpc_endpoint.x", CONSTRUCT.header, "terraform")
IN_TEMPLATE = replace(CONSTRUCT, construct=None)


def _told(on: Origin, *changes: tuple[str, NewValue], form: Literal["set", "text"] = "set") -> str:
    """The fix text for changes of one resource, each by its path and value."""
    made = [
        AttributeChange(AttributePath(on.address, path), wanted, wanted, form=form)
        for path, wanted in changes
    ]
    return fix_text("", {}, made, on)


OWN: NewValue = {"aws:PrincipalOrgID": "o-1"}
OWN_IN_HCL = '{ "aws:PrincipalOrgID" = "o-1" }'


@pytest.mark.parametrize("form", ["set", "text"])
def test_what_two_statements_need_is_said_once(form: Literal["set", "text"]) -> None:
    """In a document and in a text of JSON; what differs is said of each."""
    first, second = (f"policy.Statement[{n}].Condition.StringEquals" for n in (0, 1))
    other: NewValue = {"aws:PrincipalOrgID": "o-2"}

    same = _told(IN_HCL, (first, OWN), (second, OWN), form=form)
    different = _told(IN_HCL, (first, OWN), (second, other), form=form)

    assert (same.count("StringEquals"), same.count("o-1")) == (1, 1)
    assert (different.count("o-1"), different.count("o-2")) == (1, 1)


@pytest.mark.parametrize(
    ("on", "changes", "told"),
    [
        (IN_HCL, [("policy.Statement[+]", ({"Effect": "Deny"},))], '{ Effect = "Deny" }'),
        (
            IN_HCL,
            [("policy.Statement[+]", ({"A": "b"}, {"A": "c"}))],
            '{ A = "b" },\n{ A = "c" }',
        ),
        (IN_HCL, [("policy.Statement[0].Action", "a")], 'Action = "a"'),
        (
            IN_HCL,
            [("policy.Statement[0].Condition.StringEquals", OWN)],
            'Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-1" } }',
        ),
        (IN_HCL, [("policy.Statement[0].Condition.Test", "a")], 'Test = "a"'),
        (IN_HCL, [("policy.Statement[0].Condition", OWN)], f"Condition = {OWN_IN_HCL}"),
        (IN_HCL, [("policy.Statement[0].Principal.AWS", ("a", "b"))], 'AWS = ["a", "b"]'),
        (
            IN_HCL,
            [("ingress[1].from_port", 1), ("ingress[1].to_port", 2)],
            "from_port = 1\nto_port   = 2",
        ),
        (IN_HCL, [("a.b.c", 1)], "a {\n  b {\n    c = 1\n  }\n}"),
        (IN_HCL, [("a.b", 1), ("a.c", 2)], "a {\n  b = 1\n  c = 2\n}"),
        (IN_HCL, [("a", {"b": 1}), ("a", {"c": 2})], "a {\n  b = 1\n  c = 2\n}"),
        (IN_HCL, [("a", 1), ("a", 2)], "a = 2"),
        (IN_HCL, [("a", 1), ("a", {"b": 2})], "a {\n  b = 2\n}"),
        (IN_HCL, [("a", {"b": 2}), ("a", 1)], "a = 1"),
        (IN_HCL, [("", {"a": 1}), ("", {"b": 2})], "a = 1\nb = 2"),
        (IN_TEMPLATE, [("A.B", 1), ("A.C", ({"D": "e"},))], "A:\n  B: 1\n  C:\n    - D: e"),
        (IN_TEMPLATE, [('["a.b"].c', 1)], "a.b:\n  c: 1"),
        (IN_TEMPLATE, [("L[*].A", 1)], "A: 1"),
    ],
)
def test_changes_are_said_together(
    on: Origin, changes: list[tuple[str, NewValue]], told: str
) -> None:
    """Behind the last index of a path, which says which of several is meant."""
    assert _told(on, *changes) == told


def test_whose_attribute_it_is_is_said_of_another_resource() -> None:
    """Its own comes first, without its name."""
    changes = [
        AttributeChange(AttributePath(address, "a"), number, number)
        for number, address in enumerate(("t_t.b", "module.m.t_t.c", IN_HCL.address))
    ]

    told = fix_text("", {}, changes, IN_HCL)

    assert told == "a = 2\n# t_t.b\na = 0\n# module.m.t_t.c\na = 1"


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ("A: !Ref B", '"A": {"Ref": "B"}'),
        ("A: !GetAtt B.C.D", '"A": {"Fn::GetAtt": ["B", "C.D"]}'),
        ("A: !Condition B", '"A": {"Condition": "B"}'),
        ("A: !Sub ${B}", '"A": {"Fn::Sub": "${B}"}'),
        ("A: <a bucket>", '"A": "<a bucket>"'),
        ("A: <a", '"A": "<a"'),
        ("A: a>", '"A": "a>"'),
        ("A: 1\nB: '1'\nC: true", '"A": 1,\n"B": "1",\n"C": true'),
        ("A: {B: [c, 2]}", '"A": {\n  "B": [\n    "c",\n    2\n  ]\n}'),
        ("- A: b\n- c", '{\n  "A": "b"\n},\n"c"'),
        ("- !Ref B", '{"Ref": "B"}'),
    ],
)
def test_code_for_a_template_in_json(code: str, made: str) -> None:
    """Functions by their long names, and texts in quotation marks."""
    assert for_json(f"Do it:\n{code}") == f"Do it:\n{made}"


@pytest.mark.parametrize("text", ["Do it.", "Do it:\nA: [", "Do it:\necho a"])
def test_what_is_no_code_of_a_template(text: str) -> None:
    """It is said as it is: a sentence, or a line of user data."""
    assert for_json(text) == text
