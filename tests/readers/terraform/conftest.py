"""Stacks out of texts, without a disk."""

from collections.abc import Callable, Mapping

import pytest

from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Reference,
    Scenario,
    Text,
    Unknown,
    Value,
    dereferenced,
)
from taskwall.readers.terraform import TerraformStack, stacks
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs

ROOT = "/nowhere/live"


@pytest.fixture
def stack() -> Callable[..., TerraformStack]:
    """Makes the one stack of a root module: its main.tf, and other files by their paths."""

    def made(
        main: str, others: Mapping[str, str] | None = None, inputs: Inputs | None = None
    ) -> TerraformStack:
        texts = {f"{ROOT}/main.tf": main}
        texts.update({f"/nowhere/{path}": text for path, text in (others or {}).items()})
        files = Files(texts)
        tf = [path for path in texts if path.endswith(".tf")]
        found, errors = stacks(tf, files, inputs or Inputs(boundary="/nowhere"))
        assert errors == []
        return next(one for one in found if one.name == ROOT and isinstance(one, TerraformStack))

    return made


@pytest.fixture
def evaluated(stack: Callable[..., TerraformStack]) -> Callable[..., Evaluation]:
    """Makes the evaluation of such a stack, which must have no errors."""

    def made(
        main: str,
        others: Mapping[str, str] | None = None,
        inputs: Inputs | None = None,
        scenario: Scenario | None = None,
    ) -> Evaluation:
        evaluation = stack(main, others, inputs).evaluate(scenario or {})
        assert evaluation.errors == ()
        return evaluation

    return made


@pytest.fixture
def shown() -> Callable[[Value], object]:
    """Makes plain data of a value; what is not known stands in angle brackets."""

    def made(value: Value) -> object:
        found = dereferenced(value)
        if isinstance(found, Known):
            return found.data
        if isinstance(found, Text):
            return "".join(p if isinstance(p, str) else str(made(p)) for p in found.parts)
        if isinstance(found, Items):
            return [*map(made, found.items), *(("maybe", made(item)) for item in found.rest)]
        if isinstance(found, Fields):
            fields: Mapping[str, object] = {k: made(v) for k, v in found.fields.items()}
            return fields if found.rest is None else {**fields, "*": made(found.rest)}
        if isinstance(found, Reference):
            return f"<{found.symbol}>"
        assert isinstance(found, Unknown)
        return f"<{found.symbol}>" if found.symbol else "<?>"

    return made
