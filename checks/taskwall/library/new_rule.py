"""The files that `taskwall rules new` writes: a rule to begin with, and its fixtures."""

from collections.abc import Mapping

_RULE = '''"""{id}: Services have no public address.

What: A service gives its tasks a public IPv4 address. Replace this by what your rule is about.
Why: Say what may go wrong, and for whom.
Terraform: assign_public_ip = false
CloudFormation: AssignPublicIp: DISABLED
"""

from collections.abc import Iterator

from taskwall import Network, Verdict, rule


@rule("medium")
def {function}(network: Network) -> Iterator[Verdict]:
    for service in network.services:
        yield Verdict(
            service,
            service.public_address,
            service.public_address.is_(True, "ENABLED"),
            f"{{service.name}} gives its tasks a public address",
            holds=f"{{service.name}} gives its tasks no public address",
        )
'''

_TERRAFORM = """# {about}
resource "aws_ecs_service" "api" {{
  name            = "api"
  cluster         = "main"
  task_definition = "api:1"

  network_configuration {{
    subnets          = ["subnet-1"]
    security_groups  = ["sg-1"]
    assign_public_ip = {terraform} # {mark}
  }}
}}
"""

_CLOUDFORMATION = """# {about}
Resources:
  Api:
    Type: AWS::ECS::Service
    Properties:
      Cluster: main
      TaskDefinition: api:1
      NetworkConfiguration:
        AwsvpcConfiguration:
          Subnets: [subnet-1]
          SecurityGroups: [sg-1]
          AssignPublicIp: {cloudformation} # {mark}
"""


def new_rule(id_: str, name: str) -> Mapping[str, str]:
    """The texts of a rule's file and its fixtures, by their paths.

    Args:
        id_: the rule's id, such as ACME101.
        name: what it is about in small letters, words joined by underscores.
    """
    stem = id_.lower()
    found = {f"{stem}_{name}.py": _RULE.format(id=id_, function=name)}
    cases = (
        ("fail", "A service whose tasks get a public address", "true", "ENABLED", id_),
        ("pass", "A service whose tasks get none", "false", "DISABLED", f"{id_} ok"),
    )
    for case, about, terraform, cloudformation, mark in cases:
        for file, text in (("main.tf", _TERRAFORM), ("template.yaml", _CLOUDFORMATION)):
            found[f"fixtures/{stem}/{case}/{file}"] = text.format(
                about=about, terraform=terraform, cloudformation=cloudformation, mark=mark
            )
    return found
