"""The text of a finding's fix: what a rule says, made for the place."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from taskwall.core.change import AttributeChange, NewValue, SourceCode, holds_code
from taskwall.core.patterns import pattern
from taskwall.core.values import Origin
from taskwall.fixes.references import local_name, outer_modules, referred_from
from taskwall.fixes.refused import RefusedError
from taskwall.source.files import UnreadableError

_CODE = pattern(r'[\w".-]+(?::(?=\s|$)| *=|\(| *\{$)|[-#{] |(?:resource|data) "', re.MULTILINE)
"""How code begins, in Terraform, YAML and Python; sentences begin otherwise."""


def fix_text(
    section: str,
    names: Mapping[str, str],
    changes: Iterable[AttributeChange],
    on: Origin,
    rule: str = "",
) -> str:
    """What to write in place of what is wrong.

    Args:
        section: what the rule says in the language of the source: a sentence, code after it, or
            code alone.
        names: what its `<name>` stand for: addresses of resources, numbers, or words.
        changes: what mends this finding, if attributes do: the code is made of them.
        on: what has to change.
        rule: the id of the rule.
    """
    head, code = _parts(section)
    head, code = _filled(head, names, on), _filled(code, names, on)
    changes = tuple(changes)
    code = "\n".join(_written(changes, on)).lstrip("\n") or code
    if _needs_sub(changes, on):
        head = f"{head.removesuffix('.')}, with Fn::Sub around the text of the policy"
    if on.construct is not None:
        from taskwall.fixes.cdk import in_cdk

        construct, spelled = in_cdk(rule, on.construct, code)
        if spelled:
            head, code = _parts(_filled(spelled, names, on))
            where = f"In the CDK app, in Python, at the construct {construct}"
            return _joined(f"{where}. {head}" if head else where, code)
        head = _of_construct(on.construct, head, bool(code))
    if on.download is not None:
        from taskwall.fixes.registry_modules import in_call

        if arguments := in_call(rule, on.download.source, code):
            head, code = _parts(arguments)
            where = in_the_call(on.download.name)
            return _joined(f"{where}. {head}" if head else where, code)
        made = f"{on.download.name} makes this: where it has arguments for it, set them."
        head, code = (head, f"{code}\n{made}") if code else (f"{head} {made}".lstrip(), "")
    return _joined(head, code)


def _needs_sub(changes: Sequence[AttributeChange], on: Origin) -> bool:
    """Whether a text of a template gets what only Fn::Sub puts into one."""
    if on.language == "terraform":
        return False
    return any(each.form == "text" and holds_code(each.cloudformation) for each in changes)


def in_the_call(name: str) -> str:
    """How a fix text begins that says what to write in the call of a module."""
    return f"In the call {name}"


def rule_text(section: str) -> str:
    """What a rule says of its fix, as findings have it where nothing is to be filled in."""
    return _joined(*_parts(section))


def noted(text: str, sentence: str) -> str:
    """A fix text with a further sentence before its code."""
    head, code = _parts(text)
    return _joined(f"{head.removesuffix('.')}. {sentence}" if head else sentence, code)


def with_input(text: str, advice: str) -> str:
    """A fix text that says, before its code, which input spares a change of the code."""
    head, code = _parts(text)
    spared = f"Without a change of the code: {advice}"
    said = " ".join(f"{each.removesuffix('.')}." for each in (head, spared) if each)
    return _joined(f"{said} With one", code) if code else said


def for_json(text: str) -> str:
    """A fix text with code in YAML, for a template in JSON."""
    from taskwall.fixes.json_code import json_code

    head, code = _parts(text)
    try:
        code = json_code(code)
    except (RefusedError, UnreadableError):
        return text  # what stands in a document of another kind, such as user data
    return _joined(head, code)


def code_of(text: str) -> str:
    """The code of a fix text; "" if it is nothing but sentences."""
    return _parts(text)[1]


def attributes_of(code: str, language: str) -> Mapping[str, NewValue]:
    """What code that sets one attribute in Terraform, or some in YAML, sets."""
    if language == "terraform":
        name, _, text = code.partition(" = ")
        return {name: SourceCode(text)}
    from taskwall.fixes.json_code import yaml_value

    return yaml_value(code)


def _parts(section: str) -> tuple[str, str]:
    """The sentence and the code of what a rule says of its fix; either may be empty."""
    if _CODE.match(section):
        return "", section
    head, _, code = section.partition(":\n")
    return " ".join(head.split()), code


def _joined(head: str, code: str) -> str:
    return f"{head.removesuffix('.')}:\n{code}" if head and code else head or code


def _of_construct(path: str, head: str, has_code: bool) -> str:
    """The sentence of a fix for what a construct of CDK makes."""
    if not has_code:
        return f"{head.removesuffix('.')}. The CDK construct {path} makes this."
    where = f"In the CDK app, change the construct {path}, so that its template has"
    return f"{where} this. {head}" if head else where


def _filled(text: str, names: Mapping[str, str], on: Origin) -> str:
    """A text with names in it, in angle brackets what cannot be referred to there.

    Within a longer name (`com.amazonaws.<region>.<service>`) it is a word as it stands.
    """
    for name, meant in names.items():
        text = text.replace(f".<{name}>", f".{meant}")
        # A number, or several; or a part of names of new resources.
        if meant.replace(",", "").isdigit() or name == "name":
            text = text.replace(f"<{name}>", meant)
        elif local := local_name(meant, _near(on), on.language):
            text = text.replace(f"<{name}>", local)
        else:
            placeholder = f"<{meant}>".replace("\\", r"\\")
            if on.language == "terraform":  # an expression: a text, so that it parses
                text = re.sub(rf"(?<== )<{name}>(?:\.\w+)?", f'"{placeholder}"', text)
            text = re.sub(rf"(?:!\w+ )?<{name}>(?:\.\w+)?", placeholder, text)
    return text


def _near(on: Origin) -> str:
    """Where a fix is written: beside the resource, or beside the call of its downloaded module."""
    if on.download is None:
        return on.address
    return outer_modules(on.address, on.called_from.index(on.download))


def _written(changes: Iterable[AttributeChange], on: Origin) -> Iterator[str]:
    """The lines of code that changes stand for, those of other resources after their names."""
    by_resource: dict[str, dict[str, NewValue]] = {}
    said: set[str] = set()
    beside: list[str] = []
    for change in changes:
        if change.form in ("removed", "agent"):
            continue
        if change.form == "beside":
            from taskwall.fixes.new_resource import resource_code

            added = referred_from(change.value_in(on.language), _near(on), on.language)
            beside += ["", resource_code(added, on.language)]
            continue
        wanted = referred_from(change.value_in(on.language), _near(on), on.language)
        keys = _keys(change.attribute.path)
        if change.form == "text":
            from taskwall.fixes.json_text import json_lines

            lines = json_lines(keys, wanted, on.language)
            yield from {lines} - said
            said.add(lines)
            continue
        if on.language == "terraform" and _in_document(change.attribute.path):
            from taskwall.fixes.hcl_document import document_code

            yield from (line for line in document_code(keys, wanted) if line not in said)
            said.update(document_code(keys, wanted))
            continue
        into = by_resource.setdefault(change.attribute.address, {})
        *keys, last = keys or [""]
        for key in keys:
            inner = into.setdefault(key, {})
            assert isinstance(inner, dict)
            into = inner
        if change.name:
            into[change.name] = wanted
        elif last:
            into[last] = _together(into.get(last), wanted)
        elif isinstance(wanted, Mapping):
            into.update(wanted)
    for address, wanted_there in sorted(by_resource.items(), key=lambda one: one[0] != on.address):
        if address != on.address:
            yield f"# {local_name(address, on.address, on.language) or address}"
        if on.language == "terraform":
            from taskwall.fixes.hcl_text import member_lines

            yield from member_lines(wanted_there, "")
        else:
            from taskwall.fixes.yaml_text import INDENT_WIDTH, block

            yield from block(wanted_there, "", INDENT_WIDTH)
    yield from beside


def _together(one: NewValue, other: NewValue) -> NewValue:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return {**one, **other}
    return other


def _keys(path: str) -> list[str]:
    """The keys of a path behind its last index, which says which block of several is meant."""
    inner = re.sub(r"^.*\[(?:\d+|\*)\]\.?", "", path.removesuffix("[+]"))
    inner = "" if path.endswith(".Statement[+]") else inner
    return [quoted or key for quoted, key in re.findall(r'\["([^"]*)"\]|([^.\[\]]+)', inner)]


def _in_document(path: str) -> bool:
    """Whether a path of Terraform leads into JSON, where AWS's names begin with capitals."""
    return path != path.lower()
