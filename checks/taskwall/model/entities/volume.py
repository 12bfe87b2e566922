"""Volumes of tasks that reach their data over the network by NFS."""

from msgspec import Struct

from taskwall.core.facts import Fact
from taskwall.core.values import Origin, Span
from taskwall.model.core.entity import Setting


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
