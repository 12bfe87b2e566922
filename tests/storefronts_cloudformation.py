"""A small stack of `storefronts`, written in CloudFormation."""

import guards
import talks
from storefronts import CIDRS, FORMAT, Peer, Shop, container, document, user_data


def cloudformation(shop: Shop, n: str = "") -> dict[str, dict[str, object]]:
    """The resources of a shop as CloudFormation has them; logical ids end in `n`."""

    def ref(name: str) -> dict[str, str]:
        return {"Ref": name + n}

    def get(name: str, attribute: str) -> dict[str, list[str]]:
        return {"Fn::GetAtt": [name + n, attribute]}

    def group(text: str) -> dict[str, object]:
        return {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": text, "VpcId": ref("Main")},
        }

    found: dict[str, dict[str, object]] = {
        "Main": {
            "Type": "AWS::EC2::VPC",
            "Properties": {
                "CidrBlock": "10.0.0.0/16",
                **({"EnableDnsHostnames": True} if shop.named is not None else {}),
            },
        },
        "A": {
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": ref("Main"), "CidrBlock": "10.0.1.0/24"},
        },
        "Gw": {"Type": "AWS::EC2::InternetGateway"},
        "Rt": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": ref("Main")}},
        "RtA": {
            "Type": "AWS::EC2::SubnetRouteTableAssociation",
            "Properties": {"SubnetId": ref("A"), "RouteTableId": ref("Rt")},
        },
        "C": {
            "Type": "AWS::ECS::Cluster",
            "Properties": {
                "ClusterName": "shop",
                **(
                    {"Tags": [{"Key": "taskwall:isolation", "Value": "shop"}]}
                    if shop.isolated
                    else {}
                ),
            },
        },
        "Alb": group("load balancer"),
        "Other": group("other"),
        "Task": group("tasks"),
        "Td": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {
                "RequiresCompatibilities": [shop.launch],
                **({"NetworkMode": shop.mode} if shop.mode else {}),
                **({"ContainerDefinitions": [container(shop)]} if shop.image else {}),
            },
        },
    }
    for name in ("Alb", "Other", "Task"):
        everywhere: dict[str, object] = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}
        found[f"{name}Out"] = {
            "Type": "AWS::EC2::SecurityGroupEgress",
            "Properties": {"GroupId": get(name, "GroupId"), **everywhere},
        }
    if shop.closed:
        found["Closed"] = {
            "Type": "Custom::VpcRestrictDefaultSG",
            "Properties": {"DefaultSecurityGroupId": get("Main", "DefaultSecurityGroup")},
        }
    found |= _endpoints(shop, ref, get)
    if shop.public_subnet:
        found["Out"] = {
            "Type": "AWS::EC2::Route",
            "Properties": {
                "RouteTableId": ref("Rt"),
                "DestinationCidrBlock": "0.0.0.0/0",
                "GatewayId": ref("Gw"),
            },
        }
    for index, peer in enumerate(shop.peers):
        named: dict[Peer, dict[str, object]] = {
            "alb": {"SourceSecurityGroupId": get("Alb", "GroupId")},
            "self": {"SourceSecurityGroupId": get("Task", "GroupId")},
            "other": {"SourceSecurityGroupId": get("Other", "GroupId")},
            "vpc": {"CidrIp": get("Main", "CidrBlock")},
        }
        who = named.get(peer) or {"CidrIp": CIDRS[peer]}
        found[f"In{index}"] = {
            "Type": "AWS::EC2::SecurityGroupIngress",
            "Properties": {
                "GroupId": get("Task", "GroupId"),
                "IpProtocol": "tcp",
                "FromPort": 8080,
                "ToPort": 8080,
                **who,
            },
        }
    service: dict[str, object] = {
        "Cluster": ref("C"),
        "LaunchType": shop.launch,
        "TaskDefinition": ref("Td"),
    }
    if shop.mode == "awsvpc":
        network: dict[str, object] = {"Subnets": [ref("A")]}
        if shop.grouped:
            network["SecurityGroups"] = [get("Task", "GroupId")]
        if shop.public_address is not None:
            network["AssignPublicIp"] = "ENABLED" if shop.public_address else "DISABLED"
        service["NetworkConfiguration"] = {"AwsvpcConfiguration": network}
    if shop.balancer:
        found |= _balancer(shop, ref, get)
        service["LoadBalancers"] = [
            {"TargetGroupArn": ref("Tg"), "ContainerName": "web", "ContainerPort": 8080}
        ]
    found["Web"] = {"Type": "AWS::ECS::Service", "Properties": service}
    if shop.log:
        form = " ".join(f"${field}" for field in FORMAT.split())
        found["Log"] = {
            "Type": "AWS::EC2::FlowLog",
            "Properties": {
                "ResourceType": "VPC",
                "ResourceId": ref("Main"),
                "TrafficType": shop.log,
                **({"LogFormat": form} if shop.fields else {}),
            },
        }
    if shop.hosts:
        options = {"HttpTokens": "required"}
        data = {
            "MetadataOptions": {**options, "HttpPutResponseHopLimit": shop.hops}
            if shop.hops
            else options,
            "UserData": {"Fn::Base64": user_data(shop)},
        }
        found["Host"] = {
            "Type": "AWS::EC2::LaunchTemplate",
            "Properties": {"LaunchTemplateData": data},
        }
    found |= _annex(shop, ref, get)
    if shop.talk:
        found |= talks.cloudformation(shop.talk, n)
    if shop.guard:
        found |= guards.cloudformation(shop.guard, shop.mode == "awsvpc", shop.launch, ref, get)
    found |= _more(shop, ref, get)
    return {name + n: body for name, body in found.items()}


def _more(shop: Shop, ref, get) -> dict[str, dict[str, object]]:  # type: ignore[no-untyped-def]
    found: dict[str, dict[str, object]] = {}
    if shop.isolated:
        network = {"Subnets": [ref("A")], "SecurityGroups": [get("Other", "GroupId")]}
        found |= {
            "Next": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "next"}},
            "NextVpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.1.0.0/16"}},
            "NextPeering": {
                "Type": "AWS::EC2::VPCPeeringConnection",
                "Properties": {"VpcId": ref("Main"), "PeerVpcId": ref("NextVpc")},
            },
            "NextService": {
                "Type": "AWS::ECS::Service",
                "Properties": {
                    "Cluster": ref("Next"),
                    "LaunchType": "FARGATE",
                    "TaskDefinition": ref("Td"),
                    "NetworkConfiguration": {"AwsvpcConfiguration": network},
                },
            },
        }
    if shop.offered is not None:
        found |= {
            "Offer": {
                "Type": "AWS::EC2::VPCEndpointService",
                "Properties": {
                    "AcceptanceRequired": shop.offered,
                    "NetworkLoadBalancerArns": [ref("Lb")],
                },
            },
            "OfferPermissions": {
                "Type": "AWS::EC2::VPCEndpointServicePermissions",
                "Properties": {"ServiceId": ref("Offer"), "AllowedPrincipals": ["*"]},
            },
        }
    if shop.store is not None:
        ingress = {
            "IpProtocol": "tcp",
            "FromPort": 5432,
            "ToPort": 5432,
            "SourceSecurityGroupId": get("Task", "GroupId"),
        }
        found |= {
            "StoreGroup": {
                "Type": "AWS::EC2::SecurityGroup",
                "Properties": {
                    "GroupDescription": "store",
                    "VpcId": ref("Main"),
                    "SecurityGroupIngress": [ingress],
                },
            },
            "Store": {
                "Type": "AWS::RDS::DBInstance",
                "Properties": {
                    "Engine": "postgres",
                    "EngineVersion": "16.4",
                    "DBInstanceClass": "db.t4g.medium",
                    "PubliclyAccessible": shop.store,
                    "VPCSecurityGroups": [get("StoreGroup", "GroupId")],
                },
            },
        }
    return found


def _balancer(shop: Shop, ref, get) -> dict[str, dict[str, object]]:  # type: ignore[no-untyped-def]
    forward = {"Type": "forward", "TargetGroupArn": ref("Tg")}
    action: dict[str, object] = dict(forward)
    if shop.action != "forward":
        to = shop.action.rpartition("-")[2].upper()
        action = {
            "Type": "redirect",
            "RedirectConfig": {"Protocol": to, "StatusCode": "HTTP_301"},
        }
    ends = shop.protocol in ("HTTPS", "TLS")
    certificate = [{"CertificateArn": "arn:aws:acm:eu-west-1:123456789012:certificate/a"}]
    scheme = {True: {"Scheme": "internal"}, False: {"Scheme": "internet-facing"}, None: {}}
    return {
        "Lb": {
            "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "Properties": {
                "Type": shop.balancer,
                "Subnets": [ref("A")],
                "SecurityGroups": [get("Alb", "GroupId")],
                **scheme[shop.internal],
            },
        },
        "Tg": {
            "Type": "AWS::ElasticLoadBalancingV2::TargetGroup",
            "Properties": {
                "Protocol": "HTTP" if shop.balancer == "application" else "TCP",
                "Port": 8080,
                "TargetType": "ip",
                "VpcId": ref("Main"),
            },
        },
        "L": {
            "Type": "AWS::ElasticLoadBalancingV2::Listener",
            "Properties": {
                "LoadBalancerArn": ref("Lb"),
                "Port": 443,
                "Protocol": shop.protocol,
                "DefaultActions": [action],
                **({"Certificates": certificate} if ends else {}),
                **({"SslPolicy": shop.policy} if ends and shop.policy else {}),
            },
        },
        "Extra": {
            "Type": "AWS::ElasticLoadBalancingV2::Listener",
            "Properties": {
                "LoadBalancerArn": ref("Lb"),
                "Port": 8443,
                "Protocol": "HTTPS" if shop.balancer == "application" else "TLS",
                "Certificates": certificate,
                "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
                "DefaultActions": [forward],
            },
        },
    }


def _endpoints(shop: Shop, ref, get) -> dict[str, dict[str, object]]:  # type: ignore[no-untyped-def]
    found: dict[str, dict[str, object]] = {}
    if shop.nat:
        found["Nat"] = {"Type": "AWS::EC2::NatGateway", "Properties": {"SubnetId": ref("A")}}
        found["NatOut"] = {
            "Type": "AWS::EC2::Route",
            "Properties": {
                "RouteTableId": ref("Rt"),
                "DestinationCidrBlock": "0.0.0.0/0",
                "NatGatewayId": ref("Nat"),
            },
        }
    if not shop.endpoints:
        return found
    found["Ep"] = {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"GroupDescription": "endpoints", "VpcId": ref("Main")},
    }
    if shop.admits:
        named: dict[Peer, dict[str, object]] = {
            "self": {"SourceSecurityGroupId": get("Task", "GroupId")},
            "other": {"SourceSecurityGroupId": get("Other", "GroupId")},
            "vpc": {"CidrIp": get("Main", "CidrBlock")},
        }
        found["EpIn"] = {
            "Type": "AWS::EC2::SecurityGroupIngress",
            "Properties": {
                "GroupId": get("Ep", "GroupId"),
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                **(named.get(shop.admits) or {"CidrIp": CIDRS[shop.admits]}),
            },
        }
    for service in shop.endpoints:
        gateway: dict[str, object] = {"VpcEndpointType": "Gateway", "RouteTableIds": [ref("Rt")]}
        interface: dict[str, object] = {
            "VpcEndpointType": "Interface",
            "SecurityGroupIds": [get("Ep", "GroupId")],
            **({"PrivateDnsEnabled": True} if shop.named else {}),
        }
        found[f"Endpoint{service.title().replace('.', '').replace('-', '')}"] = {
            "Type": "AWS::EC2::VPCEndpoint",
            "Properties": {
                "VpcId": ref("Main"),
                "ServiceName": f"com.amazonaws.eu-west-1.{service}",
                **(gateway if service == "s3" else interface),
                **({"PolicyDocument": document(shop)} if shop.guarded else {}),
            },
        }
    return found


def _annex(shop: Shop, ref, get) -> dict[str, dict[str, object]]:  # type: ignore[no-untyped-def]
    if shop.annex == "volume":
        volume = {
            "FilesystemId": "fs-1",
            "TransitEncryption": "ENABLED" if shop.fields else "DISABLED",
        }
        return {
            "Annex": {
                "Type": "AWS::ECS::TaskDefinition",
                "Properties": {
                    "NetworkMode": "awsvpc",
                    "RequiresCompatibilities": ["FARGATE"],
                    "ContainerDefinitions": [
                        {
                            "Name": "a",
                            "Environment": [{"Name": "DATABASE_URL", "Value": "sslmode=disable"}],
                        }
                    ],
                    "Volumes": [{"Name": "data", "EFSVolumeConfiguration": volume}],
                },
            }
        }
    if shop.annex == "cache":
        admitted = {
            "IpProtocol": "tcp",
            "FromPort": 6379,
            "ToPort": 6379,
            "SourceSecurityGroupId": get("Task", "GroupId"),
        }
        return {
            "CacheGroup": {
                "Type": "AWS::EC2::SecurityGroup",
                "Properties": {
                    "GroupDescription": "cache",
                    "VpcId": ref("Main"),
                    "SecurityGroupIngress": [admitted],
                },
            },
            "Cache": {
                "Type": "AWS::ElastiCache::ReplicationGroup",
                "Properties": {
                    "ReplicationGroupDescription": "cache",
                    "Engine": "redis",
                    "SecurityGroupIds": [get("CacheGroup", "GroupId")],
                    "TransitEncryptionEnabled": shop.fields,
                },
            },
        }
    if shop.annex == "edge" and shop.balancer:
        origin = {
            "Id": "web",
            "DomainName": get("Lb", "DNSName"),
            "CustomOriginConfig": {
                "OriginProtocolPolicy": "https-only" if shop.fields else "match-viewer"
            },
        }
        return {
            "Edge": {
                "Type": "AWS::CloudFront::Distribution",
                "Properties": {
                    "DistributionConfig": {
                        "Enabled": True,
                        "Origins": [origin],
                        "DefaultCacheBehavior": {
                            "TargetOriginId": "web",
                            "ViewerProtocolPolicy": "allow-all",
                        },
                    }
                },
            }
        }
    return {}
