"""One instance of a resource or data source: its attributes, by need."""

from taskwall.core.values import (
    OUTSIDE,
    Known,
    Need,
    Origin,
    Reference,
    Unknown,
    Value,
    unknown,
    worst_per_scenario,
)
from taskwall.readers.terraform.evaluation.access import attribute
from taskwall.readers.terraform.evaluation.body import flattened
from taskwall.readers.terraform.evaluation.context import Env, ModuleContext
from taskwall.readers.terraform.evaluation.data_sources import (
    COMPUTED,
    REMOTE_STATE,
    REMOTE_STATE_ARGUMENTS,
    SAME,
)
from taskwall.readers.terraform.evaluation.functions.arguments import UnsettledError
from taskwall.readers.terraform.syntax.tree import Block
from taskwall.readers.terraform.values.effects import Memo
from taskwall.readers.terraform.values.values import is_null
from taskwall.source.resource import Resource
from taskwall.source.secret_names import names_secret

_DATA = "terraform_data"


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
        self._maybe = maybe
        self._why = OUTSIDE if block.type == "data" else "is known only after apply"
        self.fields = scope.reader(block.body, env, address)
        self._references: Memo[str, Value] = Memo()

    def get(self, name: str) -> Value:
        """A reference to an attribute, with the value that the block writes for it."""
        run = self._scope.run
        kept = f"?{name}" if run.explores_defaults else name
        known = self._references.get(kept)
        if known is None:
            known = run.effects.once(self._references, kept, lambda: self._get(name))
            assert known is not None
        return known

    def _get(self, name: str) -> Value:
        if (found := self._outputs(name)) is not None:
            return found
        if (self._block.type, self._block.labels[0], name) == ("resource", _DATA, "output"):
            # It only hands its input on, and has none without one.
            return self.fields.get("input") or Known(None)
        value = self.fields.get(name)
        if value is not None and is_null(worst_per_scenario(value)):
            value = None
        if self._block.type == "data":
            kind = self._block.labels[0]
            name = SAME.get((kind, name), name)
            value = value or self._computed(kind, name)
        reference = Reference(self.address, name, value, None, self._why)
        is_told = value is not None and not isinstance(worst_per_scenario(value), Unknown)
        return reference if is_told else self._scope.run.assumed(reference)

    def _outputs(self, name: str) -> Value | None:
        """What another root of the scan puts out, if this data source reads its state.

        Before Terraform 0.12 outputs were attributes of the data source itself.
        """
        states = self._scope.run.states
        if states is None or self._block.type != "data" or self._block.labels[0] != REMOTE_STATE:
            return None
        if name in REMOTE_STATE_ARGUMENTS:
            return None
        run = self._scope.run
        found = states.outputs(self._local, self.address, self.fields, self._scope)
        return found if found is None or name == "outputs" else attribute(found, name, run)

    def _computed(self, kind: str, name: str) -> Value | None:
        """What a data source makes of that which is written in it."""
        compute = COMPUTED.get((kind, name))
        if compute is None:
            return None
        full = f"{self.address}.{name}"

        def computed() -> Value:
            try:
                return compute(self.fields, self._scope)
            except UnsettledError:
                return unknown(full, OUTSIDE)

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
        )
        body = self.fields.all(block.place)
        if block.labels[0].startswith("aws"):
            body = flattened(body)
        for name, value in body.fields.items():
            if names_secret(name):
                scope.run.hidden.hide(value)
        return Resource(block.labels[0], origin, body, block.place, block.type == "data")
