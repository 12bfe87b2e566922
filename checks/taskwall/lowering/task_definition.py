"""Task definitions, with their containers, volumes and what these say."""

from collections.abc import Iterator

from taskwall.lowering import container, environment, mesh_task, serving, volume
from taskwall.lowering._reader import ResourceReader, lowers, setting
from taskwall.lowering.placement_constraints import placement_constraints
from taskwall.model.entities.ecs import TaskDefinition


@lowers("aws_ecs_task_definition", to=TaskDefinition, named="family")
@lowers("AWS::ECS::TaskDefinition", to=TaskDefinition, named="Family")
def task_definition(r: ResourceReader) -> Iterator[object]:
    family = r.setting(
        "runtime_platform.operating_system_family", "RuntimePlatform.OperatingSystemFamily"
    )
    requires = r.attribute("requires_compatibilities", "RequiresCompatibilities")
    yield TaskDefinition(
        id=r.id,
        origin=r.origin,
        external=r.external,
        mode=r.setting("network_mode", "NetworkMode"),
        constraints=placement_constraints(r, r.body),
        requires=tuple(setting(each, requires.key) for each in requires.each()),
        windows=family.test(
            lambda name: str(name or "").upper().startswith("WINDOWS"), f"{r.name} is for Windows"
        ),
    )
    spelled = volume.TERRAFORM_VOLUME if r.terraform else volume.CLOUDFORMATION_VOLUME
    yield from volume.volumes(r, r.attribute("volume", "Volumes"), spelled)
    yield from container.uses(r, r.attribute("container_definitions", "ContainerDefinitions"))
    containers = r.attribute("container_definitions", "ContainerDefinitions")
    yield from environment.variables(r, containers)
    yield from serving.mappings(r, containers)
    yield from mesh_task.task(r, r.attribute("container_definitions", "ContainerDefinitions"))
