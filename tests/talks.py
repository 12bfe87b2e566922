"""How the services of generated stacks talk to each other: by Service Connect, App Mesh or Lattice.

One description, written in both languages, as in `storefronts`, which puts it beside a shop.
"""

import json
from collections.abc import Mapping
from typing import Literal, TypeAlias

from hypothesis import strategies as st
from msgspec import Struct

Policy = Literal["lax", "blind", "tls", "mutual", None]
Body: TypeAlias = dict[str, object]
AUTHORITY = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/a"


class Reference(str):
    """An expression of Terraform among texts."""

    __slots__ = ()


class Talk(Struct, frozen=True):
    """What a service says of those that call it and that it calls. None: nothing is written."""

    egress: Literal["ALLOW_ALL", "DROP_ALL", None]
    mode: Literal["STRICT", "PERMISSIVE", None]
    validates: bool
    defaults: Policy
    own: Policy
    proxy: Literal["whole", "part", "stray", None]
    connect: Literal["plain", "tls", None]
    lattice: Literal["HTTP", "HTTPS", None]
    auth: Literal["NONE", "AWS_IAM", None]
    network: Literal["NONE", "AWS_IAM", None]
    check: Literal["verify", "passthrough", "lenient", None]


def talks() -> st.SearchStrategy[Talk]:
    """Any talk."""
    policies: st.SearchStrategy[Policy] = st.sampled_from((None, "lax", "blind", "tls", "mutual"))
    return st.builds(
        Talk,
        egress=st.sampled_from((None, "ALLOW_ALL", "DROP_ALL")),
        mode=st.sampled_from((None, "STRICT", "PERMISSIVE")),
        validates=st.booleans(),
        defaults=policies,
        own=policies,
        proxy=st.sampled_from((None, "whole", "part", "stray")),
        connect=st.sampled_from((None, "plain", "tls")),
        lattice=st.sampled_from((None, "HTTP", "HTTPS")),
        auth=st.sampled_from((None, "NONE", "AWS_IAM")),
        network=st.sampled_from((None, "NONE", "AWS_IAM")),
        check=st.sampled_from((None, "verify", "passthrough", "lenient")),
    )


def _hcl(body: Mapping[str, object], indent: str = "  ") -> str:
    """Attributes and blocks; a mapping under a key that ends in `=` is an attribute's value."""
    lines = []
    for key, value in body.items():
        if isinstance(value, Reference):
            lines.append(f"{indent}{key} = {value}\n")
        elif isinstance(value, Mapping) and not key.endswith("="):
            lines.append(f"{indent}{key} {{\n{_hcl(value, indent + '  ')}{indent}}}\n")
        else:
            lines.append(f"{indent}{key.rstrip('=')} = {json.dumps(value)}\n")
    return "".join(lines)


_FILE = ("file", "certificate_chain", "private_key"), ("File", "CertificateChain", "PrivateKey")


def _policy(policy: Policy, terraform: bool) -> Body:
    """A client policy: one that does not insist, trusts nobody, is whole, or has a certificate."""
    file, chain, key = _FILE[not terraform]
    client, tls, enforce, validation, trust, certificate = (
        ("client_policy", "tls", "enforce", "validation", "trust", "certificate")
        if terraform
        else ("ClientPolicy", "TLS", "Enforce", "Validation", "Trust", "Certificate")
    )
    trusted: Body = {trust: {} if policy == "blind" else {file: {chain: "/ca.pem"}}}
    said: Body = {enforce: policy != "lax", validation: trusted}
    if policy == "mutual":
        said[certificate] = {file: {chain: "/web.pem", key: "/web.key"}}
    return {client: {tls: said}} if policy else {}


def _listener(talk: Talk, terraform: bool) -> Body:
    file, chain, key = _FILE[not terraform]
    mapping, port, protocol, tls, mode, certificate, validation, trust = (
        ("port_mapping", "port", "protocol", "tls", "mode", "certificate", "validation", "trust")
        if terraform
        else (
            "PortMapping", "Port", "Protocol", "TLS", "Mode", "Certificate", "Validation", "Trust",
        )
    )  # fmt: skip
    body: Body = {mapping: {port: 8080, protocol: "http"}}
    if talk.mode:
        said: Body = {
            mode: talk.mode,
            certificate: {file: {chain: "/web.pem", key: "/web.key"}},
        }
        if talk.validates:
            said[validation] = {trust: {file: {chain: "/ca.pem"}}}
        body[tls] = said
    return body


def terraform(talk: Talk, n: str) -> list[str]:
    """The blocks of a talk in HCL; names end in `n`."""
    found: dict[tuple[str, str], Body] = {
        ("aws_appmesh_mesh", "talk"): {
            "name": "talk",
            **({"spec": {"egress_filter": {"type": talk.egress}}} if talk.egress else {}),
        },
        ("aws_appmesh_virtual_node", "talk"): {
            "name": "talk",
            "mesh_name": Reference(f"aws_appmesh_mesh.talk{n}.name"),
            "spec": {
                "listener": _listener(talk, True),
                "backend": {
                    "virtual_service": {"virtual_service_name": "api", **_policy(talk.own, True)}
                },
                **({"backend_defaults": _policy(talk.defaults, True)} if talk.defaults else {}),
            },
        },
    }
    task: Body = {
        "family": "talk",
        "network_mode": "awsvpc",
        "requires_compatibilities": ["FARGATE"],
        "container_definitions": Reference(
            'jsonencode([{ name = "web", portMappings = [{ containerPort = 80 }] },'
            ' { name = "envoy", environment = [{ name = "APPMESH_RESOURCE_ARN",'
            f" value = aws_appmesh_virtual_node.talk{n}.arn }}] }}])"
        ),
    }
    if talk.proxy:
        task["proxy_configuration"] = {
            "type": "APPMESH",
            "container_name": "other" if talk.proxy == "stray" else "envoy",
            "properties=": {"AppPorts": "81" if talk.proxy == "part" else "80"},
        }
    service: Body = {
        "name": "talk",
        "cluster": Reference(f"aws_ecs_cluster.c{n}.id"),
        "launch_type": "FARGATE",
        "task_definition": Reference(f"aws_ecs_task_definition.talk{n}.arn"),
    }
    if talk.connect:
        issuer = {"issuer_cert_authority": {"aws_pca_authority_arn": AUTHORITY}}
        tls: Body = {"tls": issuer} if talk.connect == "tls" else {}
        service["service_connect_configuration"] = {
            "enabled": True,
            "service": {"port_name": "http", **tls},
        }
    if talk.lattice:
        targets = Reference(f"aws_vpclattice_target_group.talk{n}.arn")
        service["vpc_lattice_configurations"] = {"port_name": "http", "target_group_arn": targets}
        own = Reference(f"aws_vpclattice_service.talk{n}.id")
        auth: Body = {"auth_type": talk.auth} if talk.auth else {}
        found[("aws_vpclattice_target_group", "talk")] = {"name": "talk", "type": "IP"}
        found[("aws_vpclattice_service", "talk")] = {"name": "talk", **auth}
        found[("aws_vpclattice_listener", "talk")] = {
            "protocol": talk.lattice,
            "service_identifier": own,
            "default_action": {"forward": {"target_groups": {"target_group_identifier": targets}}},
        }
        if talk.network:
            network = Reference(f"aws_vpclattice_service_network.talk{n}.id")
            found[("aws_vpclattice_service_network", "talk")] = {"auth_type": talk.network}
            found[("aws_vpclattice_service_network_service_association", "talk")] = {
                "service_identifier": own,
                "service_network_identifier": network,
            }
    if talk.check:
        found[("aws_lb_listener", "talk")] = {
            "protocol": "HTTPS",
            "mutual_authentication": {
                "mode": "verify" if talk.check == "lenient" else talk.check,
                **({"trust_store_arn": "arn:aws:x"} if talk.check == "verify" else {}),
                **({"ignore_client_certificate_expiry": True} if talk.check == "lenient" else {}),
            },
        }
    found[("aws_ecs_task_definition", "talk")] = task
    found[("aws_ecs_service", "talk")] = service
    return [f'resource "{t}" "{name}{n}" {{\n{_hcl(body)}}}' for (t, name), body in found.items()]


def cloudformation(talk: Talk, n: str) -> dict[str, dict[str, object]]:
    """The resources of a talk as CloudFormation has them; references end in `n`."""

    def ref(name: str) -> dict[str, str]:
        return {"Ref": name + n}

    found: dict[str, tuple[str, Body]] = {
        "TalkMesh": (
            "AWS::AppMesh::Mesh",
            {"Spec": {"EgressFilter": {"Type": talk.egress}}} if talk.egress else {},
        ),
        "TalkNode": (
            "AWS::AppMesh::VirtualNode",
            {
                "MeshName": {"Fn::GetAtt": [f"TalkMesh{n}", "MeshName"]},
                "Spec": {
                    "Listeners": [_listener(talk, False)],
                    "Backends": [
                        {
                            "VirtualService": {
                                "VirtualServiceName": "api",
                                **_policy(talk.own, False),
                            }
                        }
                    ],
                    **({"BackendDefaults": _policy(talk.defaults, False)} if talk.defaults else {}),
                },
            },
        ),
    }
    task: Body = {
        "Family": "talk",
        "NetworkMode": "awsvpc",
        "RequiresCompatibilities": ["FARGATE"],
        "ContainerDefinitions": [
            {"Name": "web", "PortMappings": [{"ContainerPort": 80}]},
            {
                "Name": "envoy",
                "Environment": [{"Name": "APPMESH_RESOURCE_ARN", "Value": ref("TalkNode")}],
            },
        ],
    }
    if talk.proxy:
        ports = "81" if talk.proxy == "part" else "80"
        task["ProxyConfiguration"] = {
            "Type": "APPMESH",
            "ContainerName": "other" if talk.proxy == "stray" else "envoy",
            "ProxyConfigurationProperties": [{"Name": "AppPorts", "Value": ports}],
        }
    service: Body = {
        "Cluster": ref("C"),
        "LaunchType": "FARGATE",
        "TaskDefinition": ref("TalkTask"),
    }
    if talk.connect:
        issuer = {"IssuerCertificateAuthority": {"AwsPcaAuthorityArn": AUTHORITY}}
        tls: Body = {"Tls": issuer} if talk.connect == "tls" else {}
        service["ServiceConnectConfiguration"] = {
            "Enabled": True,
            "Services": [{"PortName": "http", **tls}],
        }
    if talk.lattice:
        targets = ref("TalkTargets")
        service["VpcLatticeConfigurations"] = [{"PortName": "http", "TargetGroupArn": targets}]
        forward = {"Forward": {"TargetGroups": [{"TargetGroupIdentifier": targets}]}}
        auth: Body = {"AuthType": talk.auth} if talk.auth else {}
        found["TalkTargets"] = ("AWS::VpcLattice::TargetGroup", {"Type": "IP"})
        found["TalkService"] = ("AWS::VpcLattice::Service", auth)
        found["TalkListener"] = (
            "AWS::VpcLattice::Listener",
            {
                "Protocol": talk.lattice,
                "ServiceIdentifier": ref("TalkService"),
                "DefaultAction": forward,
            },
        )
        if talk.network:
            found["TalkNetwork"] = ("AWS::VpcLattice::ServiceNetwork", {"AuthType": talk.network})
            found["TalkMember"] = (
                "AWS::VpcLattice::ServiceNetworkServiceAssociation",
                {
                    "ServiceIdentifier": ref("TalkService"),
                    "ServiceNetworkIdentifier": ref("TalkNetwork"),
                },
            )
    if talk.check:
        found["TalkFront"] = (
            "AWS::ElasticLoadBalancingV2::Listener",
            {
                "Protocol": "HTTPS",
                "MutualAuthentication": {
                    "Mode": "verify" if talk.check == "lenient" else talk.check,
                    **({"TrustStoreArn": "arn:aws:x"} if talk.check == "verify" else {}),
                    **({"IgnoreClientCertificateExpiry": True} if talk.check == "lenient" else {}),
                },
            },
        )
    found["TalkTask"] = ("AWS::ECS::TaskDefinition", task)
    found["Talk"] = ("AWS::ECS::Service", service)
    return {name: {"Type": type_, "Properties": body} for name, (type_, body) in found.items()}
