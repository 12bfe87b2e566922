"""What stands before a command and only says how to run it: `sudo`, `env`, `timeout`."""

_PREFIXES: dict[str, tuple[tuple[str, ...], int]] = {
    **dict.fromkeys(("builtin", "command", "nohup", "setsid"), ((), 0)),
    "cloud-init-per": ((), 2),
    "env": (("-C", "-u", "--chdir", "--unset"), 0),
    "exec": (("-a",), 0),
    "ionice": (("-c", "-n", "--class", "--classdata"), 0),
    "nice": (("-n", "--adjustment"), 0),
    "stdbuf": (("-e", "-i", "-o", "--error", "--input", "--output"), 0),
    "sudo": (("-C", "-D", "-g", "-p", "-u", "--chdir", "--group", "--prompt", "--user"), 0),
    "time": (("-f", "-o", "--format", "--output"), 0),
    "timeout": (("-k", "-s", "--kill-after", "--signal"), 1),
}
"""What only says how to run a command: its options that take a word, and its own words."""


def stripped(words: list[str]) -> list[str]:
    """A command without what only says how to run it: `sudo -u root`, `env A=b`.

    `cloud-init-per FREQUENCY NAME COMMAND` runs one so often, at the first start in any case.
    """
    while words and (how := words[0].rpartition("/")[2]) in _PREFIXES:
        takes, own = _PREFIXES[how]
        words = words[1:]
        while words and (words[0].startswith("-") or ("=" in words[0] and "/" not in words[0])):
            words = words[2:] if words[0] in takes else words[1:]
        words = words[own:]
    return words
