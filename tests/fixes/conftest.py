"""Resources as readers give them, and a change of one made in their text."""

from pathlib import Path
from typing import Literal

import pytest

from mending import Mend
from taskwall.core.change import AttributeChange, AttributePath, NewValue
from taskwall.fixes.apply import applied
from taskwall.fixes.edits import EditBuilder
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs


@pytest.fixture
def mend(tmp_path: Path) -> Mend:
    """The text of a source with an attribute of its resource `x` set; None if no edit is offered.

    The source is Terraform if it has a block of it, else a template.
    """

    def made(
        text: str,
        path: str,
        wanted: NewValue,
        *,
        file: str = "",
        name: str = "",
        form: Literal["set", "whole", "removed", "text"] = "set",
        others: dict[str, str] | None = None,
    ) -> str | None:
        hcl = "resource " in text or "module " in text
        source = str(tmp_path / (file or ("main.tf" if hcl else "template.yaml")))
        texts = {str(tmp_path / other): content for other, content in (others or {}).items()}
        texts[source] = text
        for each, content in texts.items():
            Path(each).parent.mkdir(parents=True, exist_ok=True)
            Path(each).write_bytes(content.encode())
        files = Files()
        reader = terraform if hcl else cloudformation
        paths = [each for each in texts if not hcl or "/modules/" not in each]
        [stack], errors = reader.stacks(sorted(paths), files, Inputs(boundary=str(tmp_path)))
        assert not errors
        resources = stack.evaluate({}).resources
        resource = next(one for one in resources if one.origin.name.split(".")[-1] == "x")
        change = AttributeChange(
            AttributePath(resource.origin.address, path), wanted, wanted, name, form
        )
        edits = EditBuilder(files, errors).edits([(change, resource)])
        assert not errors
        # Only what the user has to fill in is marked as such: that stands in angle brackets.
        assert [each.placeholder for each in edits] == ["<" in each.text for each in edits]
        return applied(files.text(resource.origin.header.file), edits) if edits else None

    return made
