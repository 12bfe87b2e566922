"""TW309: Tasks of a mesh node send and receive all traffic through Envoy.

What: A task definition whose Envoy is configured as a virtual node (APPMESH_RESOURCE_ARN or
    APPMESH_VIRTUAL_NODE_NAME) has no proxy configuration of type APPMESH; or its proxy
    configuration names a container that the definition does not have, or leaves out a TCP port that
    another container maps.
Why: Without the proxy configuration, no traffic goes through Envoy: it only runs beside the
    application, and the TLS, policies and logs of the mesh have no effect. Traffic to a port that
    is left out bypasses Envoy.
Fine when: The port is for health checks or metrics that must be read from outside the mesh. Tasks
    of virtual gateways, which are Envoy alone and need no proxy configuration, are not judged.
Terraform: What goes through Envoy is a design decision. In the task definition, whose
    network mode has to be awsvpc:
    proxy_configuration {
      type           = "APPMESH"
      container_name = "<the container of Envoy>"
      properties = {
        AppPorts         = "<the ports of the application>"
        IgnoredUID       = "1337"
        ProxyIngressPort = "15000"
        ProxyEgressPort  = "15001"
        EgressIgnoredIPs = "169.254.170.2,169.254.169.254"
      }
    }
CloudFormation: What goes through Envoy is a design decision. In the task definition,
    whose network mode has to be awsvpc:
    ProxyConfiguration:
      Type: APPMESH
      ContainerName: <the container of Envoy>
      ProxyConfigurationProperties:
        - { Name: AppPorts, Value: "<the ports of the application>" }
        - { Name: IgnoredUID, Value: "1337" }
        - { Name: ProxyIngressPort, Value: "15000" }
        - { Name: ProxyEgressPort, Value: "15001" }
        - { Name: EgressIgnoredIPs, Value: "169.254.170.2,169.254.169.254" }
Guide: beyond
See: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ProxyConfiguration.html
"""

from collections.abc import Iterator

from taskwall.model.core.network import Network
from taskwall.model.entities.mesh import MeshTask, meshed
from taskwall.rules._rule import Verdict, rule


@rule("low")
def bypassed_envoy(network: Network) -> Iterator[Verdict]:
    for task in network.every(MeshTask):
        name, proxied = task.on.name, task.proxied
        names = {"the ports of the application": task.app_ports} if task.app_ports else {}
        if proxied.truth is not True and (task.named or meshed(network)):
            yield Verdict(
                task.on,
                task.kind.place,
                ~proxied,
                f"traffic of {name} bypasses its Envoy, which no proxy configuration names",
                concerned=task.node,
                names=names,
            )
        yield Verdict(
            task.on,
            task.container,
            ~task.contained,
            f"{name} has no container with the name of its proxy",
            holds=f"the proxy of {name} is one of its containers",
            negative=True,
            concerned=proxied,
            names=names,
        )
        yield Verdict(
            task.on,
            task.ports,
            ~task.led,
            f"{name} accepts traffic on ports that bypass its Envoy",
            holds=f"traffic to the ports of {name} goes through its Envoy",
            concerned=proxied,
            names=names,
        )
