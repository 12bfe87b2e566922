"""The kinds of sources, by the names of files and by what is in them."""

from taskwall.source.files import Files, UnreadableError

TERRAFORM = (".tf", ".tf.json", ".tofu", ".tofu.json")
TEMPLATES = (".yaml", ".yml", ".json", ".template")


def is_plan(path: str, files: Files) -> bool:
    """Whether a file is a plan of Terraform as JSON, by whatever name."""
    if path.endswith((*TERRAFORM, ".yaml", ".yml", ".template")):
        return False
    try:
        text = files.text(path)
    except UnreadableError:
        return False
    return '"format_version"' in text and '"planned_values"' in text
