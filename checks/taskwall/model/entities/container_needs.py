"""What the containers of a task definition use of AWS from the moment they start."""

from typing import Literal, TypeAlias

from msgspec import Struct

from taskwall.core.change import ResourceAttribute
from taskwall.core.facts import Fact

What: TypeAlias = Literal["image", "log", "secret", "file", "sidecar"]
"""What a container uses: its image, a log driver, a secret or parameter, a file, or what it talks
to as a sidecar."""

ECR, ELSEWHERE = "ecr", "elsewhere"
"""Where an image can be: in the private registry of AWS, or where no endpoint leads."""


class ContainerUse(Struct, frozen=True):
    """Something that a container uses.

    `definition` is the id of the task definition (or of a task source that holds its container
    itself). `service` names the endpoint service that serves it (`logs`), or for an image `ecr`
    or `elsewhere`; it is "" where the sources do not tell, and then `fact` is unknown. Of a sidecar
    `fact` is unknown as well where it is open whether it talks to that service. `itself` says that
    a container talks to it, and not the agent or Docker for it; `dual` that it is known by a name
    with IPv6 addresses, too. `region` is the Region that it is in, "" where it is not known.
    `account` owns the registry of an image: by its number, or as a repository of the sources has
    it; "" where it is not known.
    """

    definition: str
    what: What
    service: str
    fact: Fact
    itself: bool = False
    dual: bool = False
    region: str = ""
    account: str | ResourceAttribute = ""
