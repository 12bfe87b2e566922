"""TW105: Tasks use encryption in transit for EFS file systems.

What: An EFS volume of a task definition or Batch job does not set transit encryption to ENABLED
    (the default is DISABLED), or a Docker volume mounts NFS with the driver "local".
Why: NFS sends file contents unencrypted. Anyone who sees the traffic between a task and the mount
    targets of the file system can read them.
Fine when: Never: encryption needs only this one line. Volumes of FSx, S3 Files and the host, and
    Docker volumes of other drivers, are not judged.
Terraform: In efs_volume_configuration (replace a Docker volume of type nfs with one of these):
    transit_encryption = "ENABLED"
CloudFormation: In EFSVolumeConfiguration (replace a Docker volume of type nfs with one of these):
    TransitEncryption: ENABLED
Guide: encrypt-in-transit
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html
    https://docs.aws.amazon.com/efs/latest/ug/encryption-in-transit.html
"""

from collections.abc import Iterator

from taskwall.model.core.network import Network
from taskwall.model.entities.volume import Volume
from taskwall.rules._rule import Verdict, rule


@rule("medium", default=True, pci=True)
def plaintext_volume(network: Network) -> Iterator[Verdict]:
    for volume in network.every(Volume):
        yield Verdict(
            volume.on,
            volume.at,
            ~volume.encrypted,
            f"{volume.on.name} mounts {volume.name} over unencrypted NFS",
            holds=f"{volume.on.name} mounts {volume.name} with encryption in transit",
            concerned=volume.nfs,
            changes=volume.transit.to("ENABLED") if volume.transit else (),
        )
