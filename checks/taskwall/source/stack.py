"""What a reader gives: stacks that can be evaluated, once for each setting of their open switches.

A stack is one deployment: a Terraform root module with the modules it calls, or a CloudFormation
template. Reading is pure: the same files, inputs and scenario give the same evaluation.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.loop_places import LoopSpan
from taskwall.core.values import ModuleCall, Origin, Question, Scalar, Scenario, Span, Value
from taskwall.incremental.positions import IDENTITY, LineMap
from taskwall.source.context import Context, SourceTie
from taskwall.source.deployment import Deployment
from taskwall.source.resource import Resource, Suppression


class SourceError(Struct, frozen=True, gc=False):
    """Something in a source that could not be read, and where. Everything else still is."""

    place: Span
    message: str


def at_the_call(error: SourceError, call: ModuleCall) -> SourceError:
    """What is wrong in a downloaded module, at its call: nobody edits the module."""
    at = error.place
    where = f"{os.path.basename(at.file)}:{at.line} of {call.name}, which is downloaded"
    return replace(error, place=call.place, message=f"{error.message} ({where})")


class InternalError(SourceError, frozen=True, gc=False):
    """That taskwall itself failed on a source: a defect of ours, reported as a crash."""


class ExhaustedError(SourceError, frozen=True, gc=False):
    """That a source is more work than one evaluation may be: the rest of it is unknown."""


class AbsentSource(Struct, frozen=True, gc=False):
    """A module, template or file that a source calls and that is not there to be read.

    `kind` is "module", "template", "include" (any other file), "macro", "unit", "submodule",
    "link", "app" (of CDK), "components" (of a Terraform Stack) or "plan" (a part of one). `name` is
    what the call is named (`module.vpc`, a logical id), `source` and `version` what it asks for, as
    far as that is known.
    `cure` is the command that brings it, or says what else to do. `read_as` names the model of it
    that was read in its place, if there was one. `root` is the folder that the cure is for, "" if
    that is the stack's.
    """

    kind: str
    name: str
    source: str
    version: str | None
    place: Span
    cure: str
    read_as: str | None = None
    root: str = ""


class Inputs(Struct, frozen=True):
    """What the user says beside the sources.

    `variables` and `parameters` are values by name; `var_files` are paths of .tfvars files;
    `assumptions` give a value to anything that is unknown, by the name of its `Need`. `outside`
    allows modules and files beyond `boundary`, the folder that encloses everything scanned.
    `workspace` is Terraform's workspace, None if it is not known. `remote_states` are folders of
    roots, by the name or address of the data source that reads their state. `modules` are the
    folders of modules that a host has downloaded, by the folder that calls them and the name of
    the call; `module_sources` are such folders by what `source` says, and `data_folder` is where
    Terraform keeps what it downloads, seen from a root. `environment` holds what variables named
    `TF_VAR_...` say, if it is to be listened to.
    `not_called` are the addresses of calls whose modules are read as if they were not there.
    `hcl_parser` is "tree-sitter" or "python-hcl2". `context` is read for what the sources refer to;
    `doubts` are found in it: by the addresses of data sources, why it is open what they mean.
    `ties` say what data sources and parameters are, both by stack ("" for any) and address.
    `deployments` are those that are declared: `deployment` is the one that is being read.
    """

    variables: Mapping[str, Value] = {}
    var_files: tuple[str, ...] = ()
    parameters: Mapping[str, Value] = {}
    assumptions: Mapping[str, Value] = {}
    boundary: str = ""
    outside: bool = False
    explore_defaults: bool = False
    workspace: str | None = None
    remote_states: Mapping[str, str] = {}
    modules: Mapping[tuple[str, str], str] = {}
    module_sources: Mapping[str, str] = {}
    data_folder: str = ".terraform"
    environment: Mapping[str, str] = {}
    hcl_parser: str = "tree-sitter"
    context: Context = Context()
    doubts: Mapping[str, str] = {}
    ties: Mapping[tuple[str, str], tuple[str, str]] = {}
    not_called: frozenset[str] = frozenset()
    deployments: tuple[Deployment, ...] = ()
    deployment: Deployment | None = None

    @property
    def deployment_name(self) -> str:
        """The name of the deployment that is being read; "" if none is."""
        return self.deployment.name if self.deployment else ""

    def at(self, path: str) -> "Inputs":
        """What holds for the root module or template at a path, in the deployment being read.

        What the user says on the command line comes before what the deployment says.
        """
        part = self.deployment and self.deployment.part(path)
        if not part:
            return self
        return replace(
            self,
            var_files=(*part.var_files, *self.var_files),
            workspace=part.workspace if self.workspace is None else self.workspace,
            parameters={**part.parameters, **self.parameters},
            assumptions={**part.assumptions, **self.assumptions},
        )


class InputDefault(Struct, frozen=True, gc=False):
    """The default of an input that nobody gives a value: a variable of a root, a parameter.

    `name` is the input in the words of its source, `operand` what it is called in a `Scenario`,
    `value` its default and `place` where that is written. `others` are further values that it may
    have, as far as the sources name them; `OTHER` is any that they do not name.
    """

    name: str
    operand: str
    value: Scalar
    place: Span
    others: tuple[Scalar, ...]


class NamedDefault(Struct, frozen=True, gc=False):
    """Where the default of an input is written, and the input's name (`var.cidr`, `Cidr`)."""

    name: str
    place: Span


class Provenance(Struct, frozen=True, gc=False):
    """An expression through which a value comes to where it is used.

    `calls` are those of modules (or nested stacks) in which it has another value than elsewhere.
    `default` is set where the value is, in the end, the default of an input. `written` is set of
    the last one: where the value is written, which decides in one place what is used in several.
    `argument` is set where the value is written in an argument of a module (or nested stack).
    """

    place: Span
    calls: tuple[Span, ...] = ()
    default: NamedDefault | None = None
    written: Span | None = None
    argument: bool = False


ProvenanceTrace: TypeAlias = Callable[[Span, Origin], tuple[Provenance, ...]]
"""The expressions that alone decide the value at a place of a resource, from the use of it to where
it is written; none if it is written at the place itself, or made of several."""


def _at_the_place(place: Span, on: Origin) -> tuple[Provenance, ...]:
    return ()


UserPlace: TypeAlias = Callable[[Resource, Span], Span]
"""Where users change what stands at a place of a resource that is in a downloaded module."""


def _at_the_call(resource: Resource, place: Span) -> Span:
    call = resource.origin.download
    return place if call is None else call.place


ElementPlace: TypeAlias = Callable[[LoopSpan, bool], Span | None]
"""Where users change what a loop makes of an element: in the element, if they edit its file.

The second argument tells whether they do not edit the loop: then the element as a whole will do.
"""


def _at_the_loop(place: LoopSpan, downloaded: bool) -> None:
    return None


class Evaluation(Struct, frozen=True):
    """What a stack declares under one scenario.

    `questions` are those that decide a switch (a Condition, a conditional, a count) and that
    neither the sources nor the scenario answer. `sensitive_texts` are texts that sources declare to
    be sensitive, and what is made of them: no report holds them. `line_map` leads from
    the places of the resources to those of the files: what is reported of them goes through it;
    `user_place` leads out of downloaded modules, `element_place` to the elements of loops,
    `provenance` to where values are written.
    `impossible` is whether nothing can be deployed under the scenario. `assumed` says of places
    what is assumed of the values there.
    """

    resources: tuple[Resource, ...]
    errors: tuple[SourceError, ...] = ()
    questions: frozenset[Question] = frozenset()
    suppressions: tuple[Suppression, ...] = ()
    absent: tuple[AbsentSource, ...] = ()
    sensitive_texts: frozenset[str] = frozenset()
    line_map: LineMap = IDENTITY
    user_place: UserPlace = _at_the_call
    provenance: ProvenanceTrace = _at_the_place
    impossible: bool = False
    assumed: Mapping[Span, str] = {}
    element_place: ElementPlace = _at_the_loop

    @property
    def exhausted(self) -> bool:
        """Whether it was more work than it may be: other scenarios would take as long."""
        return any(isinstance(error, ExhaustedError) for error in self.errors)


_TASK_DEFINITIONS = (
    "aws_ecs_task_definition", "awscc_ecs_task_definition", "AWS::ECS::TaskDefinition",
)  # fmt: skip

OTHERS_HAVE: Mapping[str, tuple[str, ...]] = {
    "task definitions": _TASK_DEFINITIONS,
    "awsvpc tasks": _TASK_DEFINITIONS,
    "meshes": ("aws_appmesh_mesh", "AWS::AppMesh::Mesh"),
}
"""What rules must know of the other stacks of a scan, by the types that show it."""


class Stack(Protocol):
    """One deployment."""

    @property
    def name(self) -> str:
        """The root module's folder, or the template's path."""

    @property
    def files(self) -> frozenset[str]:
        """Every source file that takes part, but for the context."""

    @property
    def members(self) -> Mapping[str, frozenset[str]]:
        """The files of each of the stacks that it joins, or its own, by the names in ties."""

    @property
    def ties(self) -> Sequence[SourceTie]:
        """What it refers to of other sources, and what of that is open."""

    deployments: tuple[str, ...]
    """The names of the deployments of which it is part."""

    others_have: frozenset[str]
    """What other stacks of the scan have, of `OTHERS_HAVE`."""

    asked: frozenset[str]
    """Those of its files that were given by themselves; empty where all of it is asked about."""

    def creates(self, type_: str) -> bool:
        """Whether its files declare a resource of a type."""

    @property
    def is_deployable(self) -> bool:
        """Whether deployments can give it values; a plan has its own."""

    def given(self) -> object:
        """What deployments give to it: stacks of the same sources with the same are alike."""

    def evaluate(self, scenario: Scenario) -> Evaluation:
        """Evaluate all files, taking each operand of an open question as the scenario says."""

    def evaluations(self) -> Callable[[Scenario], Evaluation]:
        """What evaluates as `evaluate` does, under one scenario after another.

        What no answer changes in which the scenarios differ is evaluated once, and its resources
        are the very same objects.
        """

    def secrets(self, file: str) -> tuple[Span, ...]:
        """The stretches of a file whose text is never shown: environments, secrets, user data."""
