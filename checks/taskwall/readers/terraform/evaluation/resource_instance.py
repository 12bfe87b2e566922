"""One instance of a resource or data source: its attributes, by need."""

import os
from collections.abc import Iterator
from functools import partial

from msgspec.structs import replace

from taskwall.core.conditions import length_name
from taskwall.core.values import (
    OUTSIDE,
    Fields,
    Items,
    Known,
    Need,
    Origin,
    Question,
    Reference,
    Unknown,
    Value,
    dereferenced,
    needs,
    symbol,
    unknown,
)
from taskwall.readers.terraform.evaluation.absent_template import (
    absent_template,
    call_of_template,
    deploys_template,
    file_of_template,
)
from taskwall.readers.terraform.evaluation.access import attribute
from taskwall.readers.terraform.evaluation.body import flattened
from taskwall.readers.terraform.evaluation.context import Env, ModuleContext
from taskwall.readers.terraform.evaluation.data_queries import (
    REMOTE_STATE,
    REMOTE_STATE_ARGUMENTS,
)
from taskwall.readers.terraform.evaluation.providers import (
    provider_majors,
    provider_name,
    provider_region,
)
from taskwall.readers.terraform.syntax.tree import Block, Literal, Name, Tuple
from taskwall.readers.terraform.values.conditions import asked
from taskwall.readers.terraform.values.effects import Impossible, Memo
from taskwall.readers.terraform.values.values import is_null
from taskwall.source.resource import Resource
from taskwall.source.secret_names import names_secret
from taskwall.source.stack import AbsentSource

_DATA = "terraform_data"

FROM_FILES = {
    "aws_api_gateway_rest_api": ("body",),
    "aws_apigatewayv2_api": ("body",),
    "aws_ecs_task_definition": ("container_definitions",),
    "aws_instance": ("user_data", "user_data_base64"),
    "aws_launch_configuration": ("user_data", "user_data_base64"),
    "aws_launch_template": ("user_data",),
    "aws_sfn_state_machine": ("definition",),
    "aws_vpc_endpoint": ("policy",),
    "aws_vpc_endpoint_policy": ("policy",),
}
"""By type, the attributes whose content is often a file, and says what is in the network."""


_SUBNETS = {
    "aws_alb": ("subnets", "subnet_mapping"),
    "aws_autoscaling_group": ("vpc_zone_identifier", "availability_zones"),
    "aws_db_subnet_group": ("subnet_ids",),
    "aws_ecs_service": ("network_configuration",),
    "aws_elb": ("subnets", "availability_zones"),
    "aws_lb": ("subnets", "subnet_mapping"),
}
"""By type, the lists of which AWS makes no such thing where all that are written are empty."""


_OF_ITS_REGION = frozenset(
    (
        *("aws_default_security_group", "aws_default_subnet", "aws_default_vpc"),
        *("aws_acm_certificate", "aws_db_instance", "aws_security_group"),
        *("aws_ecr_image", "aws_ecr_repository", "aws_ecs_task_definition"),
    )
)
"""What is in the default VPC of its provider's region, or may be; what users of a region need."""

_OF_USERS_LEFT_OUT = frozenset(("aws_security_group",))
"""What is judged by who is written to use it, also if a count leaves these out."""

_BY_THE_PROVIDER = frozenset(("aws_launch_configuration", "aws_redshift_cluster"))
"""What the versions of the provider make different things of."""


_SET_BY_HAND = ("value", "insecure_value")
"""What of a parameter people set in the console, where Terraform is told to leave it as it is."""


def _said_of_it(block: Block, scope: ModuleContext) -> dict[str, Value]:
    """What Terraform is told of a resource: its provider, and what it is not to change again."""
    said: dict[str, Value] = {}
    if provider := provider_name(block.body, scope):
        said["provider"] = Known(provider)
    if (region := provider_region(provider, scope)) is not None:
        said["provider_region"] = region
    if ignored := tuple(map(Known, _ignored_changes(block))):
        said["ignore_changes"] = Items(ignored)
    used = block.labels[0] in _OF_USERS_LEFT_OUT and block.type == "resource"
    if used and (users := scope.users_left_out(".".join(block.labels))):
        said["users_left_out"] = Items(tuple(map(Known, users)))
    return said


def _ignored_changes(block: Block) -> Iterator[str]:
    """The attributes that `lifecycle { ignore_changes = ... }` names as a whole, or "all"."""
    for lifecycle in block.body.blocks_of("lifecycle"):
        attribute = lifecycle.body.attributes.get("ignore_changes")
        written = attribute.expression if attribute else None
        for each in written.items if isinstance(written, Tuple) else (written,):
            if isinstance(each, Name):
                yield each.name
            elif isinstance(each, Literal):  # as in JSON, and before Terraform 0.12
                yield str(each.value.data)


class ResourceInstance:
    """One instance of a resource or data source."""

    def __init__(
        self,
        scope: ModuleContext,
        block: Block,
        local: str,
        address: str,
        env: Env,
        maybe: tuple[Need, ...],
    ) -> None:
        self._scope = scope
        self._block = block
        self._local = local
        self.address = address
        self._env = env
        self._maybe = maybe
        self._why = "is known only after apply"
        if block.type == "data":
            self._why = scope.run.inputs.doubts.get(address, OUTSIDE)
        self.fields = scope.reader(block.body, env, address)
        self._references: Memo[str, Value] = Memo()

    @property
    def certain(self) -> bool:
        """Whether it is there whatever is not known: no count, for_each or call of it is open."""
        return not (self._maybe or self._scope.maybe)

    def get(self, name: str) -> Value:
        """A reference to an attribute, with the value that the block writes for it."""
        run = self._scope.run
        kept = f"?{name}" if run.explores_defaults else name
        known = self._references.get(kept)
        if known is None:
            known = run.effects.once(self._references, kept, lambda: self._get(name))
            assert known is not None
        return known

    def _is_set_by_hand(self, name: str) -> bool:
        """Whether what is written of a parameter is only what it begins with.

        `ignore_changes` lets people change it: a switch that is thrown in the console.
        """
        if self._block.labels[0] != "aws_ssm_parameter" or self._block.type != "resource":
            return False
        return name in _SET_BY_HAND and not {name, "all"}.isdisjoint(_ignored_changes(self._block))

    def _get(self, name: str) -> Value:
        run = self._scope.run
        if (found := self._outputs(name)) is not None:
            return found
        if (found := self._looked_up(name)) is not None:
            return found
        if (self._block.type, self._block.labels[0], name) == ("resource", _DATA, "output"):
            # It only hands its input on, and has none without one.
            return self.fields.get("input") or Known(None)
        value = self.fields.get(name)
        if value is not None and is_null(dereferenced(value)):
            value = None
        if self._is_set_by_hand(name):
            return run.assumed(Reference(self.address, name, None, None, "is set by hand"))
        if self._block.type == "data":
            from taskwall.readers.terraform.evaluation.data_sources import SAME

            kind = self._block.labels[0]
            name = SAME.get((kind, name), name)
            value = value or self._computed(kind, name)
        elif self._block.labels[0] == "template_file":  # the provider had it as a resource first
            value = value or self._computed("resource template_file", name)
        reference = Reference(self.address, name, value, None, self._why)
        if value is None and self._block.type == "data":
            from taskwall.readers.terraform.evaluation.data_sources import least_elements

            at_least = least_elements(self._block.labels[0], name, self.fields)
            assumed = self._scope.run.assumed(reference)
            if at_least and assumed is reference:
                return replace(reference, value=self._some(name, at_least))
        is_known = value is not None and not isinstance(dereferenced(value), Unknown)
        return reference if is_known else self._scope.run.assumed(reference)

    def _some(self, name: str, count: int) -> Items:
        """A list that holds so many elements, and may hold more."""
        elements = [
            Reference(self.address, f"{name}[{at}]", None, None, self._why)
            for at in (*range(count), "*")
        ]
        return Items(tuple(elements[:-1]), (elements[-1],))

    def _outputs(self, name: str) -> Value | None:
        """What another root of the scan puts out, if this data source reads its state.

        Before Terraform 0.12 outputs were attributes of the data source itself.
        """
        states = self._scope.run.states
        if states is None or self._block.labels[0] != REMOTE_STATE:
            return None
        if name in REMOTE_STATE_ARGUMENTS:
            return None
        run = self._scope.run
        found = states.outputs(self._local, self.address, self.fields, self._scope)
        return found if found is None or name == "outputs" else attribute(found, name, run)

    def _looked_up(self, name: str) -> Value | None:
        """An attribute of the resource that this data source means, if the sources write that."""
        run = self._scope.run
        if run.lookups is None or self._block.type != "data":
            return None
        asked = Reference(self.address, name)
        if run.assumed(asked) is not asked:
            return None  # what the user says stands before it
        kind = self._block.labels[0]
        return run.lookups.attribute(kind, self.address, name, self.fields, self._scope)

    def _computed(self, kind: str, name: str) -> Value | None:
        """What a data source makes of that which is written in it."""
        from taskwall.readers.terraform.evaluation.data_sources import COMPUTED
        from taskwall.readers.terraform.evaluation.functions.arguments import UnsettledError

        compute = COMPUTED.get((kind, name))
        if compute is None:
            return None
        full = f"{self.address}.{name}"

        def computed() -> Value:
            try:
                return compute(self.fields, self._scope)
            except UnsettledError:
                return self._scope.run.assumed(unknown(full, OUTSIDE))

        return self._scope.guarded(full, computed, self._block.header)

    def opened(self, value: Value) -> Value:
        """A resource stays a reference."""
        return value

    def resource(self) -> Resource:
        """The resource with all that its block writes."""
        scope, block = self._scope, self._block
        origin = Origin(
            scope.bare_address(self._local),
            self.address,
            block.header,
            "terraform",
            scope.called_from,
            tuple(dict.fromkeys((*scope.maybe, *self._maybe))),
            context=scope.run.context,
        )
        body = self.fields.all(block.place)
        if block.labels[0].startswith("aws"):
            body = flattened(body)
        for name, value in body.fields.items():
            if names_secret(name):
                scope.run.hidden.hide(value)
        if not origin.maybe and self._has_no_subnet(body):
            scope.run.effects.report(Impossible())
        for name in FROM_FILES.get(block.labels[0], ()) if block.type == "resource" else ():
            self._report_files(origin.name, name, body)
        made = Resource(block.labels[0], origin, body, block.place, block.type == "data")
        if made.type in _OF_ITS_REGION and (said := _said_of_it(block, scope)):
            made = replace(made, metadata=Fields(said))
        elif made.type in _BY_THE_PROVIDER:
            lowest, highest = map(Known, provider_majors(scope))
            versions = Fields({"provider_lowest": lowest, "provider_highest": highest})
            made = replace(made, metadata=versions)
        if deploys_template(made):
            file = file_of_template(block, scope, self._env)
            scope.run.effects.report(absent_template(made, file))
            return call_of_template(made)
        return made

    def _has_no_subnet(self, body: Fields) -> bool:
        """Whether the scenario leaves a resource without the subnets that it cannot be without."""
        names = _SUBNETS.get(self._block.labels[0], ()) if self._block.type == "resource" else ()
        written = {name: body.fields[name] for name in names if name in body.fields}
        return bool(written) and all(self._emptied(*one) for one in written.items())

    def _emptied(self, attribute: str, value: Value) -> bool:
        """Whether the scenario says that a list of subnets is empty, or that in a block."""
        effects = self._scope.run.effects
        found = _list_of_subnets(value)
        if isinstance(found, Items):
            empty = not (found.items or found.rest)
            return empty and effects.hangs(partial(self.fields.get, attribute))
        name = symbol(found)
        there = asked(Question(length_name(name), 0, above=True), (), effects) if name else None
        return isinstance(there, Known) and not there.data

    def _report_files(self, resource: str, name: str, body: Fields) -> None:
        """Report the files whose content an attribute should have, and that are not read."""
        value = body.fields.get(name)
        run = self._scope.run
        for need in () if value is None else needs(value):
            if need.name.startswith('file("'):
                from taskwall.readers.terraform.evaluation.functions.filesystem import CURES

                path = need.name.removeprefix('file("').removesuffix('")')
                cure = CURES.get(need.why, "make it a plain file in UTF-8")
                path = os.path.relpath(path, run.root.folder) if os.path.isabs(path) else path
                place = body.places[name]
                run.effects.report(AbsentSource("include", resource, path, None, place, cure))


def _list_of_subnets(value: Value) -> Value:
    """A list of subnets, or that in a block that holds one."""
    found = dereferenced(value)
    if isinstance(found, Items) and len(found.items) == 1 and not found.rest:
        block = found.items[0]
        value = block.fields.get("subnets", block) if type(block) is Fields else value
    return settled if isinstance(settled := dereferenced(value), Items) else value
