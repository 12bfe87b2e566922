"""Networks of small sources, and what their settings say."""

from taskwall.lowering import lower
from taskwall.model.core.entity import Setting
from taskwall.model.core.network import Network
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

OPEN = object()


def network(text: str) -> Network:
    """The network of a source, in whichever language."""
    if "Resources:" in text:
        templates, errors = cloudformation.stacks(["t.yaml"], Files({"t.yaml": text}), Inputs())
        resources = templates[0].evaluate({}).resources
    else:
        roots, errors = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
        resources = roots[0].evaluate({}).resources
    lowered = lower(resources)
    assert (errors, lowered.crashes) == ([], ())
    return lowered.network


def said(setting: Setting | None) -> object:
    """What a setting is known to be; OPEN if that is not known."""
    return None if setting is None else OPEN if setting.open else setting.known
