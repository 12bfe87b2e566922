"""cloud-init: MIME archives and their parts, and cloud-config's own orders.

What is begun by no sign that cloud-init knows is not run, and gives no settings.
"""

from base64 import b64encode

from msgspec import Struct

from taskwall.core.values import Need
from taskwall.lowering.user_data.machine import Machine, lines
from taskwall.lowering.user_data.marked import STAND_IN, is_known
from taskwall.lowering.user_data.quoting import for_shell
from taskwall.lowering.user_data.shell import script
from taskwall.lowering.user_data.shell.shebang import SHELL_NAMES, interpreter

READ = "2026-11-24"

MAX_MIME_PARTS = 100


class MimePart(Struct, frozen=True):
    """A piece of user data, its MIME type ("" if only its beginning tells), and where it begins."""

    text: str
    row: int
    type: str = ""
    doubt: tuple[Need, ...] = ()


_SIGNS = {
    "#!": "text/x-shellscript",
    "#cloud-config": "text/cloud-config",
    "#cloud-boothook": "text/cloud-boothook",
    "#include": "text/x-include-url",
    "## template: jinja": "text/jinja2",
    "#part-handler": "text/part-handler",
}
"""How cloud-init tells what a piece is (its documentation, "User data formats")."""

_BRING = ("text/x-include-url", "text/jinja2", "text/part-handler")


def is_archive(text: str) -> bool:
    """Whether a text is a MIME archive."""
    head = text.lstrip()[:200].lower()
    return head.startswith(("content-type: multipart/", "mime-version:"))


def parts_of(text: str) -> list[MimePart]:
    """The pieces of a MIME archive."""
    from email import message_from_string

    found = []
    message = message_from_string(text.lstrip())
    for number, inner in enumerate(message.walk()):
        if number > MAX_MIME_PARTS:
            break
        payload = inner.get_payload()
        if inner.is_multipart() or not isinstance(payload, str):
            continue
        encoding = str(inner.get("Content-Transfer-Encoding", "")).lower()
        if encoding in ("base64", "quoted-printable") and not is_known(payload):
            # Nobody reads what is in it: it is as unknown as its unknown pieces.
            payload = "".join(STAND_IN.findall(payload))
        elif encoding in ("base64", "quoted-printable"):
            decoded = inner.get_payload(decode=True)
            payload = decoded.decode("utf-8", "replace") if isinstance(decoded, bytes) else ""
        row = text.count("\n", 0, max(text.find(payload), 0))
        found.append(MimePart(payload, row, inner.get_content_type()))
    return found


def run(machine: Machine, parts: list[MimePart]) -> None:
    """Let pieces act in cloud-init's order: boot hooks, orders at boot, files, scripts."""
    from yaml import YAMLError

    kinds = [(part, _kind(part)) for part in parts]
    configs = []
    for part, kind in kinds:
        if kind == "text/cloud-boothook":
            _script(machine, part)
        elif kind == "text/cloud-config":
            aliased, config = False, None
            try:
                aliased = _has_aliases(part.text)
                config = None if aliased else _config(part)
            except (YAMLError, RecursionError, ValueError):
                pass  # cloud-init passes over what is no YAML.
            if aliased:
                machine.anything(part.row, (*part.doubt, _ALIASES))
            elif config is not None and all(map(is_known, config)):
                configs.append((part, config))
            elif not is_known(part.text):
                machine.anything(part.row, (*part.doubt, *machine.marks.needs(part.text)))
        else:
            _unseen(machine, part, kind)
    for stage in ("bootcmd", "write_files"):
        for part, config in configs:
            doubt = part.doubt
            if sum(stage in other for _, other in configs) > 1:
                doubt = (*doubt, Need(f"{stage} of several parts", "is merged on the instance"))
            _orders(machine, part, config, stage, doubt)
    for part, kind in kinds:
        if kind == "text/x-shellscript":
            _script(machine, part)
        else:
            # In its turn again: what it is, or brings, may be a cloud-config or a script.
            _unseen(machine, part, kind)
    for part, config in configs:
        _orders(machine, part, config, "runcmd", part.doubt)


def _unseen(machine: Machine, part: MimePart, kind: str) -> None:
    """Let a piece act of which nobody knows what it is, or what it brings."""
    if kind in _BRING or (kind == "" and not is_known(part.text)):
        needs = machine.marks.needs(part.text) or machine.unknown(f"the content of {kind}")
        machine.anything(part.row, (*part.doubt, *needs))


def _kind(part: MimePart) -> str:
    """The MIME type by which cloud-init treats a piece; "" where it does not know it."""
    text = part.text.lstrip()
    if part.type in ("", "text/plain", "text/x-not-multipart"):
        for sign, kind in _SIGNS.items():
            if text.lower().startswith(sign):
                return kind
        if STAND_IN.match(text):
            return ""
        return "text/plain"
    return part.type


def _script(machine: Machine, part: MimePart) -> None:
    lead = part.text[: len(part.text) - len(part.text.lstrip())]
    text = part.text.lstrip()
    first = text.partition("\n")[0]
    if first.startswith("#!") and interpreter(first) not in SHELL_NAMES:
        # Another language: what it writes is not read.
        if "ecs" in text:
            machine.anything(
                part.row, machine.unknown(f"what the script of {first[2:].strip()} does")
            )
        return
    script.run(machine, text, part.row + lead.count("\n"), part.doubt)


_ALIASES = Need("user data", "has aliases of YAML, which are not followed")


def _has_aliases(text: str) -> bool:
    """Whether a piece has aliases of YAML, which can make little text into very much data."""
    import yaml

    events = yaml.parse(text, Loader=yaml.CSafeLoader) if "&" in text else ()
    return any(isinstance(event, yaml.AliasEvent) for event in events)


def _config(part: MimePart) -> dict[str, object] | None:
    import yaml

    found = yaml.load(part.text, Loader=yaml.CSafeLoader)
    return {str(key): value for key, value in found.items()} if isinstance(found, dict) else None


def _row(part: MimePart, text: str) -> int:
    """The row of a text within a piece, as well as it can be found; else where the piece begins."""
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    at = part.text.find(first) if first else -1
    return part.row + (part.text.count("\n", 0, at) if at >= 0 else 0)


def _orders(
    machine: Machine, part: MimePart, config: dict[str, object], stage: str, doubt: tuple[Need, ...]
) -> None:
    orders = config.get(stage)
    if isinstance(orders, str) and not is_known(orders):
        machine.anything(_row(part, orders), machine.marks.needs(orders))
    if not isinstance(orders, list):
        return
    for order in orders:
        if stage == "write_files":
            _write(machine, part, order, doubt)
        elif isinstance(order, str):
            script.run(machine, order, _row(part, order), doubt)
        elif isinstance(order, list):
            words = [str(word) for word in order]
            command = " ".join(for_shell(word) for word in words)
            script.run(machine, command, _row(part, words[0] if words else ""), doubt)


def _write(machine: Machine, part: MimePart, order: object, doubt: tuple[Need, ...]) -> None:
    if not isinstance(order, dict):
        if isinstance(order, str) and not is_known(order):
            machine.anything(_row(part, order), machine.marks.needs(order))
        return
    path, content = str(order.get("path", "")).strip(), order.get("content")
    encoding = str(order.get("encoding")).strip().lower()
    append = str(order.get("append")).strip().lower() in _TRUE
    if isinstance(content, bytes):  # what `!!binary` says
        encoded = encoding in _ENCODINGS
        content = b64encode(content).decode() if encoded else content.decode("utf-8", "replace")
    text = content if isinstance(content, str) else ""
    row = _row(part, text)
    if order.get("source"):  # from another place, which takes the place of the content
        machine.replace(path, row, machine.unknown(path), whole=not append)
        return
    if encoding in _ENCODINGS or not is_known(encoding):
        from taskwall.lowering.user_data.layers import unpacked

        decoded = unpacked(text) if is_known(encoding + text) else None
        if decoded is None:
            needs = machine.marks.needs(encoding + text) or machine.unknown(path)
            machine.replace(path, row, needs, whole=True)
            return
        machine.write(path, lines(decoded, row, within=False), append, doubt)
        return
    machine.write(path, lines(text, row), append, doubt)


_ENCODINGS = frozenset(
    (
        "gz", "gzip", "b64", "base64", "gz+b64", "gz+base64", "gzip+b64", "gzip+base64",
    )
)  # fmt: skip
"""The encodings of files that cloud-init knows (its module Write Files); another is plain text."""

_TRUE = ("true", "1", "on", "yes")
"""How cloud-init writes that a switch is on."""
