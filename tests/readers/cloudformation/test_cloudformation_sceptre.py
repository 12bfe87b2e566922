"""Stacks that Sceptre deploys are nested, with what their stack configs give to them."""

from pathlib import Path

import pytest

from taskwall.api.scan import Options, scan
from taskwall.core.values import Items, Known, Span, Unknown, Value, dereferenced, symbol
from taskwall.readers import cloudformation
from taskwall.readers.cloudformation import sceptre
from taskwall.readers.cloudformation.neighbours import Neighbours
from taskwall.source.files import Files
from taskwall.source.stack import Inputs, SourceError, Stack

PROJECT = {
    "config/config.yaml": "project_code: shop\nregion: eu-west-1\n",
    "config/prod/network.yaml": "template: {path: network.yaml, type: file}\n",
    "config/prod/apps/web.yaml": """\
template: {path: apps/service.yaml, type: file}
parameters:
  Name: web
  Subnets: !stack_output prod/network.yaml::Subnet
""",
    "templates/network.yaml": """\
Resources:
  Subnet: {Type: AWS::EC2::Subnet, Properties: {CidrBlock: 10.0.0.0/24}}
Outputs:
  Subnet: {Value: !Ref Subnet}
""",
    "templates/apps/service.yaml": """\
Parameters:
  Name: {Type: String, Default: none}
  Subnets: {Type: CommaDelimitedList}
Resources:
  Service:
    Type: AWS::ECS::Service
    Properties:
      ServiceName: !Ref Name
      NetworkConfiguration: {AwsvpcConfiguration: {Subnets: !Ref Subnets}}
""",
}


def written(root: Path, **texts: str) -> tuple[list[Stack], list[SourceError]]:
    """The stacks of the project below a folder, with other texts of some files (`config__x`)."""
    given = {f"{name.replace('__', '/')}.yaml": text for name, text in texts.items()}
    for name, text in (PROJECT | given).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    templates = sorted(map(str, (root / "templates").rglob("*.yaml")))
    stacks, errors = cloudformation.stacks(templates, Files(), Inputs(boundary=str(root)))
    return list(stacks), errors


def services(stacks: list[Stack]) -> dict[str, dict[str, Value]]:
    """The name and subnets of all services, by address."""
    found = {}
    for stack in stacks:
        for one in stack.evaluate({}).resources:
            if one.type == "AWS::ECS::Service":
                body = one.body.fields
                network = body["NetworkConfiguration"]
                subnets = network.fields["AwsvpcConfiguration"].fields["Subnets"]  # type: ignore[union-attr]
                found[one.origin.address] = {"Name": body["ServiceName"], "Subnets": subnets}
    return found


def text(value: Value) -> object:
    """What is known of a value: itself, its elements, what it names, or what it waits for."""
    found = dereferenced(value)
    if isinstance(found, Items):
        return [text(one) for one in (*found.items, *found.rest)]
    if isinstance(found, Unknown):
        return " and ".join(str(need) for need in found.needs)
    return str(found.data) if isinstance(found, Known) else symbol(value)


def test_stacks_of_a_folder_are_one(tmp_path: Path) -> None:
    """They are nested in what is named by the folder, with what their configs give."""
    stacks, errors = written(tmp_path)
    assert errors == []
    assert [stack.name for stack in stacks] == [str(tmp_path / "config/prod")]
    found = services(stacks)["prod/apps/web/Service"]
    assert text(found["Name"]) == "web"
    assert text(found["Subnets"]) == ["prod/network/Subnet.Ref"]
    every = stacks[0].evaluate({}).resources
    called = {one.origin.called_from[0].place.file for one in every if one.type.endswith("Service")}
    assert called == {str(tmp_path / "config/prod/apps/web.yaml")}
    assert str(tmp_path / "config/config.yaml") in stacks[0].files


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("!stack_output prod/network::Subnet", ["prod/network/Subnet.Ref"]),
        ("!stack_output net.yaml::Subnet", ["net.yaml::Subnet is not in the sources"]),
        ("!stack_output_external shop-prod-network::Subnet", ["prod/network/Subnet.Ref"]),
        ("!stack_output_external shop-prod-network::Subnet admin",
         ["shop-prod-network::Subnet admin is not in the sources"]),
        ("!stack_output prod/{{ x }}.yaml::Subnet",
         ["an expression of Jinja is filled in by Sceptre"]),
        ("!stack_output_external other::Subnet", ["other::Subnet is not in the sources"]),
        ("subnet-1, subnet-2", ["subnet-1", "subnet-2"]),
        ("[subnet-1, !stack_output prod/network.yaml::Subnet, !no_value '']",
         ["subnet-1", "prod/network/Subnet.Ref"]),
        ("!stack_attr sceptre_user_data.subnets", ["subnet-3"]),
        ("!stack_attr sceptre_user_data.circle",
         ["what is too long to follow is filled in by Sceptre"]),
        ("!stack_attr sceptre_user_data.none", ["!stack_attr is filled in by Sceptre"]),
        ("!ssm /shop/subnet", ["!ssm is filled in by Sceptre"]),
        ("{{ var.subnet }}", ["an expression of Jinja is filled in by Sceptre"]),
        ("{a: b}", ["a mapping is filled in by Sceptre"]),
    ],
)  # fmt: skip
def test_what_a_parameter_is_given(tmp_path: Path, given: str, expected: object) -> None:
    """Outputs of the project and attributes are known, and what else Sceptre fills in is not."""
    web = PROJECT["config/prod/apps/web.yaml"]
    stacks, _ = written(
        tmp_path,
        config__prod__config="""\
sceptre_user_data:
  subnets: [subnet-3]
  circle: !stack_attr sceptre_user_data.circle
""",
        config__prod__apps__web=web[: web.index("  Subnets:")] + f"  Subnets: {given}\n",
    )
    found = text(services(stacks)["prod/apps/web/Service"]["Subnets"])
    assert found == expected


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (2, "prod/network/Subnet.Ref"),
        (1, "what is too long to follow is filled in by Sceptre"),
    ],
)
def test_how_much_that_parameters_are_given_is_followed(
    most: int, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many values of all stacks together."""
    monkeypatch.setattr(sceptre, "_MOST_NODES", most)
    stacks, _ = written(tmp_path)
    assert text(services(stacks)["prod/apps/web/Service"]["Subnets"]) == [expected]


def test_a_stack_beside_its_own(tmp_path: Path) -> None:
    """An output may be named from the folder of the config, and a template from the top."""
    stacks, _ = written(
        tmp_path,
        config__prod__web="""\
template_path: templates/apps/service.yaml
parameters: {Subnets: !stack_output network::Subnet}
""",
    )
    found = services(stacks)
    assert text(found["prod/web/Service"]["Subnets"]) == ["prod/network/Subnet.Ref"]
    assert text(found["prod/web/Service"]["Name"]) == "none"


@pytest.mark.parametrize(
    ("inheritance", "name"), [("", "none"), ("parameters_inheritance: merge\n", "apps")]
)
def test_what_a_group_gives(tmp_path: Path, inheritance: str, name: str) -> None:
    """Parameters of the nearest file count, or are merged with those of the files above."""
    web = "template: {path: apps/service.yaml}\nparameters: {Subnets: subnet-1}\n"
    stacks, _ = written(
        tmp_path,
        config__config=PROJECT["config/config.yaml"] + "parameters: {Name: all, Subnets: a}\n",
        config__prod__apps__config=f"parameters: {{Name: apps}}\n{inheritance}",
        config__prod__apps__web=web,
        config__prod__apps__other="template: {path: apps/service.yaml}\n",
    )
    found = services(stacks)
    web_ = found["prod/apps/web/Service"]
    assert (text(web_["Name"]), text(web_["Subnets"])) == (name, ["subnet-1"])
    assert text(found["prod/apps/other/Service"]["Name"]) == "apps"


def test_what_a_config_of_the_same_name_gives(tmp_path: Path) -> None:
    """A config inherits from those of its name in the folders above."""
    stacks, _ = written(
        tmp_path,
        config__web="template: {path: apps/service.yaml}\nparameters: {Name: top, Subnets: a}\n",
        config__prod__apps__web="{}\n",
    )
    assert text(services(stacks)["prod/apps/web/Service"]["Name"]) == "top"


UNREAD = [
    ("config__config", "project_code: x\n{% if a %}\nparameters: {}\n{% endif %}\n"),
    ("config__prod__config", "{% set a = 1 %}\n"),
    ("config__prod__config", "- a: [\n"),
    ("config__prod__config", "{{ key }}: {Name: web}\n"),
    ("config__prod__apps__web", "{% if a %}\ntemplate: {path: apps/service.yaml}\n{% endif %}\n"),
    ("config__prod__apps__web", "template_path: apps/service.yaml\n{{ more }}\n"),
    ("config__prod__apps__web", "template: {path: apps/service.yaml}\nparameters: [\n"),
    ("config__prod__apps__web", "template: {path: apps/service.yaml}\nparameters: {{ all }}\n"),
    ("config__prod__apps__web", "template: {path: apps/service.yaml}\nparameters: !file a\n"),
    ("config__prod__apps__web", "template: {path: apps/service.yaml}\nparameters: [a]\n"),
    ("config__prod__apps__web", "template: {path: apps/service.yaml}\nparameters: {{{ a }}: b}\n"),
]


@pytest.mark.parametrize(("name", "content"), UNREAD)
def test_parameters_that_are_not_all_known(tmp_path: Path, name: str, content: str) -> None:
    """None of them keeps its default."""
    found = services(written(tmp_path, **{name: content})[0])
    assert text(found["prod/apps/web/Service"]["Name"]) == (
        "prod/apps/web/Name is passed by the parent stack"
    )


def test_a_group_that_is_no_file_of_the_project(tmp_path: Path) -> None:
    """What a link out of the repository, or a pipe, would give is unknown."""
    written(tmp_path / "repository")
    (tmp_path / "config.yaml").write_text("parameters: {Name: web}\n")
    root = tmp_path / "repository"
    (root / ".git").mkdir()
    (root / "config/prod/config.yaml").symlink_to(tmp_path / "config.yaml")
    files = Files()
    files.confine((str(root),), ())
    templates = [str(root / "templates/apps/service.yaml"), str(root / "templates/network.yaml")]
    stacks, _ = cloudformation.stacks(templates, files, Inputs(boundary=str(root)))
    name = text(services(list(stacks))["prod/apps/web/Service"]["Name"])
    assert name == "prod/apps/web/Name is passed by the parent stack"


def test_parameters_of_an_attribute(tmp_path: Path) -> None:
    """All may be an attribute of the stack; a comment of Jinja is none of them."""
    web = """\
template: {path: apps/service.yaml}
sceptre_user_data: {all: {Name: web, Subnets: a}}
{# Name: other
   {% if a %} #}
parameters: !stack_attr sceptre_user_data.all
"""
    stacks, _ = written(tmp_path, config__prod__apps__web=web)
    assert text(services(stacks)["prod/apps/web/Service"]["Name"]) == "web"


def test_stacks_of_one_name(tmp_path: Path) -> None:
    """It is not known which of them is meant."""
    network = "template: {path: network.yaml}\nstack_name: net\n"
    web = PROJECT["config/prod/apps/web.yaml"]
    stacks, _ = written(
        tmp_path,
        config__prod__network=network,
        config__test__network=network,
        config__prod__apps__web=web.replace(
            "!stack_output prod/network.yaml", "!stack_output_external net"
        ),
    )
    subnets = text(services(stacks)["prod/apps/web/Service"]["Subnets"])
    assert subnets == ["net::Subnet is not in the sources"]


def test_environments_that_export_the_same(tmp_path: Path) -> None:
    """Each imports its own."""
    network = PROJECT["templates/network.yaml"]
    service = PROJECT["templates/apps/service.yaml"]
    config = "template: {path: apps/service.yaml}\nparameters: {Name: web, Subnets: a}\n"
    stacks, _ = written(
        tmp_path,
        templates__network=network.replace("!Ref Subnet}", "!Ref Subnet, Export: {Name: net}}"),
        templates__apps__service=service.replace("!Ref Subnets", "[!ImportValue net]"),
        config__prod__apps__web=config,
        config__test__network=PROJECT["config/prod/network.yaml"],
        config__test__web=config,
    )
    found = services(stacks)
    assert text(found["prod/apps/web/Service"]["Subnets"]) == ["prod/network/Subnet.Ref"]
    assert text(found["test/web/Service"]["Subnets"]) == ["test/network/Subnet.Ref"]


def test_very_long_parameters(tmp_path: Path) -> None:
    """Lists of lists of attributes are followed up to a bound."""
    data = "".join(
        f"  a{n}: [{', '.join([f'!stack_attr sceptre_user_data.a{n + 1}'] * 10)}]\n"
        for n in range(9)
    )
    web = PROJECT["config/prod/apps/web.yaml"]
    stacks, _ = written(
        tmp_path,
        config__prod__apps__web=web.replace("Name: web", "Name: !stack_attr sceptre_user_data.a0")
        + f"sceptre_user_data:\n{data}  a9: b\n",
    )
    assert "is too long" in str(services(stacks)["prod/apps/web/Service"]["Name"])


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("template: {path: '{{ x }}.yaml'}\n", "does not say which template it deploys"),
        ("template: {path: !var x}\n", "does not say which template it deploys"),
        ("{% include 'x' %}\n", "does not say which template it deploys"),
        ("template: {path: [\n", "cannot be parsed"),
    ],
)
def test_a_config_that_deploys_nobody_knows_what(tmp_path: Path, content: str, error: str) -> None:
    """It is an error: its template may be judged with other values."""
    _, errors = written(tmp_path, config__prod__apps__web=content)
    assert {one.place.file for one in errors} == {str(tmp_path / "config/prod/apps/web.yaml")}
    assert error in errors[0].message


def test_secrets_of_configs_are_not_shown(tmp_path: Path) -> None:
    """Neither what is called so, nor what a template hides."""
    service = PROJECT["templates/apps/service.yaml"].replace(
        "Parameters:", "Parameters:\n  Key: {Type: String, NoEcho: true}"
    )
    web = (
        "template: {path: apps/service.yaml}\n"
        "parameters: {Key: 4711, DbPassword: hunter2, Subnets: a}\n"
    )
    (stack, *_), _ = written(
        tmp_path, templates__apps__service=service, config__prod__apps__web=web
    )
    hidden = stack.secrets(str(tmp_path / "config/prod/apps/web.yaml"))
    line = web.split("\n")[1]
    shown = {line[one.column - 1 : one.end_column - 1] for one in hidden if one.line == 2}
    assert shown == {"4711", "hunter2"}


def test_folders_that_refer_to_each_other(tmp_path: Path) -> None:
    """Others are stacks by themselves; a config at the top is of none."""
    service = "template: {path: apps/service.yaml}\nparameters: {Subnets: "
    stacks, _ = written(
        tmp_path,
        config__dev__web=f"{service}subnet-1}}\n",
        config__test__web=f"{service}!stack_output prod/network.yaml::Subnet}}\n",
        config__web=f"{service}subnet-2}}\n",
    )
    names = {str(Path(stack.name).relative_to(tmp_path)): stack for stack in stacks}
    assert set(names) == {"config", "config/dev", "config/prod"}
    assert set(services([names["config/prod"]])) == {
        "prod/apps/web/Service",
        "test/web/Service",
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config__config", "region: eu-west-1\n"),
        ("config__config", "[\n"),
        ("config__prod__apps__web", "template: {type: http, url: https://example.com/x.yaml}\n"),
        ("config__prod__apps__web", "template: {path: ../../service.yaml}\n"),
        ("config__prod__apps__web", "template: {path: none.yaml}\n"),
        ("config__prod__apps__web", "parameters: {}\n"),
    ],
)
def test_what_is_no_stack(tmp_path: Path, name: str, content: str) -> None:
    """The template stands by itself, and its parameters have no values but their defaults."""
    found = services(written(tmp_path, **{name: content})[0])
    assert text(found["Service"]["Name"]) == "none"


def test_names_of_configs(tmp_path: Path) -> None:
    """Only files that end with .yaml are configs; dots in names are no folders."""
    web = PROJECT["config/prod/apps/web.yaml"]
    written(tmp_path)
    for name in ("apps/web.yml", "apps/config.other.yaml", "apps.web.yaml"):
        (tmp_path / "config/prod" / name).write_text(web.replace("Name: web", "Name: other"))
    names = {key: text(one["Name"]) for key, one in services(written(tmp_path)[0]).items()}
    assert names == {"prod/apps/web/Service": "web", "prod/apps.web/Service": "other"}


def test_folders_that_are_links(tmp_path: Path) -> None:
    """They are followed within the project, and not in circles."""
    written(tmp_path)
    (tmp_path / "config/test").symlink_to(tmp_path / "more")
    (tmp_path / "more").mkdir()
    (tmp_path / "config/prod/apps").rename(tmp_path / "more/apps")
    (tmp_path / "more/back").symlink_to(tmp_path / "config")
    templates = sorted(map(str, (tmp_path / "templates").rglob("*.yaml")))
    stacks, _ = cloudformation.stacks(templates, Files(), Inputs(boundary=str(tmp_path)))
    assert set(services(list(stacks))) == {"test/apps/web/Service"}


def test_an_output_that_is_not_there(tmp_path: Path) -> None:
    """It is an error where it is asked for."""
    web = PROJECT["config/prod/apps/web.yaml"].replace("::Subnet", "::Subnets")
    written(tmp_path, config__prod__apps__web=web)
    report = scan(Options(paths=(str(tmp_path),)))
    (error,) = report.document.errors
    assert (error.file.endswith("config/prod/apps/web.yaml"), error.line) == (True, 4)
    assert error.message == "prod/network has no output Subnets"


def test_templates_of_a_project_are_read_together(tmp_path: Path) -> None:
    """Who looks at one of them must see the others."""
    written(tmp_path)
    network, service = (
        str(tmp_path / "templates" / name) for name in ("network.yaml", "apps/service.yaml")
    )
    near = Neighbours([network, service], Files(), boundary=str(tmp_path))
    assert near.around([service]) == [network]


def test_a_value_of_a_config_is_no_default(tmp_path: Path) -> None:
    """A finding that it decides stands where it is given."""
    service = """\
Parameters:
  Public: {Type: String, Default: DISABLED}
Resources:
  Task: {Type: AWS::ECS::TaskDefinition, Properties: {NetworkMode: awsvpc}}
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      TaskDefinition: !Ref Task
      NetworkConfiguration: {AwsvpcConfiguration: {Subnets: [a], AssignPublicIp: !Ref Public}}
"""
    web = "template: {path: apps/service.yaml}\nparameters:\n  Public: ENABLED\n"
    written(tmp_path, templates__apps__service=service, config__prod__apps__web=web)
    report = scan(Options(paths=(str(tmp_path),)))
    (found,) = (one for one in report.findings if one.rule == "TW203" and one.verdict == "fail")
    assert (found.file.endswith("config/prod/apps/web.yaml"), found.line) == (True, 3)


def test_very_many_configs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read up to a bound, which is an error; so many stacks may be deployed."""
    for number in range(600):
        path = tmp_path / f"config/prod/more/{number:03}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("template: {path: network.yaml}\n")
    stacks, errors = written(tmp_path)
    assert errors == []
    assert len(stacks[0].evaluate({}).resources) > 600
    monkeypatch.setattr(sceptre, "MOST_CONFIGS", 1)
    stacks, errors = written(tmp_path)
    assert [one.message for one in errors] == [
        "is one of more than 1 stack configs: they are not read"
    ]
    assert [(one.place.line, one.place.end_line) for one in errors] == [(1, 1)]


def test_very_deep_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below a bound none is read, which is an error."""
    monkeypatch.setattr(sceptre, "_DEEPEST", 1)
    stacks, errors = written(tmp_path, config__zeta__more="template: {path: network.yaml}\n")

    at = Span(str(tmp_path / "config/prod/apps"), 1, 1, 1, 1)
    assert [(one.place, one.message) for one in errors] == [
        (at, "is more than 1 folders deep: what it deploys is not read")
    ]
    found = {one.origin.address for stack in stacks for one in stack.evaluate({}).resources}
    assert {one for one in found if one.endswith("Subnet")} == {
        "prod/network/Subnet", "zeta/more/Subnet",
    }  # fmt: skip
    assert not any(one.endswith("/Service") for one in found)


@pytest.mark.parametrize(
    "group",
    [
        "parameters: {{ common }}\nparameters_inheritance: merge\n",
        'parameters: {Name: a}\nparameters_inheritance: "{{ x }}"\n',
        "parameters: !file a\nparameters_inheritance: merge\n",
    ],
)
def test_parameters_that_are_merged_with_what_is_open(tmp_path: Path, group: str) -> None:
    """None of them keeps its default."""
    web = "template: {path: apps/service.yaml}\nparameters: {Subnets: a}\n"
    found = services(written(tmp_path, config__prod__config=group, config__prod__apps__web=web)[0])
    assert text(found["prod/apps/web/Service"]["Name"]) == (
        "prod/apps/web/Name is passed by the parent stack"
    )


SERVICE = "template: {path: apps/service.yaml}\n"
PASSED = "prod/apps/web/Name is passed by the parent stack"
JINJA = "an expression of Jinja is filled in by Sceptre"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (f"{SERVICE}parameters: {{Name: a}}\n", "a"),
        ("template_path: apps/service.yaml\nparameters: {Name: a}\n", "a"),
        ("template: {path: templates/apps/service.yaml}\nparameters: {Name: a}\n", "a"),
        (f"{SERVICE}parameters: {{Name: !no_value ''}}\n", "none"),
        (f"{SERVICE}parameters: {{Name: }}\n", "none"),
        (f"{SERVICE}parameters:\n", "none"),
        (SERVICE, "none"),
        (f"{{# {{% if x %}} #}}\n{SERVICE}parameters: {{Name: a}}\n", "a"),
        (f"{{# two\nlines #}}\n{SERVICE}parameters: {{Name: a}}\n", "a"),
        (f"{SERVICE}parameters: {{Name: 'a-{{{{ x }}}}'}}\n", JINJA),
        (f"{SERVICE}parameters: {{Name: {{{{ x }}}}}}\n", JINJA),
        (f"{SERVICE}parameters:\n  {{{{ x }}}}: a\n", PASSED),
        (f"{SERVICE}parameters: {{Name: a, '{{{{ x }}}}': b}}\n", PASSED),
        (f"{{{{ x }}}}: a\n{SERVICE}parameters: {{Name: a}}\n", PASSED),
        (f"{{% if x %}}\n{SERVICE}{{% endif %}}\nparameters: {{Name: a}}\n", PASSED),
        (f"{SERVICE}parameters: {{Name: {{{{ x }}, Other: a}}\n", PASSED),
        (f"{SERVICE}parameters: [a]\n", PASSED),
        (
            f"{SERVICE}parameters: !stack_attr sceptre_user_data\nsceptre_user_data: {{Name: b}}\n",
            "b",
        ),
        (f"{SERVICE}parameters: !stack_attr sceptre_user_data.none\n", "none"),
        (f"{SERVICE}parameters: {{Name: !stack_attr a.b.c}}\na: {{b: {{c: d}}}}\n", "d"),
        (f"{SERVICE}parameters: {{Name: !stack_attr project_code}}\n", "shop"),
        (f"stack_name: own\n{SERVICE}parameters: {{Name: !stack_attr stack_name}}\n", "own"),
    ],
)
def test_what_a_config_says_of_a_parameter(tmp_path: Path, content: str, name: str) -> None:
    """What it gives; where Jinja decides that, it is not known, and comments decide nothing."""
    stacks, errors = written(tmp_path, config__prod__apps__web=content)
    assert errors == []
    assert text(services(stacks)["prod/apps/web/Service"]["Name"]) == name


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("template: {path: '{{ x }}'}\n", [1]),
        ("template: {path: 'a/{{ x }}.yaml'}\n", [1]),
        ("template: {path: [a]}\n", [1]),
        ("{{ x }}\n", [1]),
        ("# all of it\n{{ include('web') }}\n", [1]),
        ("{% if x %}\nparameters: {Name: a}\n{% endif %}\n", [1]),
        ("a: b\ntemplate: [\n", [3, 1]),
        ("template: {type: http}\n", []),
        ("parameters: {Name: a}\n", []),
        ("5\n", []),
        ("", []),
    ],
)
def test_configs_of_which_it_is_not_known_what_they_deploy(
    tmp_path: Path, content: str, lines: list[int]
) -> None:
    """They are errors, unless they certainly deploy no template of the project."""
    stacks, errors = written(tmp_path, config__prod__apps__web=content)
    assert [one.place.line for one in errors] == lines
    assert {one.place.file for one in errors} <= {str(tmp_path / "config/prod/apps/web.yaml")}
    assert set(services(stacks)) == {"Service"}


@pytest.mark.parametrize(
    ("group", "own", "name"),
    [
        ("parameters: {Name: g}\n", "", "g"),
        ("parameters: {Name: g}\n", "parameters: {Subnets: s}\n", "none"),
        (
            "parameters: {Name: g}\nparameters_inheritance: merge\n",
            "parameters: {Subnets: s}\n",
            "g",
        ),
        (
            "parameters: {Name: g}\n",
            "parameters: {Subnets: s}\nparameters_inheritance: merge\n",
            "g",
        ),
        (
            "parameters: {Name: g}\nparameters_inheritance: merge\n",
            "parameters: {Name: o}\n",
            "o",
        ),
        (
            "parameters: {Name: g}\nparameters_inheritance: override\n",
            "parameters: {Subnets: s}\n",
            "none",
        ),
        (
            "parameters: {Name: g}\nparameters_inheritance: {{ x }}\n",
            "parameters: {Subnets: s}\n",
            PASSED,
        ),
        (
            "sceptre_user_data: {n: g}\n",
            "parameters: {Name: !stack_attr sceptre_user_data.n}\n",
            "g",
        ),
    ],
)
def test_what_is_inherited_from_a_group(tmp_path: Path, group: str, own: str, name: str) -> None:
    """As a whole, or member by member where it says so; what the config says comes first."""
    stacks, errors = written(
        tmp_path, config__prod__config=group, config__prod__apps__web=SERVICE + own
    )
    assert errors == []
    assert text(services(stacks)["prod/apps/web/Service"]["Name"]) == name


def test_a_template_from_elsewhere_below_a_group_that_cannot_be_read(tmp_path: Path) -> None:
    """The config says that it deploys none of the project, whatever the group gives."""
    _, errors = written(
        tmp_path,
        config__prod__config="{% if x %}\nparameters: {Name: a}\n{% endif %}\n",
        config__prod__apps__web="template: {type: http, url: https://example.com/x.yaml}\n",
    )
    assert errors == []
