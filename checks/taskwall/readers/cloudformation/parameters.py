"""Values of parameters from files, in the forms in which deployment tools take them."""

from taskwall.core.values import Items, Known, Value, lifted, spelled
from taskwall.readers.cloudformation.document import (
    IntrinsicCall,
    Node,
    elements,
    literal_text,
    members,
    read_nodes,
)
from taskwall.source.files import UnreadableError

FORMS = (
    "the AWS CLI's list, CodePipeline's template configuration, a deployment file, "
    "samconfig.toml, or a map of names and values"
)


class ParametersError(Exception):
    """A file that holds no parameters; the message continues the file's name."""


def parameters(path: str, text: str) -> dict[str, Value]:
    """The parameters by name that a JSON, YAML or TOML file gives.

    Raises:
        ParametersError: it cannot be parsed, or has none of the forms.
    """
    if path.endswith(".toml"):
        return _of_sam(text)
    try:
        unit = read_nodes(path, text)
    except UnreadableError as error:
        place = error.error.place
        raise ParametersError(f"line {place.line}: {error.error.message}") from error
    if unit.errors:
        raise ParametersError(f"line {unit.errors[0].place.line}: {unit.errors[0].message}")
    root = unit.root
    if isinstance(root, Items) or elements(root):
        return _of_list(elements(root))
    fields = members(root)
    for name in ("Parameters", "parameters"):  # CodePipeline's, and that of Git sync
        if name in fields and not isinstance(fields[name], Known):
            fields = members(fields[name])
            break
    found = {name: value for name, node in fields.items() if (value := _value(node)) is not None}
    if root is None or isinstance(root, Known | IntrinsicCall) or len(found) < len(fields):
        raise ParametersError(f"holds something that is not a parameter; it can be {FORMS}")
    return found


def deployment_file(path: str, text: str) -> tuple[str, dict[str, Value]] | None:
    """The template that a deployment file of Git sync names, and its parameters.

    None if it names none.

    Raises:
        ParametersError: the parameters have not the form of such a file.
    """
    try:
        fields = members(read_nodes(path, text).root)
    except UnreadableError:
        return None
    template = literal_text(fields.get("template-file-path"))
    if template is None:
        return None
    given = {name: _value(node) for name, node in members(fields.get("parameters")).items()}
    found = {name: value for name, value in given.items() if value is not None}
    if len(found) < len(given):
        raise ParametersError(f"holds something that is not a parameter; it can be {FORMS}")
    return template, found


def _of_list(entries: tuple[Node, ...]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for entry in entries:
        fields = members(entry)
        name, value = literal_text(fields.get("ParameterKey")), fields.get("ParameterValue")
        text = literal_text(entry)
        if name is not None:
            given = None if value is None else _value(value)
            if given is not None:  # else the stack keeps a value that is not here
                found[name] = given
        elif text is not None and "=" in text:
            name, _, word = text.partition("=")
            found[name.strip()] = Known(word)
        else:
            raise ParametersError(f"holds something that is not a parameter; it can be {FORMS}")
    return found


def _value(node: Node) -> Value | None:
    """The value of a parameter; a list is the text that CloudFormation takes. None of a map."""
    if isinstance(node, IntrinsicCall):  # a dynamic reference
        node = node.argument
    if isinstance(node, Known):
        return Known(node.data)
    texts = [spelled(item.data) for item in elements(node) if isinstance(item, Known)]
    if isinstance(node, Items) and len(texts) == len(node.items):
        return Known(",".join(text or "" for text in texts))
    return None


def _of_sam(text: str) -> dict[str, Value]:
    """The parameter overrides of samconfig.toml, of the environment `default`."""
    import shlex
    import tomllib

    try:
        document: object = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ParametersError(f"is not TOML: {error}") from error
    found: dict[str, Value] = {}
    for command in ("global", "deploy"):
        given = document
        for step in ("default", command, "parameters", "parameter_overrides"):
            given = given.get(step) if isinstance(given, dict) else None
        if isinstance(given, dict):
            found |= {name: lifted(value) for name, value in given.items()}
            continue
        try:
            pairs = shlex.split(given) if isinstance(given, str) else given
        except ValueError as error:
            raise ParametersError(f"has parameter_overrides of no form: {error}") from error
        for pair in pairs if isinstance(pairs, list) else ():
            name, equals, value = str(pair).partition("=")
            if equals:
                found[name.strip()] = Known(value.strip().strip('"'))
    return found
