"""Bottlerocket: settings in TOML, under the names of the agent's environment where there are such.

The setting names are from Bottlerocket's reference (settings.ecs and settings.network, read
2026-11-24): `awsvpc-block-imds` is false by default.
"""

import re

from taskwall.core.patterns import pattern
from taskwall.core.values import spelled
from taskwall.lowering.user_data.machine import Machine
from taskwall.lowering.user_data.marked import is_known

AGENT_NAMES = {
    ("ecs", "cluster"): "ECS_CLUSTER",
    ("ecs", "awsvpc-block-imds"): "ECS_AWSVPC_BLOCK_IMDS",
    ("network", "https-proxy"): "HTTPS_PROXY",
    ("network", "no-proxy"): "NO_PROXY",
}
_BOOLEAN = ("awsvpc-block-imds",)
SPELLED = {name: key for (_, key), name in AGENT_NAMES.items()}
"""How Bottlerocket spells what the agent takes under a name."""


def is_toml(text: str) -> bool:
    """Whether user data is Bottlerocket's: TOML that opens with a table of settings."""
    for line in text.split("\n"):
        bare = line.strip()
        if bare and not bare.startswith("#"):
            return bare.startswith(("[settings", "settings.", '["settings'))
    return False


def run(machine: Machine, text: str) -> None:
    """Take the settings of a text; one that is no TOML gives none, unless an unknown breaks it."""
    import tomllib

    machine.started_by = "bottlerocket"
    # An unknown for a value, without quotes, is one.
    text = _BARE.sub(r'\1"\2"\3', text)
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        if not is_known(text):
            machine.anything(0, machine.marks.needs(text))
        return
    settings = found.get("settings")
    if not isinstance(settings, dict):
        return
    machine.has_agent = isinstance(settings.get("ecs"), dict)
    for (table, key), name in AGENT_NAMES.items():
        held = settings.get(table)
        value = held.get(key) if isinstance(held, dict) else None
        if value is None:
            continue
        said = ",".join(map(str, value)) if isinstance(value, list) else spelled(value) or ""
        if key in _BOOLEAN and isinstance(value, str) and is_known(value):
            said = f'"{value}"'  # a text, which Bottlerocket does not take for true
        machine.direct.set(name, said, _row(text, key))


_BARE = pattern("(=[ \\t]*)([\ue000-\uf8ff])([ \\t]*(?:#.*)?)$", re.MULTILINE)


def _row(text: str, key: str) -> int:
    found = re.search(rf"^[ \t]*(?:[\w.-]+\.)?\"?{re.escape(key)}\"?[ \t]*=", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) if found else 0
