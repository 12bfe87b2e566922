"""TW105: Tasks reach their EFS file systems encrypted.

What: An EFS volume of a task definition or Batch job does not set transit encryption to ENABLED
    (the default is DISABLED), or a Docker volume mounts NFS by the driver "local".
Why: NFS carries files as they are. Whoever sees the traffic between a task and the file system's
    mount targets has its content.
Fine when: Never by need: encryption costs no more than the line. Volumes of FSx, S3 Files and the
    host, and Docker volumes of other drivers, are not looked at.
Terraform: In efs_volume_configuration (a Docker volume of type nfs: replace it by one of these):
    transit_encryption = "ENABLED"
CloudFormation: In EFSVolumeConfiguration (a Docker volume of type nfs: replace it by one of these):
    TransitEncryption: ENABLED
Guide: encrypt-in-transit
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html
    https://docs.aws.amazon.com/efs/latest/ug/encryption-in-transit.html
"""

from collections.abc import Iterator

from taskwall.model.network import Network
from taskwall.model.volume import Volume
from taskwall.rule import Verdict, rule


@rule("medium", default=True, pci=True)
def plaintext_volume(network: Network) -> Iterator[Verdict]:
    for volume in network.every(Volume):
        yield Verdict(
            volume.on,
            volume.at,
            ~volume.encrypted,
            f"{volume.on.name} mounts {volume.name} by NFS in plain text",
            holds=f"{volume.on.name} mounts {volume.name} encrypted",
            concerned=volume.nfs,
            changes=volume.transit.to("ENABLED") if volume.transit else (),
        )
