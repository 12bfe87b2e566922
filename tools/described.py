"""Make a CloudFormation template of a network as AWS describes it (`aws ec2 describe-vpcs`, ...).

    python -m tools.described FOLDER > template.json

The folder holds one JSON file for each description, perhaps by account and Region. So can flows be
held against networks for which others have written down what arrives. Each instance becomes an ECS
service in its subnet, with its groups: `service:i0123456789abcdef0`. What a main route table
says is written at each subnet that has no other.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

Described: TypeAlias = Mapping[str, Any]
Made: TypeAlias = tuple[str, str, dict[str, Any]]
"""An id (or ARN) of AWS, the type of its resource, and its properties."""

NOBODY = {"IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}
"""The egress rule of a group that has none: without any, CloudFormation allows all egress."""

GONE = frozenset({"deleted", "deleting", "expired", "failed", "rejected", "terminated"})
"""The states of what is not there any more, but described for a while."""

COPIED: dict[str, tuple[str, str, str]] = {
    "InternetGateways": ("InternetGatewayId", "InternetGateway", ""),
    "VpnGateways": ("VpnGatewayId", "VPNGateway", "Type"),
    "CustomerGateways": ("CustomerGatewayId", "CustomerGateway", "BgpAsn IpAddress Type"),
    "NatGateways": ("NatGatewayId", "NatGateway", "SubnetId ConnectivityType"),
    "Subnets": ("SubnetId", "Subnet", "VpcId CidrBlock AvailabilityZone MapPublicIpOnLaunch"),
    "VpcEndpoints": (
        "VpcEndpointId", "VPCEndpoint", "VpcId ServiceName VpcEndpointType RouteTableIds SubnetIds"
    ),
    "TransitGatewayVpcAttachments": (
        "TransitGatewayAttachmentId", "TransitGatewayAttachment", "TransitGatewayId VpcId SubnetIds"
    ),
    "TransitGatewayRouteTables": (
        "TransitGatewayRouteTableId", "TransitGatewayRouteTable", "TransitGatewayId"
    ),
}  # fmt: skip
"""Of each description: its id, the type in EC2, and what properties and description both have."""


def template(folder: Path) -> dict[str, Any]:
    """The template of all that is described below a folder."""
    held: dict[str, list[Described]] = {}
    for file in sorted(folder.rglob("*.json")):
        for name, found in json.loads(file.read_text(encoding="utf-8")).items():
            if isinstance(found, list):
                held.setdefault(name, []).extend(each for each in found if _is_there(each))
    made = {key: (kind, body) for key, kind, body in (*_network(held), *_served(held))}
    names = {key: re.sub(r"\W", "", key.rpartition(":")[2]) for key in made}
    return {
        "Resources": {
            names[key]: {"Type": f"AWS::{kind}", "Properties": _referring(body, names)}
            for key, (kind, body) in made.items()
        }
    }


def _is_there(each: object) -> bool:
    if not isinstance(each, dict):
        return False
    state = each.get("State", each.get("Status"))
    said = state.values() if isinstance(state, dict) else (state,)
    return GONE.isdisjoint(each for each in said if isinstance(each, str))


def _referring(value: Any, names: Mapping[str, str]) -> Any:
    """A value with references in place of the ids of what is described."""
    if isinstance(value, dict):
        return {key: _referring(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_referring(each, names) for each in value]
    return {"Ref": names[value]} if isinstance(value, str) and value in names else value


def _some(of: Described, names: str) -> dict[str, Any]:
    return {name: of[name] for name in names.split() if of.get(name) not in (None, [])}


# --- VPCs, and what joins them


def _network(held: Mapping[str, list[Described]]) -> Iterator[Made]:
    for name, (key, kind, copied) in COPIED.items():
        for each in held.get(name, ()):
            more = {}
            if name == "VpcEndpoints" and each.get("Groups"):
                more = {"SecurityGroupIds": [group["GroupId"] for group in each["Groups"]]}
            yield each[key], f"EC2::{kind}", {**_some(each, copied), **more}
    for gateways in ("InternetGateways", "VpnGateways"):
        key = COPIED[gateways][0]
        for each in held.get(gateways, ()):
            for tie in (*each.get("Attachments", ()), *each.get("VpcAttachments", ())):
                body = {key: each[key], "VpcId": tie["VpcId"]}
                yield f"{each[key]}-in-{tie['VpcId']}", "EC2::VPCGatewayAttachment", body
    for vpc in held.get("Vpcs", ()):
        yield vpc["VpcId"], "EC2::VPC", _some(vpc, "CidrBlock")
        for more in vpc.get("CidrBlockAssociationSet", ()):
            if more["CidrBlock"] != vpc["CidrBlock"]:
                body = {"VpcId": vpc["VpcId"], "CidrBlock": more["CidrBlock"]}
                yield more["AssociationId"], "EC2::VPCCidrBlock", body
    for group in held.get("SecurityGroups", ()):
        body = {
            "GroupDescription": group["Description"],
            "VpcId": group["VpcId"],
            "SecurityGroupIngress": list(_rules(group["IpPermissions"], "Source")),
            "SecurityGroupEgress": [
                *_rules(group.get("IpPermissionsEgress", ()), "Destination")
            ] or [NOBODY],
        }  # fmt: skip
        yield group["GroupId"], "EC2::SecurityGroup", body
    for each in held.get("VpcPeeringConnections", ()):
        if each["Status"]["Code"] == "active":
            ends = {
                "VpcId": each["RequesterVpcInfo"]["VpcId"],
                "PeerVpcId": each["AccepterVpcInfo"]["VpcId"],
            }
            yield each["VpcPeeringConnectionId"], "EC2::VPCPeeringConnection", ends
    yield from _tables(held)
    yield from _acls(held)
    yield from _transit(held)
    yield from _vpns(held)


def _rules(permissions: list[Described], other: str) -> Iterator[dict[str, Any]]:
    """The rules of a group, one for each end of a permission."""
    for each in permissions:
        ports = _some(each, "IpProtocol FromPort ToPort")
        for found in each.get("IpRanges", ()):
            yield {**ports, "CidrIp": found["CidrIp"]}
        for found in each.get("Ipv6Ranges", ()):
            yield {**ports, "CidrIpv6": found["CidrIpv6"]}
        for found in each.get("PrefixListIds", ()):
            yield {**ports, f"{other}PrefixListId": found["PrefixListId"]}
        for found in each.get("UserIdGroupPairs", ()):
            yield {**ports, f"{other}SecurityGroupId": found["GroupId"]}


def _tables(held: Mapping[str, list[Described]]) -> Iterator[Made]:
    tied: dict[str, str] = {}
    main: dict[str, str] = {}
    for table in held.get("RouteTables", ()):
        key = table["RouteTableId"]
        yield key, "EC2::RouteTable", _some(table, "VpcId")
        for tie in table["Associations"]:
            if tie.get("Main"):
                main[table["VpcId"]] = key
            elif "SubnetId" in tie:
                tied[tie["SubnetId"]] = key
        for route in table["Routes"]:
            gateway = route.get("GatewayId", "")
            if gateway == "local" or gateway.startswith("vpce-"):
                continue  # Every table has the one; of the other the endpoint names its tables.
            where = "DestinationCidrBlock DestinationIpv6CidrBlock DestinationPrefixListId"
            to = "GatewayId NatGatewayId TransitGatewayId VpcPeeringConnectionId NetworkInterfaceId"
            found = _some(route, f"{where} {to}")
            destination = next(iter(found.values()))
            yield f"{key}-to-{destination}", "EC2::Route", {"RouteTableId": key, **found}
        for gateway in table.get("PropagatingVgws", ()):
            body = {"RouteTableIds": [key], "VpnGatewayId": gateway["GatewayId"]}
            yield f"{key}-of-{gateway['GatewayId']}", "EC2::VPNGatewayRoutePropagation", body
    for subnet in held.get("Subnets", ()):
        key = tied.get(subnet["SubnetId"], main.get(subnet["VpcId"], ""))
        if key:
            body = {"SubnetId": subnet["SubnetId"], "RouteTableId": key}
            yield f"{subnet['SubnetId']}-by-{key}", "EC2::SubnetRouteTableAssociation", body


def _acls(held: Mapping[str, list[Described]]) -> Iterator[Made]:
    for acl in held.get("NetworkAcls", ()):
        key = acl["NetworkAclId"]
        yield key, "EC2::NetworkAcl", _some(acl, "VpcId")
        for tie in acl["Associations"]:
            body = {"SubnetId": tie["SubnetId"], "NetworkAclId": key}
            yield tie["NetworkAclAssociationId"], "EC2::SubnetNetworkAclAssociation", body
        for entry in acl["Entries"]:
            if entry["RuleNumber"] > 32766:
                continue  # The last one denies, and is there in any ACL.
            ports = {name: entry["PortRange"][name] for name in entry.get("PortRange", ())}
            body = {
                **_some(entry, "CidrBlock Ipv6CidrBlock Egress RuleAction RuleNumber"),
                "NetworkAclId": key,
                "Protocol": int(entry["Protocol"]),
                **({"PortRange": ports} if ports else {}),
                **({"Icmp": entry["IcmpTypeCode"]} if "IcmpTypeCode" in entry else {}),
            }
            number = f"{key}-{entry['RuleNumber']}-{entry['Egress']}-{'Ipv6CidrBlock' in entry}"
            yield number, "EC2::NetworkAclEntry", body


def _transit(held: Mapping[str, list[Described]]) -> Iterator[Made]:
    for gateway in held.get("TransitGateways", ()):
        # What is associated and propagated is described by itself.
        off = {f"DefaultRouteTable{of}": "disable" for of in ("Association", "Propagation")}
        yield gateway["TransitGatewayId"], "EC2::TransitGateway", off
    for each in held.get("TransitGatewayAttachments", ()):
        key, ends = each["TransitGatewayAttachmentId"], _some(each, "TransitGatewayId")
        if each["ResourceType"] == "peering":
            body = {**ends, "PeerTransitGatewayId": each["ResourceId"]}
            yield key, "EC2::TransitGatewayPeeringAttachment", body
        if table := each.get("Association", {}).get("TransitGatewayRouteTableId"):
            body = {"TransitGatewayAttachmentId": key, "TransitGatewayRouteTableId": table}
            yield f"{key}-in-{table}", "EC2::TransitGatewayRouteTableAssociation", body
    for each in held.get("TransitGatewayPropagations", ()):
        table = each["TransitGatewayRouteTableId"]
        for found in each["TransitGatewayRouteTablePropagations"]:
            key = found["TransitGatewayAttachmentId"]
            body = {"TransitGatewayAttachmentId": key, "TransitGatewayRouteTableId": table}
            yield f"{key}-to-{table}", "EC2::TransitGatewayRouteTablePropagation", body
    for each in held.get("TransitGatewayStaticRoutes", ()):
        table = each["TransitGatewayRouteTableId"]
        for route in each["Routes"]:
            to = [found["TransitGatewayAttachmentId"] for found in
                  route.get("TransitGatewayAttachments", ())]  # fmt: skip
            body = {
                "TransitGatewayRouteTableId": table,
                **_some(route, "DestinationCidrBlock"),
                **({"TransitGatewayAttachmentId": to[0]} if to else {"Blackhole": True}),
            }
            key = f"{table}-to-{route['DestinationCidrBlock']}"
            yield key, "EC2::TransitGatewayRoute", body


def _vpns(held: Mapping[str, list[Described]]) -> Iterator[Made]:
    for each in held.get("VpnConnections", ()):
        key, options = each["VpnConnectionId"], each.get("Options", {})
        ends = _some(each, "CustomerGatewayId VpnGatewayId TransitGatewayId Type")
        body = {**ends, "StaticRoutesOnly": bool(options.get("StaticRoutesOnly"))}
        yield key, "EC2::VPNConnection", body
        for route in each.get("Routes", ()):
            range_ = route["DestinationCidrBlock"]
            body = {"VpnConnectionId": key, "DestinationCidrBlock": range_}
            yield f"{key}-to-{range_}", "EC2::VPNConnectionRoute", body


# --- instances, load balancers, databases


def _served(held: Mapping[str, list[Described]]) -> Iterator[Made]:
    targets: dict[str, list[dict[str, Any]]] = {}
    for group in held.get("LoadBalancerTargetHealth", ()):
        for health in group["TargetHealthDescriptions"]:
            found = {
                "TargetGroupArn": group["TargetGroupArn"],
                "ContainerName": "main",
                "ContainerPort": health["Target"]["Port"],
            }
            targets.setdefault(health["Target"]["Id"], []).append(found)
    for reservation in held.get("Reservations", ()):
        for instance in filter(_is_there, reservation["Instances"]):
            behind = [*targets.get(instance["InstanceId"], ())]
            for address in instance.get("NetworkInterfaces", ()):
                behind += targets.get(address["PrivateIpAddress"], ())
            yield instance["InstanceId"], "ECS::Service", _service(instance, behind)
    balancers = {each["LoadBalancerArn"]: each for each in held.get("LoadBalancers", ())}
    for key, balancer in balancers.items():
        subnets = [zone["SubnetId"] for zone in balancer["AvailabilityZones"]]
        own = _some(balancer, "Type Scheme IpAddressType SecurityGroups")
        body = {**own, "Subnets": subnets}
        yield key, "ElasticLoadBalancingV2::LoadBalancer", body
    for each in held.get("LoadBalancerListeners", ()):
        for listener in each["Listeners"]:
            body = _some(listener, "LoadBalancerArn Port Protocol DefaultActions")
            yield listener["ListenerArn"], "ElasticLoadBalancingV2::Listener", body
    for group in held.get("TargetGroups", ()):
        body = _some(group, "VpcId Port Protocol")
        # What is an instance's is read as a task's; clients' addresses are kept as AWS does it.
        keeps = str(group["TargetType"] == "instance").lower()
        attributes = [{"Key": "preserve_client_ip.enabled", "Value": keeps}]
        body |= {"TargetType": "ip", "TargetGroupAttributes": attributes}
        yield group["TargetGroupArn"], "ElasticLoadBalancingV2::TargetGroup", body
    for store in held.get("DBInstances", ()):
        groups = [group["VpcSecurityGroupId"] for group in store["VpcSecurityGroups"]]
        subnets = [each["SubnetIdentifier"] for each in store["DBSubnetGroup"]["Subnets"]]
        name = f"{store['DBInstanceIdentifier']}-subnets"
        yield name, "RDS::DBSubnetGroup", {"SubnetIds": subnets, "DBSubnetGroupDescription": name}
        own = _some(store, "Engine PubliclyAccessible")
        body = {**own, "VPCSecurityGroups": groups, "DBSubnetGroupName": name}
        yield store["DBInstanceIdentifier"], "RDS::DBInstance", body


def _service(instance: Described, behind: list[dict[str, Any]]) -> dict[str, Any]:
    interfaces = instance.get("NetworkInterfaces") or [instance]
    groups = interfaces[0].get("Groups", instance.get("SecurityGroups", ()))
    public = any("PublicIp" in each.get("Association", ()) for each in interfaces)
    network = {
        "Subnets": [interfaces[0]["SubnetId"]],
        "SecurityGroups": [group["GroupId"] for group in groups],
        "AssignPublicIp": "ENABLED" if public else "DISABLED",
    }
    return {
        "LaunchType": "FARGATE",
        "TaskDefinition": "main:1",
        "NetworkConfiguration": {"AwsvpcConfiguration": network},
        "LoadBalancers": behind,
    }


if __name__ == "__main__":
    print(json.dumps(template(Path(sys.argv[1])), indent=1))
