"""What to write in a CDK app, in Python, where a construct of CDK's library makes what is wrong."""

from fnmatch import fnmatchcase

from msgspec import Struct


class _Spelling(Struct, frozen=True):
    """What to write on a construct: that of which the names `inner` are within the library.

    Only `where` the code for its template has that text. `<names>` are filled in.
    """

    inner: str
    code: str
    where: str = ""


_HTTPS, _TLS = "elbv2.ApplicationProtocol.HTTPS", "elbv2.Protocol.TLS"
_STRONG = "ssl_policy=elbv2.SslPolicy.RECOMMENDED_TLS"
_PLAINTEXT = (
    _Spelling(
        "LB/PublicListener/Resource",
        f"protocol={_HTTPS}\ncertificate=<certificate>\nredirect_http=True\n{_STRONG}",
        "Protocol: HTTPS",
    ),
    _Spelling(
        "Resource",
        "Redirect in place of its targets:\n"
        'default_action=elbv2.ListenerAction.redirect(protocol="HTTPS", port="443")',
        "RedirectConfig",
    ),
    _Spelling(
        "Resource",
        "Listen by HTTPS, and call add_redirect() of the load balancer:\n"
        f"port=443\nprotocol={_HTTPS}\ncertificates=[<certificate>]\n{_STRONG}",
        "Protocol: HTTPS",
    ),
    _Spelling("Resource", f"protocol={_TLS}\ncertificates=[<certificate>]\n{_STRONG}", "TLS"),
)
_FROM_BALANCER = tuple(
    _Spelling(
        inner,
        "Allow the load balancer, and nobody by address:\n"
        "connections.allow_from(<balancer>, ec2.Port.tcp(<port>))",
        "SecurityGroupId",
    )
    for inner in ("from *", "Resource")
)
_FORMAT = "log_format=[ec2.LogFormat.ALL_DEFAULT_FIELDS, "

_SPELLINGS: dict[str, tuple[_Spelling, ...]] = {
    "TW101": _PLAINTEXT,
    "TW102": (
        _Spelling("LB/PublicListener/Resource", _STRONG),
        _Spelling("Resource", _STRONG, "SslPolicy"),
    ),
    "TW103": (
        _Spelling(
            "LB/PublicListener/ECSGroup/Resource",
            "With a certificate in the container (a self-signed one is enough), and with HTTPS in"
            f" target_group.configure_health_check():\ntarget_protocol={_HTTPS}",
        ),
        _Spelling(
            "Resource",
            "With a certificate in the container (a self-signed one is enough):\n"
            f"protocol={_HTTPS}\nhealth_check=elbv2.HealthCheck(protocol=elbv2.Protocol.HTTPS)",
            "HealthCheckProtocol: HTTPS",
        ),
    ),
    "TW104": _PLAINTEXT,
    "TW201": (
        _Spelling(
            "Resource",
            "Set the mode; then each service has a group of its own, and its target groups the type"
            " ip:\nnetwork_mode=ecs.NetworkMode.AWS_VPC",
        ),
    ),
    "TW203": (
        _Spelling(
            "Service",
            "Give the subnets another way to the image (a NAT gateway, or endpoints for ecr.api,"
            " ecr.dkr, S3 and logs), then turn the address off:\nassign_public_ip=False",
            "AssignPublicIp",
        ),
    ),
    "TW204": _FROM_BALANCER,
    "TW205": _FROM_BALANCER,
    "TW207": tuple(
        _Spelling(inner, "Allow the tasks:\nconnections.allow_default_port_from(<service>)")
        for inner in ("SecurityGroup/from *", "SecurityGroup/Resource")
    ),
    "TW210": (
        _Spelling(
            "Resource",
            "Name whom the tasks connect to (a service that made this group needs one of its own"
            " in security_groups):\n"
            "allow_all_outbound=False\nconnections.allow_to(<peer>, ec2.Port.tcp(443))",
        ),
    ),
    "TW406": (_Spelling("Resource", "private_dns_enabled=True", "PrivateDnsEnabled"),),
    "TW410": (
        _Spelling(
            "Resource",
            "Start with the endpoint that costs nothing:\n"
            'add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)',
        ),
    ),
    "TW603": (
        _Spelling(
            "Service",
            "Run the tasks in private subnets (in constructs of aws_ecs_patterns the name is"
            " task_subnets):\n"
            "vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)",
            "Subnets",
        ),
    ),
    "TW605": (_Spelling("Resource", "publicly_accessible=False", "PubliclyAccessible"),),
    "TW701": (_Spelling("Resource", 'add_flow_log("FlowLog")'),),
    "TW702": (_Spelling("FlowLog", "traffic_type=ec2.FlowLogTrafficType.ALL"),),
    "TW703": (
        _Spelling(
            "FlowLog",
            f"{_FORMAT}ec2.LogFormat.VPC_ID, ec2.LogFormat.SUBNET_ID, ec2.LogFormat.INSTANCE_ID]",
        ),
    ),
    "TW704": (
        _Spelling(
            "FlowLog",
            f"{_FORMAT}ec2.LogFormat.ECS_CLUSTER_NAME, ec2.LogFormat.ECS_SERVICE_NAME,"
            " ec2.LogFormat.ECS_TASK_ID]",
        ),
    ),
    "TW705": (_Spelling("Resource", "log_access_logs(<bucket>)", "LoadBalancerAttributes"),),
    "TW707": (
        _Spelling(
            "FlowLog",
            "max_aggregation_interval=ec2.FlowLogMaxAggregationInterval.ONE_MINUTE",
        ),
    ),
}
"""By rule; of several spellings the first that fits."""


def in_cdk(rule: str, path: str, code: str) -> tuple[str, str]:
    """The construct to change, and what to write on it: a sentence with code, or code alone.

    Both are empty where it is not certain that a construct of CDK's library made what is wrong.

    Args:
        rule: the id of the rule.
        path: of the construct that made the resource.
        code: what its template should have, in YAML.
    """
    names = path.split("/")
    for spelling in _SPELLINGS.get(rule, ()):
        inner = spelling.inner.split("/")
        outer, own = names[: -len(inner)], names[-len(inner) :]
        # Above it are a stack and the construct: directly in a stack it would be the user's own.
        if len(outer) > 1 and spelling.where in code and all(map(fnmatchcase, own, inner)):
            return "/".join(outer), spelling.code
    return "", ""
