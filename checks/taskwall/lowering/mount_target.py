"""Mount targets: where file systems of EFS and FSx are reached in a VPC."""

from collections.abc import Iterator

from msgspec import Struct

from taskwall.lowering._reader import ResourceReader, lowers, setting
from taskwall.model.core.entity import Entity
from taskwall.model.data_stores.store import MountTarget
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.volume import FileSystem
from taskwall.model.entities.vpc import Subnet


class MountTargetSchema(Struct, frozen=True):
    """Where a kind of mount target keeps its groups and subnets."""

    word: str
    groups: str
    subnets: str
    file_system: str = ""


_FSX = MountTargetSchema("file system", "security_group_ids", "subnet_ids")

MOUNT_TARGETS: dict[str, MountTargetSchema] = {
    "aws_efs_mount_target": MountTargetSchema(
        "mount target", "security_groups", "subnet_id", "file_system_id"
    ),
    "AWS::EFS::MountTarget": MountTargetSchema(
        "mount target", "SecurityGroups", "SubnetId", "FileSystemId"
    ),
    "aws_fsx_lustre_file_system": _FSX,
    "aws_fsx_ontap_file_system": _FSX,
    "aws_fsx_openzfs_file_system": _FSX,
    "aws_fsx_windows_file_system": _FSX,
    "AWS::FSx::FileSystem": MountTargetSchema("file system", "SecurityGroupIds", "SubnetIds"),
}
"""By resource type; the sources are the AWS provider's schema and CloudFormation's."""


@lowers(*MOUNT_TARGETS, to=MountTarget)
def mount_target(r: ResourceReader) -> Iterator[Entity]:
    spelled = MOUNT_TARGETS[r.resource.type]
    groups = r.body.get(spelled.groups)
    efs = r.body.get(spelled.file_system) if spelled.file_system else r.nothing()
    links = r.links(SecurityGroup, groups, "uses security group")
    yield MountTarget(
        id=r.id,
        origin=r.origin,
        external=r.external,
        word=spelled.word,
        groups=links,
        groups_setting=setting(groups, spelled.groups, links=links),
        subnets=r.links(Subnet, r.body.get(spelled.subnets), "is in"),
        file_system=r.link(FileSystem, efs, "is a mount target of"),
    )
