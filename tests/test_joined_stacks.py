"""A stack that is cut in two and tied together again gets the verdicts of the whole."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import storefronts
import storefronts_cloudformation
import storefronts_terraform
from budgets import examples
from storefronts import Shop
from taskwall.api.options import resolved_options
from taskwall.api.scan import Options, scan
from taskwall.engine.judge import judge
from taskwall.readers import cloudformation, terraform
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs
from taskwall.sources import stacks as reading
from taskwall.sources.nearby import ReadCache


def told(texts: Mapping[str, object]) -> Counter[tuple[str, str, str]]:
    """How often each rule gives each verdict, by the names of resources within their templates.

    Of unknowns only the rule counts: some stand on the first of several, in the order of files. So
    it is with TW212, where of two equal permissions the one stays whose whole name comes first.
    """
    files = Files({name: json.dumps(text, indent=1) for name, text in texts.items()})
    return told_of(list(texts), files, "/shop")


def told_of(templates: Sequence[str], files: Files, boundary: str) -> Counter[tuple[str, str, str]]:
    """The same of the templates of some files."""
    (stack,), errors = cloudformation.stacks(templates, files, Inputs(boundary=boundary))
    assert errors == []
    judgement = judge(stack, all_rules(), Settings(show=("fail", "unknown", "pass")))
    assert (judgement.errors, judgement.crashes) == ((), ())
    found = [one.finding for one in judgement.findings]
    return Counter(
        (
            one.rule,
            one.verdict,
            "" if one.verdict == "unknown" or one.rule == "TW212" else last(one.resource),
        )
        for one in found
    )


def last(address: str) -> str:
    """The logical id at the end of an address."""
    return address.rpartition("/")[2]


PARENT = """\
Parameters: {Stage: {Type: String, Default: prod}}
Resources:
  Net:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: parts/net.yaml, Parameters: {Stage: !Ref Stage}}
  App:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: parts/app.yaml, Parameters: {Group: !GetAtt Net.Outputs.Group}}
"""
NET = """\
Parameters: {Stage: {Type: String, Default: prod}}
Conditions: {IsDev: !Equals [!Ref Stage, dev]}
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 80
          ToPort: 80
          CidrIp: !If [IsDev, 0.0.0.0/0, 10.0.0.0/8]
Outputs:
  Group: {Value: !Ref Group}
"""
APP = """\
Parameters: {Group: {Type: String}}
Resources:
  Cluster: {Type: AWS::ECS::Cluster}
  Service:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !Ref Cluster
      LaunchType: FARGATE
      TaskDefinition: !Ref Task
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [subnet-1], SecurityGroups: [!Ref Group]}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties: {NetworkMode: awsvpc, RequiresCompatibilities: [FARGATE]}
"""


def scanned(folder: Path, path: str, **options: str) -> list[tuple[str, str, str | None]]:
    """Resource, file and `when` of each opening to the internet that scanning a path tells."""
    report = scan(
        Options(paths=(path,), select=("TW204",), cwd=str(folder), **options)  # type: ignore[arg-type]
    )
    assert report.document.errors == ()
    return [(one.resource, one.file, one.when) for one in report.document.findings]


def test_a_template_given_by_itself_is_read_within_its_stack(tmp_path: Path) -> None:
    """Its own findings are shown, and those of others of its set whose chain goes through it."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "parts").mkdir()
    alone = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n"
    kind = "AWS::CloudFormation::Stack"
    nested = f"  Alone:\n    Type: {kind}\n    Properties: {{TemplateURL: alone.yaml}}\n"
    for name, text in (
        ("main", PARENT + nested),
        ("parts/net", NET),
        ("parts/app", APP),
        ("alone", alone),
    ):
        (tmp_path / f"{name}.yaml").write_text(text)
    found = [("Net/Group", "parts/net.yaml", "Stage is dev")]

    assert scanned(tmp_path, ".") == []
    assert scanned(tmp_path, ".", scenarios="all") == found
    assert scanned(tmp_path, "parts/net.yaml", scenarios="all") == found
    assert scanned(tmp_path, "parts/app.yaml", scenarios="all") == found
    assert scanned(tmp_path, "alone.yaml", scenarios="all") == []


def test_templates_given_one_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is read within its stacks, and all together hardly more often than at once."""
    (tmp_path / ".git").mkdir()
    group = NET.partition("Outputs:")[0]
    for name in ("one", "two", "three", "four", "five"):
        (tmp_path / f"{name}.yaml").write_text(
            group + "Outputs:\n  Group:\n    Value: !Ref Group\n"
            '    Export: {Name: !Sub "${AWS::StackName}-Group"}\n'
        )
    for number in range(8):
        text = APP.replace("!Ref Group", '"Fn::ImportValue": !Sub "${Group}-Group"')
        (tmp_path / f"app{number}.yaml").write_text(text)
    read: list[int] = []
    stacks = reading._read

    def counted(paths: Sequence[str], *others: Any) -> Any:
        read.append(len(paths))
        return stacks(paths, *others)

    monkeypatch.setattr(reading, "_read", counted)
    known = ReadCache()
    paths = [str(path) for path in sorted(tmp_path.glob("*.yaml"))]
    for path in paths:
        asked = resolved_options(Options(paths=(path,)))
        found = asked.read(Files(), known)
        assert [one.stack.files for one in found.reads] == [frozenset((path,))]
    assert sum(read) < 3 * len(paths)


SERVICE = """
Parameters: {Net: {Type: String}}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      ContainerDefinitions: [{Name: a, Image: a, PortMappings: [{ContainerPort: 80}]}]
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      TaskDefinition: !Ref Task
      NetworkConfiguration:
        AwsvpcConfiguration:
          AssignPublicIp: ENABLED
          SecurityGroups: [!ImportValue {"Fn::Sub": "${Net}-Group"}]
          Subnets: [subnet-1]
"""


def test_each_of_a_few_stacks_that_may_be_meant_is_followed(tmp_path: Path) -> None:
    """What holds for one of them is a fail with its setting, what holds for all is one without."""
    group = """
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: for tasks
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: CIDR}]
Outputs:
  Group: {Value: !Ref Group, Export: {Name: !Sub "${AWS::StackName}-Group"}}
"""
    (tmp_path / "open.yaml").write_text(group.replace("CIDR", "0.0.0.0/0"))
    (tmp_path / "closed.yaml").write_text(group.replace("CIDR", "10.0.0.0/8"))
    (tmp_path / "app.yaml").write_text(SERVICE)
    report = scan(Options(paths=(str(tmp_path),), select=("TW203", "TW204", "TW206"), show=SHOWN))
    told = {(one.rule, one.verdict, one.resource, one.when) for one in report.document.findings}
    assert told == {
        ("TW203", "fail", "Service", None),
        ("TW204", "fail", "open/Group", WHEN),
    }


WHEN = "stack ${Net} (of closed.yaml and open.yaml) is open.yaml"


def test_an_empty_default_names_no_stack(tmp_path: Path) -> None:
    """What is to name the stack of which a template imports is for somebody to give."""
    group = """
Resources: {Group: {Type: "AWS::EC2::SecurityGroup", Properties: {GroupDescription: g}}}
Outputs:
  Group: {Value: !Ref Group, Export: {Name: !Sub "${AWS::StackName}-Group"}}
"""
    (tmp_path / "net.yaml").write_text(group)
    service = SERVICE.replace("{Net: {Type: String}}", "{ParentStack: {Type: String, Default: ''}}")
    (tmp_path / "app.yaml").write_text(service.replace("${Net}", "${ParentStack}"))
    ties = scan(Options(paths=(str(tmp_path / "app.yaml"),))).document.ties

    assert [(Path(one.to_stack or "").name, one.by) for one in ties] == [("net.yaml", "export")]


SHOWN = ("fail", "unknown")
NAMED = """\
Parameters: {Stage: {Type: String}}
Resources:
  Cluster: {Type: "AWS::ECS::Cluster", Properties: {ClusterName: !Ref "AWS::StackName"}}
  Instances:
    Type: AWS::EC2::Instance
    Properties:
      SubnetId: subnet-1
      UserData:
        Fn::Base64: !Sub "#!/bin/bash\\necho ECS_CLUSTER=${Cluster} >> /etc/ecs/ecs.config"
Outputs:
  Group: {Value: sg-1, Export: {Name: !Sub "${AWS::StackName}-group"}}
"""
NAMING = """\
Parameters: {Place: {Type: String}, Other: {Type: String}}
Resources:
  Service:
    Type: AWS::ECS::Service
    Properties: {Cluster: !Ref Place, LaunchType: EC2, TaskDefinition: !Ref Task}
  Task: {Type: "AWS::ECS::TaskDefinition", Properties: {NetworkMode: host}}
  Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: {Fn::ImportValue: !Sub "${Place}-group"}, IpProtocol: "-1"}
"""


@pytest.mark.parametrize(
    ("export", "used", "verdict"),
    [
        ("${AWS::StackName}-group", "Place", "fail"),
        ("${AWS::StackName}-group", "Other", "unknown"),
        ("${Stage}-group", "Place", "unknown"),
        ("prod-group", "Place", "unknown"),
    ],
)
def test_a_parameter_that_says_whose_export_is_imported_is_the_name_of_that_stack(
    export: str, used: str, verdict: str, tmp_path: Path
) -> None:
    """Also elsewhere: a cluster of the stack's name is the one that a service of it runs in."""
    (tmp_path / "named.yaml").write_text(NAMED.replace("${AWS::StackName}-group", export))
    naming = NAMING.replace("Cluster: !Ref Place", f"Cluster: !Ref {used}")
    (tmp_path / "naming.yaml").write_text(naming)
    document = scan(Options(paths=(str(tmp_path),), select=("TW502",), show=SHOWN)).document

    assert (document.errors, len(document.ties)) == ((), 1)
    told = {one.rule: one.verdict for one in document.findings}
    assert told == {"TW502": verdict}


@pytest.mark.parametrize(
    ("joined", "exported", "verdict"),
    [
        ("${Name}", "!Ref Name", "fail"),
        ("${Stage}-${Name}", '!Sub "${Stage}-${Name}"', "fail"),
        ("${Name}", "!Ref Stage", "unknown"),
        ("${Stage}-${Name}", '!Sub "${Name}-${Stage}"', "unknown"),
    ],
)
def test_an_input_of_one_template_that_another_imports(
    joined: str, exported: str, verdict: str, tmp_path: Path
) -> None:
    """It is the same in both; one that is called alike in the other is not."""
    named = NAMED.replace("Stage: {Type", "Name: {Type: String}, Stage: {Type")
    named = named.replace("${Cluster}", joined).replace("Value: sg-1", f"Value: {exported}")
    (tmp_path / "named.yaml").write_text(named)
    naming = NAMING.partition("  Rule:")[0].replace("Place", "Name").replace("Other", "Stage")
    imported = 'Cluster: {Fn::ImportValue: !Sub "${Stage}-group"}'
    for cluster, expected in ((imported, verdict), ("Cluster: !Ref Name", "unknown")):
        (tmp_path / "naming.yaml").write_text(naming.replace("Cluster: !Ref Name", cluster))
        document = scan(Options(paths=(str(tmp_path),), select=("TW502",), show=SHOWN)).document
        assert {one.rule: one.verdict for one in document.findings} == {"TW502": expected}


THIRD = """\
Parameters: {Env: {Type: String}}
Resources: {Topic: {Type: "AWS::SNS::Topic"}}
Outputs: {Topic: {Value: !Ref Topic, Export: {Name: !Sub "${Env}-topic"}}}
"""


@pytest.mark.parametrize(
    ("named", "naming", "cluster", "verdict"),
    [
        ("${Stage}-group", "${Place}-group", "Place", "fail"),
        ("${Stage}-group", "${Place}-group", "Other", "unknown"),
        ("${Stage}-${Name}-group", "${Other}-${Place}-group", "Other", "fail"),
        ("${Stage}-${Name}-group", "${Place}-${Other}-group", "Other", "unknown"),
        ("${AWS::StackName}-group", "${Place}-group", "Place", "unknown"),
    ],
)
def test_inputs_by_which_templates_name_the_same_exports(
    named: str, naming: str, cluster: str, verdict: str, tmp_path: Path
) -> None:
    """They are the same, whatever they are called; others are not."""
    exporting = NAMED.replace("${AWS::StackName}-group", named).replace("${Cluster}", "${Stage}")
    exporting = exporting.replace("Stage: {Type", "Name: {Type: String}, Stage: {Type")
    importing = NAMING.replace("${Place}-group", naming)
    (tmp_path / "named.yaml").write_text(exporting)
    (tmp_path / "naming.yaml").write_text(importing.replace("Ref Place", f"Ref {cluster}"))
    document = scan(Options(paths=(str(tmp_path),), select=("TW502",), show=SHOWN)).document
    assert {one.rule: one.verdict for one in document.findings} == {"TW502": verdict}


def test_two_inputs_of_one_template_are_never_one(tmp_path: Path) -> None:
    """Who imports the same by two inputs may mean two stacks of one template."""
    (tmp_path / "named.yaml").write_text(
        NAMED.replace("${AWS::StackName}-group", "${Stage}-group").replace("${Cluster}", "${Stage}")
    )
    more = '  More: {Type: "AWS::SNS::Topic", Properties: {Name: !ImportValue {"Fn::Sub": "X"}}}\n'
    (tmp_path / "naming.yaml").write_text(
        NAMING.replace("${Place}-group", "${Other}-group") + more.replace("X", "${Place}-group")
    )
    document = scan(Options(paths=(str(tmp_path),), select=("TW502",), show=SHOWN)).document
    assert {one.rule: one.verdict for one in document.findings} == {"TW502": "unknown"}


LOCKED = """
Parameters: {Caller: {Type: String}}
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: for tasks
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 80
          ToPort: 80
          SourceSecurityGroupId: !ImportValue {"Fn::Sub": "${Caller}-Group"}
Outputs:
  Group: {Value: !Ref Group, Export: {Name: !Sub "${AWS::StackName}-Group"}}
"""


@pytest.mark.parametrize("names", [("one", "two"), ("lb", "one", "two")])
def test_stacks_do_not_import_from_each_other(names: Sequence[str], tmp_path: Path) -> None:
    """AWS refuses it: where an import may mean several stacks, it means none of these."""
    for name in names:
        text = LOCKED
        if name == "lb":
            text = LOCKED.replace(LOCKED[LOCKED.index("      Security") : LOCKED.index("Out")], "")
        (tmp_path / f"{name}.yaml").write_text(text)
    document = scan(Options(paths=(str(tmp_path),))).document
    assert document.errors == ()


def test_a_template_does_not_import_what_it_exports_itself(tmp_path: Path) -> None:
    """Of two that export `NAME-Group` the other one is meant, so that they are one stack."""
    balancer = LOCKED.replace(LOCKED[LOCKED.index("      Security") : LOCKED.index("Out")], "")
    (tmp_path / "balancer.yaml").write_text(balancer)
    (tmp_path / "hosts.yaml").write_text(LOCKED)
    document = scan(Options(paths=(str(tmp_path),))).document
    assert (document.summary.stacks, document.errors) == (1, ())


def test_imports_of_different_stacks_are_asked_apart(tmp_path: Path) -> None:
    """Files of one name may import from stacks of one name, each from others."""
    for folder, key, names in (("s1", "X", "ab"), ("s2", "Y", "cd")):
        for name in names:
            path = tmp_path / folder / name / "net.yaml"
            path.parent.mkdir(parents=True)
            cidr = "0.0.0.0/0" if name in "bd" else "10.0.0.0/8"
            text = LOCKED.replace("-Group", f"-{key}").partition("SourceSecurityGroupId")
            path.write_text(
                f"{text[0]}CidrIp: {cidr}\nOutputs:\n  Group: {{Value: !Ref Group, "
                f'Export: {{Name: !Sub "${{AWS::StackName}}-{key}"}}}}\n'
            )
        service = SERVICE.replace("${Net}-Group", f"${{Net}}-{key}")
        (tmp_path / folder / "app.yaml").write_text(service)
    report = scan(Options(paths=(str(tmp_path),), select=("TW204",), show=SHOWN))
    found = {(one.verdict, one.file[-13:]) for one in report.document.findings}
    assert found == {("fail", "s1/b/net.yaml"), ("fail", "s2/d/net.yaml")}


def test_inputs_that_a_third_template_makes_the_same(tmp_path: Path) -> None:
    """Two templates that import from one by their inputs have the same in these."""
    topic = (
        '  Alarm: {Type: "AWS::SNS::Topic", Properties: {Name: !ImportValue {"Fn::Sub": "X"}}}\n'
    )
    exporting = NAMED.replace("${AWS::StackName}-group", "group").replace("${Cluster}", "${Stage}")
    importing = NAMING.replace('!Sub "${Place}-group"', "group")
    (tmp_path / "third.yaml").write_text(THIRD)
    (tmp_path / "named.yaml").write_text(
        exporting[: exporting.index("Outputs:")]
        + topic.replace("X", "${Stage}-topic")
        + exporting[exporting.index("Outputs:") :]
    )
    (tmp_path / "naming.yaml").write_text(importing + topic.replace("X", "${Place}-topic"))
    document = scan(Options(paths=(str(tmp_path),), select=("TW502",), show=SHOWN)).document
    assert {one.rule: one.verdict for one in document.findings} == {"TW502": "fail"}


def test_whatever_a_stack_is_called_its_name_is_the_parameter(tmp_path: Path) -> None:
    """A condition that asks for one name changes nothing about whose name it is."""
    naming = NAMING.replace("  Rule:", "  Rule:\n    Condition: IsDev")
    naming += "Conditions: {IsDev: !Equals [!Ref Place, dev]}\n"
    (tmp_path / "named.yaml").write_text(NAMED)
    (tmp_path / "naming.yaml").write_text(naming)
    report = scan(Options(paths=(str(tmp_path),), select=("TW502",), show=SHOWN))

    assert [(one.verdict, one.when) for one in report.document.findings] == [("fail", None)]


def test_a_parameter_that_would_name_two_stacks_names_neither(tmp_path: Path) -> None:
    """No two stacks of an account have one name: nothing is made of it."""
    (tmp_path / "named.yaml").write_text(NAMED)
    (tmp_path / "other.yaml").write_text(
        NAMED.partition("Resources:")[0]
        + 'Resources: {Topic: {Type: "AWS::SNS::Topic"}}\n'
        + 'Outputs: {Id: {Value: sg-2, Export: {Name: !Sub "${AWS::StackName}-id"}}}\n'
    )
    more = """\
  More:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: {Fn::ImportValue: !Sub "${Place}-id"}, IpProtocol: "-1"}
"""
    (tmp_path / "naming.yaml").write_text(NAMING + more)
    report = scan(Options(paths=(str(tmp_path),), select=("TW502",), show=SHOWN))

    assert {one.verdict for one in report.document.findings} == {"unknown"}


class Cut:
    """Resources in two parts; what the second says of the first is handed over."""

    def __init__(self, resources: Mapping[str, object], first: set[str]) -> None:
        self.first = self._closed(resources, first)
        self.handed: dict[str, object] = {}
        self.base = {name: resources[name] for name in resources if name in self.first}
        self.rest = {
            name: self._cut(resources[name]) for name in resources if name not in self.first
        }

    def _closed(self, resources: Mapping[str, object], first: set[str]) -> set[str]:
        """The first part with all that it refers to."""
        while more := {n for one in first for n in named(resources[one])} - first:
            first = first | more
        return first

    def _cut(self, data: object) -> object:
        if isinstance(data, dict):
            if (name := reference(data)) in self.first:
                attribute = data["Fn::GetAtt"][1] if "Fn::GetAtt" in data else ""
                key = f"{name}{attribute}".replace(".", "")
                self.handed[key] = data
                return {"Handed": key}
            return {key: self._cut(value) for key, value in data.items()}
        if isinstance(data, list):
            return [self._cut(value) for value in data]
        return data


def reference(data: object) -> str:
    """The name of the resource that a function refers to; "" of anything else."""
    if isinstance(data, dict) and len(data) == 1:
        if isinstance(data.get("Ref"), str):
            return str(data["Ref"])
        if isinstance(data.get("Fn::GetAtt"), list):
            return str(data["Fn::GetAtt"][0])
    return ""


def named(data: object) -> set[str]:
    """The names of all resources that something refers to."""
    if name := reference(data):
        return {name}
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return set().union(*(named(one) for one in inner))


def put(data: object, way: str) -> object:
    """What was handed over, in one of the ways in which templates do it."""
    if isinstance(data, dict):
        if "Handed" in data:
            key = data["Handed"]
            if way == "parameter":
                return {"Ref": f"P{key}"}
            return {"Fn::ImportValue": {"Fn::Sub": f"${{Parent}}-{key}"}}
        return {key: put(value, way) for key, value in data.items()}
    if isinstance(data, list):
        return [put(value, way) for value in data]
    return data


HANDED = """\
Parameters: {Group: {Type: String}}
Resources:
  Balancer: {Type: "AWS::EC2::SecurityGroup", Properties: {VpcId: !ImportValue vpc}}
  Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: {GroupId: !Ref Group, IpProtocol: "-1", SourceSecurityGroupId: !Ref Balancer}
Outputs:
  Balancer: {Value: !Ref Balancer, Export: {Name: balancer}}
"""
FRONTED = """\
Resources:
  Vpc: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: "AWS::EC2::Subnet", Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24}}
  Group: {Type: "AWS::EC2::SecurityGroup", Properties: {VpcId: !Ref Vpc}}
  Lb:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Subnets: [!Ref Subnet], SecurityGroups: [!ImportValue balancer]}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Lb
      Port: 80
      Protocol: HTTP
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Targets}]
  Targets:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {Port: 80, Protocol: HTTP, TargetType: ip, VpcId: !Ref Vpc}
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      LoadBalancers: [{ContainerName: web, ContainerPort: 80, TargetGroupArn: !Ref Targets}]
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [!Ref Subnet], SecurityGroups: [!Ref Group]}
Outputs:
  Vpc: {Value: !Ref Vpc, Export: {Name: vpc}}
"""


@pytest.mark.parametrize(
    ("group", "verdict"),
    [
        ("!Ref Group", "unknown"),
        ("!Ref Balancer", "fail"),
        # None of the set exports that; of an import whose name is open nobody knows.
        ("!ImportValue elsewhere", "fail"),
        ("!ImportValue {Ref: Group}", "unknown"),
    ],
)
def test_a_rule_for_a_group_that_is_handed_over_may_be_for_this_one(
    group: str, verdict: str, tmp_path: Path
) -> None:
    """That nobody is let in is certain only where no template of the set writes such a rule."""
    other = HANDED.replace("GroupId: !Ref Group", f"GroupId: {group}")
    (tmp_path / "net.yaml").write_text(FRONTED)
    (tmp_path / "rules.yaml").write_text(other)
    report = scan(Options(paths=(str(tmp_path),), select=("TW213",), show=("fail", "unknown")))

    assert [one.verdict for one in report.document.findings] == [verdict]


def test_whom_such_a_rule_allows_is_perhaps_allowed(tmp_path: Path) -> None:
    """Nor is it certain that a group allows nobody else, of tasks or of a store."""
    store = """
  Store:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: mysql, DBSubnetGroupName: private, VPCSecurityGroups: [!Ref Held]}
  Held:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Vpc
      SecurityGroupIngress: [{IpProtocol: "-1", SourceSecurityGroupId: !Ref Group}]
  Alone:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [!Ref Subnet], SecurityGroups: [!Ref Own]}
  Own: {Type: "AWS::EC2::SecurityGroup", Properties: {VpcId: !Ref Vpc}}
Outputs:
"""
    open_ = HANDED.replace("SourceSecurityGroupId: !Ref Balancer", "CidrIp: 0.0.0.0/0")
    (tmp_path / "net.yaml").write_text(FRONTED.replace("\nOutputs:\n", store))
    (tmp_path / "rules.yaml").write_text(open_)
    rules = ("TW204", "TW205", "TW207", "TW215")
    report = scan(Options(paths=(str(tmp_path),), select=rules, show=("fail", "unknown")))

    told = {(one.rule, one.verdict, one.resource) for one in report.document.findings}
    assert told == {(rule, "unknown", "Rule") for rule in rules}


@examples(40)
@given(storefronts.shops(), st.data())
def test_joined_stacks_get_the_verdicts_of_the_whole(shop: Shop, data: st.DataObject) -> None:
    """Nested, deployed by Sceptre, or tied by exports: no verdict is lost, and none is new."""
    resources = storefronts_cloudformation.cloudformation(shop)
    first = data.draw(st.sets(st.sampled_from(sorted(resources)), min_size=1))
    cut = Cut(resources, first)
    whole = told({"/shop/whole.json": {"Resources": resources}})

    outputs = {key: {"Value": value} for key, value in cut.handed.items()}
    parameters = {f"P{key}": {"Type": "String"} for key in cut.handed}
    passed = {f"P{key}": {"Fn::GetAtt": ["Base", f"Outputs.{key}"]} for key in cut.handed}
    base = {"TemplateURL": "base.json"}
    rest = {"TemplateURL": "s3://bucket/rest.json", "Parameters": passed}
    stack = "AWS::CloudFormation::Stack"
    nested = {
        "/shop/main.json": {
            "Resources": {
                "Base": {"Type": stack, "Properties": base},
                "Rest": {"Type": stack, "Properties": rest},
            }
        },
        "/shop/base.json": {"Resources": cut.base, "Outputs": outputs, **FORMAT},
        "/shop/rest.json": {
            "Resources": put(cut.rest, "parameter"),
            "Parameters": parameters,
            **FORMAT,
        },
    }
    assert told(nested) == whole
    assert deployed_by_sceptre(cut, nested) == whole

    if not cut.handed:
        return
    exports = {
        key: {**output, "Export": {"Name": {"Fn::Sub": f"${{AWS::StackName}}-{key}"}}}
        for key, output in outputs.items()
    }
    tied = {
        "/shop/base.json": {"Resources": cut.base, "Outputs": exports, **FORMAT},
        "/shop/rest.json": {
            "Resources": put(cut.rest, "import"),
            "Parameters": {"Parent": {"Type": "String"}},
            **FORMAT,
        },
    }
    assert told(tied) == whole


def deployed_by_sceptre(
    cut: "Cut", templates: Mapping[str, object]
) -> Counter[tuple[str, str, str]]:
    """What is told of the parts of a cut whose outputs stack configs give to each other."""
    with TemporaryDirectory() as folder:
        given = "".join(f"  P{key}: !stack_output base.yaml::{key}\n" for key in cut.handed)
        texts = {
            "config/config.yaml": "project_code: shop\n",
            "config/base.yaml": "template: {path: base.json, type: file}\n",
            "config/rest.yaml": f"template_path: rest.json\nparameters:\n{given}",
            "templates/base.json": json.dumps(templates["/shop/base.json"], indent=1),
            "templates/rest.json": json.dumps(templates["/shop/rest.json"], indent=1),
        }
        for name, text in texts.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        parts = [str(Path(folder, name)) for name in texts if name.endswith(".json")]
        return told_of(parts, Files(), folder)


FORMAT = {"AWSTemplateFormatVersion": "2010-09-09"}


STATE = """
data "terraform_remote_state" "OTHER" {
  backend = "local"
  config  = { path = "../OTHER/terraform.tfstate" }
}
"""


def shared(block: str, there: Mapping[str, str], other: str) -> str:
    """A block of one root, where it speaks of resources of the other by that one's outputs."""
    for address, output in there.items():
        at = f"data.terraform_remote_state.{other}.outputs.{output}"
        block = re.sub(rf"(?<![\w.\"]){re.escape(address)}(?![\w-])", at, block)
    return block


def judged(texts: Mapping[str, str]) -> Counter[tuple[str, str]]:
    """How often each rule gives each verdict for the one stack that roots make together."""
    files = Files(dict(texts))
    (stack,), errors = terraform.stacks(list(texts), files, Inputs(boundary="/shop"))
    assert errors == []
    judgement = judge(stack, all_rules(), Settings(show=("fail", "unknown", "pass")))
    assert (judgement.errors, judgement.crashes) == ((), ())
    return Counter((one.finding.rule, one.finding.verdict) for one in judgement.findings)


@examples(40)
@given(storefronts.shops(), st.data())
def test_roots_that_read_each_other_get_the_verdicts_of_the_whole(
    shop: Shop, data: st.DataObject
) -> None:
    """Cut in two anywhere, each part reads of the other's state what it speaks of."""
    blocks = storefronts_terraform.terraform(shop)
    sides = data.draw(st.lists(st.booleans(), min_size=len(blocks), max_size=len(blocks)))
    roots: dict[str, list[str]] = {"one": [], "two": []}
    addresses: dict[str, dict[str, str]] = {"one": {}, "two": {}}
    for block, side in zip(blocks, sides, strict=True):
        found = re.match(r'(resource|data) "([\w-]+)" "([\w-]+)"', block)
        assert found
        name = "one" if side else "two"
        roots[name].append(block)
        address = ".".join(found.groups()[found[1] == "resource" :])
        addresses[name][address] = address.replace(".", "-")
    texts = {}
    for name, other in (("one", "two"), ("two", "one")):
        lines = [STATE.replace("OTHER", other)]
        lines += [shared(block, addresses[other], other) for block in roots[name]]
        lines += [
            f'output "{output}" {{\n  value = {address}\n}}'
            for address, output in addresses[name].items()
        ]
        texts[f"/shop/{name}/main.tf"] = "\n\n".join(lines) + "\n"
    assert judged(texts) == judged({"/shop/main.tf": "\n\n".join(blocks) + "\n"})
