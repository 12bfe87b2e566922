"""Edits of user data: a setting of the ECS agent beside the line that names its cluster."""

import re

from taskwall.core.patterns import pattern
from taskwall.core.values import Span
from taskwall.findings.finding import Edit
from taskwall.fixes.refused import RefusedError
from taskwall.fixes.source_text import SourceText

_VALUE = r"""(?:"[^"\n]*"|'[^'\n]*'|(?:\$\{[^}\n]*\}|[^\s"'<>;|&\\])*)"""
_SHELL = pattern(
    rf"""(?P<lead>\s*(?:-\s+(?:!Sub\s+)?)?(?:echo\s+)?(?P<quote>["']?))ECS_CLUSTER={_VALUE}"""
    r"(?P<tail>(?P=quote)"
    r"(?:\s*>>?\s*[\w./-]+|\s*\|\s*(?:sudo\s+)?tee\s+(?:-a\s+)?[\w./-]+(?:\s*>\s*/dev/null)?)?)\s*"
)
"""A line of a file, or one that a shell writes to a file."""

_TOML = pattern(rf"(?P<lead>\s*)cluster\s*=\s*{_VALUE}\s*")
_POWERSHELL = pattern(r"\s*Initialize-ECSAgent(?:\s+[\w$\"'{}.:-]+)*\s*", re.IGNORECASE)


def with_setting(sheet: SourceText, row: Span, name: str, value: str) -> Edit:
    """The edit after which user data also gives the agent a setting.

    Args:
        sheet: the text that user data is in.
        row: where it names the agent's cluster.
        name: of the setting, as that kind of user data spells it.
        value: of the setting; none has a parameter of PowerShell.

    Raises:
        RefusedError: the line does more than to name the cluster.
    """
    start = sheet.line_start(sheet.offset(row.line, 1))
    end = sheet.line_end(start)
    line = sheet.text[start:end]
    if name.startswith("-"):
        if not _POWERSHELL.fullmatch(line):
            raise RefusedError
        at = start + len(line.rstrip())
        return sheet.edit(at, at, f" {name}", placeholder=False)
    found = (_SHELL if name.isupper() else _TOML).fullmatch(line)
    if found is None:
        raise RefusedError
    added = f"{found['lead']}{name} = {value}"
    if name.isupper():
        tail = re.sub(r"(?<!>)>(?!>|\s*/dev/null)", ">>", found["tail"])
        tail = re.sub(r"\btee\s+(?!-a)", "tee -a ", tail)
        added = f"{found['lead']}{name}={value}{tail}"
    return sheet.edit(end, end, f"\n{added}", placeholder=False)
