"""Deployments: the same sources with other values, each judged by itself."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from taskwall.core.paths import encloses
from taskwall.core.values import Value


class DeployedPart(Struct, frozen=True):
    """What a deployment gives to the root modules and templates at or below a path.

    `path` and `var_files` are absolute; `parameters` are values by name. `workspace` is
    Terraform's, None if it is not said. `assumptions` are those of `Inputs`.
    """

    path: str
    var_files: tuple[str, ...] = ()
    workspace: str | None = None
    parameters: Mapping[str, Value] = {}
    assumptions: Mapping[str, Value] = {}


class Deployment(Struct, frozen=True):
    """A deployment by its name: several parts, where root modules have values of their own."""

    name: str
    parts: tuple[DeployedPart, ...]

    def part(self, path: str) -> DeployedPart | None:
        """What is given to the root module or template at a path: the nearest part decides."""
        around = [part for part in self.parts if encloses(part.path, path)]
        return max(around, key=lambda part: len(part.path), default=None)

    def concerns(self, files: Iterable[str]) -> bool:
        """Whether a stack of these files is, or is in part, what is deployed."""
        return any(self.part(file) is not None for file in files)


def deployments_of(parts: Iterable[tuple[str, DeployedPart]]) -> tuple[Deployment, ...]:
    """Deployments of named parts: those of one name are one deployment."""
    found: dict[str, list[DeployedPart]] = {}
    for name, part in parts:
        found.setdefault(name, []).append(part)
    return tuple(Deployment(name, tuple(some)) for name, some in found.items())


def deployed_name(name: str, deployments: Sequence[str]) -> str:
    """A stack as it is named where its deployments stand beside each other."""
    return f"{name} ({', '.join(deployments)})" if deployments else name


def in_each(name: str, deployments: Sequence[str]) -> tuple[str, ...]:
    """A stack as it is named in each of its deployments; by its name alone if it has none."""
    return tuple(deployed_name(name, (one,)) for one in deployments) or (name,)
