"""Volumes of tasks that reach their data over the network by NFS."""

from msgspec import Struct

from taskwall.core.facts import Fact
from taskwall.core.values import Origin, Span
from taskwall.model.core.entity import Entity, Link, Setting


class FileSystem(Entity, frozen=True, kw_only=True):
    """A file system of EFS, which mount targets make reachable in subnets."""


class Mount(Struct, frozen=True):
    """That tasks of a definition (or Batch jobs) mount a file system.

    `efs` leads to it if it is one of EFS, `fsx` if it is one of FSx, which is reached by itself.
    `instances` are those whose user data mounts it, for the tasks that run there.
    """

    on: Origin
    efs: Link | None = None
    fsx: Link | None = None
    instances: str = ""


class Volume(Struct, frozen=True):
    """A volume of a task definition (or Batch job) that speaks NFS, or may do so.

    `nfs` is whether it does, `encrypted` whether what it speaks is encrypted; `at` is where the
    sources say so, or should, by the setting `transit` if by one.
    """

    on: Origin
    name: str
    at: Span
    nfs: Fact
    encrypted: Fact
    transit: Setting | None = None
