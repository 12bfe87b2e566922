"""Volumes: how task definitions and Batch jobs spell those that speak NFS.

There is no resource of a volume; what has some is lowered in `task_definition` and `batch`.
"""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import TRUE, Fact
from taskwall.lowering._reader import ResourceReader, lowers, setting
from taskwall.lowering._written import structured
from taskwall.model.core.entity import Entity
from taskwall.model.data_stores.store import MountTarget
from taskwall.model.entities.volume import FileSystem, Mount, Volume
from taskwall.source.resource import Cell


class VolumeSchema(Struct, frozen=True):
    """The names under which a volume says what it is."""

    name: str
    efs: str
    file_system: str
    transit: str
    fsx: str = ""
    fsx_file_system: str = ""
    docker: str = ""
    driver: str = ""
    options: str = ""


TERRAFORM_VOLUME = VolumeSchema(
    "name", "efs_volume_configuration", "file_system_id", "transit_encryption",
    "fsx_windows_file_server_volume_configuration", "file_system_id",
    "docker_volume_configuration", "driver", "driver_opts",
)  # fmt: skip
CLOUDFORMATION_VOLUME = VolumeSchema(
    "Name", "EFSVolumeConfiguration", "FilesystemId", "TransitEncryption",
    "FSxWindowsFileServerVolumeConfiguration", "FileSystemId",
    "DockerVolumeConfiguration", "Driver", "DriverOpts",
)  # fmt: skip
BATCH_JSON = VolumeSchema("name", "efsVolumeConfiguration", "fileSystemId", "transitEncryption")
BATCH = VolumeSchema("Name", "EfsVolumeConfiguration", "FileSystemId", "TransitEncryption")


@lowers("aws_efs_file_system", "AWS::EFS::FileSystem", to=FileSystem)
def file_system(r: ResourceReader) -> Iterator[Entity]:
    yield FileSystem(id=r.id, origin=r.origin, external=r.external)


def volumes(r: ResourceReader, cell: Cell, spelled: VolumeSchema) -> Iterator[Volume | Mount]:
    """The NFS volumes of a list of volumes, and the file systems that are mounted.

    One that is written but may not be there counts as if it were: for what it does wrong.
    """
    for each in cell.each():
        name = str(each.get(spelled.name).known or "a volume")
        if not structured(each):
            yield _open(r, each, name)
            continue
        volume = replace(each, doubt=None)
        efs = volume.get(spelled.efs)
        if efs.absent:  # Terraform's provider takes the keys of JSON in any case.
            efs = r.in_another_case(volume, spelled.efs, refused=not r.terraform) or efs
        for block in efs.each():
            if not structured(block):
                yield _open(r, block, name)
                continue
            yield _efs(r, block, name, spelled)
            named = block.get(spelled.file_system)
            if named.absent:
                named = (
                    r.in_another_case(block, spelled.file_system, refused=not r.terraform) or named
                )
            mounted = r.link(FileSystem, named, "mounts")
            yield Mount(r.origin, efs=mounted)
        if not spelled.docker:
            continue
        for block in each.get(spelled.fsx).each():
            mounted = r.link(MountTarget, block.get(spelled.fsx_file_system), "mounts")
            yield Mount(r.origin, fsx=mounted)
        for block in volume.get(spelled.docker).each():
            yield _docker(r, block, name, spelled) if structured(block) else _open(r, block, name)


def _open(r: ResourceReader, cell: Cell, name: str) -> Volume:
    needs = cell.doubt or cell.needs
    nfs = Fact(None, f"{r.name} has a volume that uses NFS", cell.place, r.name, needs)
    return Volume(r.origin, name, cell.place, nfs, nfs)


def _efs(r: ResourceReader, block: Cell, name: str, spelled: VolumeSchema) -> Volume:
    off = "transit encryption is off by default"
    block = replace(block, doubt=None)
    transit = setting(block.get(spelled.transit), spelled.transit, "DISABLED", off)
    return Volume(r.origin, name, transit.place, TRUE, transit.is_("ENABLED"), transit)


def _docker(r: ResourceReader, block: Cell, name: str, spelled: VolumeSchema) -> Volume:
    block = replace(block, doubt=None)
    driver = setting(block.get(spelled.driver), spelled.driver, "local", "local is the default")
    kind = setting(block.get(spelled.options).get("type"), "type")
    nfs = driver.is_("local") & kind.is_("nfs", "nfs4")
    text = f"Docker's driver local mounts {name} of {r.name} by NFS as it is"
    plain = Fact(True, text, kind.place, r.name)
    return Volume(r.origin, name, kind.place, nfs, ~plain)
