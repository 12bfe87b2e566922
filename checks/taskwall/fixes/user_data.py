"""Edits of user data: a setting of the ECS agent, where it stands or beside another one."""

import re

from taskwall.core.patterns import pattern
from taskwall.core.values import Span
from taskwall.findings.finding import Edit
from taskwall.fixes.refused import RefusedError
from taskwall.fixes.source_text import SourceText

_VALUE = r"""(?:"[^"\n]*"|'[^'\n]*'|(?:\$\{[^}\n]*\}|[^\s"'<>;|&\\])*)"""
_WHOLE = rf"""(?P<value>(?>{_VALUE}))(?=[\s"'<>;|&]|\\n|(?<!=)\\"|$)"""
"""A value that ends where a word does, before an escaped line break or quotation mark as well.

Behind the sign such a mark begins a value.
"""

_FILE = r"(?:\s*>>?\s*[\w./-]+|\s*\|\s*(?:sudo\s+)?tee\s+(?:-a\s+)?[\w./-]+(?:\s*>\s*/dev/null)?)?"
_SHELL = pattern(
    r"""(?P<lead>\s*(?:-\s+(?:!Sub\s+)?(?P<outer>["']?))?(?:echo\s+)?(?:Environment=)?"""
    rf"""(?P<quote>["']?))[A-Za-z_]+={_VALUE}(?P<tail>(?P=quote){_FILE}(?(outer)(?P=outer)))\s*"""
)
"""A line of a file, or one that a shell writes to a file; or an element of a list of lines."""

_SHEBANG = pattern(r"(?P<lead>\s*)#!.*")

_JSON = pattern(rf'(?P<lead>\s*"(?:echo\s+)?)[A-Za-z_]+={_VALUE}(?P<tail>{_FILE}"),?\s*')
"""A line that is an element of a list in JSON."""

_TEXT = (
    r'(?P<start>"|\\n)(?P<lead>(?:echo\s+)?){beside}='
    r'(?:\$\{{[^}}"\n]*\}}|[^\s"\'<>;|&\\{{]|",\s*\{{[^{{}}]*\}}\s*,\s*")*'
    r"(?P<tail>(?:\s*>>?\s*[\w./-]+)?)(?=\\n)"
)
"""A line inside a text with escaped line breaks, which may be put together of several pieces."""

_TOML = pattern(rf"(?P<lead>\s*)cluster\s*=\s*{_VALUE}\s*")
_POWERSHELL = pattern(r"\s*Initialize-ECSAgent(?:\s+[\w$\"'{}.:-]+)*\s*", re.IGNORECASE)
_VARIABLE = pattern(
    r"""(?P<lead>\s*\[(?:System\.)?Environment\]::SetEnvironmentVariable\(\s*(?P<quote>["']))"""
    r"""\w+(?P=quote),\s*(?:"[^"]*"|'[^']*'|\$\w+)(?P<tail>,\s*["']?[\w.:\[\]]+["']?\s*\);?)"""
    r"""\s*(?:\#.*)?""",
    re.IGNORECASE,
)
"""A line of PowerShell that sets a variable; in its texts no backslash is escaped."""


def with_setting(sheet: SourceText, row: Span, name: str, value: str) -> Edit:
    """The edit after which user data gives the agent a setting.

    Args:
        sheet: the text that user data is in.
        row: where it gives the agent that setting, or another one.
        name: of the setting, as that kind of user data spells it.
        value: of the setting; none has a parameter of PowerShell.

    Raises:
        RefusedError: the line does more than to give the agent a setting.
    """
    start = sheet.line_start(sheet.offset(row.line, 1))
    end = sheet.line_end(start)
    line = sheet.text[start:end]
    if name.startswith("-"):
        if not _POWERSHELL.fullmatch(line) or name.lower() in line.lower():
            raise RefusedError
        at = start + len(line.rstrip())
        return sheet.edit(at, at, f" {name}", placeholder=False)
    if "\\" in value and not _VARIABLE.fullmatch(line):
        raise RefusedError  # which other kinds of text would have to escape
    if "\\n" in line:
        return _in_text(sheet, start, row, name, value)
    if (old := _value(line, name)) is not None:
        return sheet.edit(start + old.start("value"), start + old.end("value"), value, False)
    if name.isupper() and (script := _SHEBANG.fullmatch(line)) is not None:
        added = f"{script['lead']}echo {name}={value} >> /etc/ecs/ecs.config"
        return sheet.edit(end, end, f"\n{added}", placeholder=False)
    if not name.isupper():
        if (found := _TOML.fullmatch(line)) is None:
            raise RefusedError
        return sheet.edit(end, end, f"\n{found['lead']}{name} = {value}", placeholder=False)
    if (found := _VARIABLE.fullmatch(line)) is not None:
        quote = found["quote"]
        added = f"{found['lead']}{name}{quote}, {quote}{value}{quote}{found['tail']}"
        return sheet.edit(end, end, f"\n{added}", placeholder=False)
    if (found := _SHELL.fullmatch(line)) is not None:
        added = f"{found['lead']}{name}={value}{_appending(found['tail'])}"
        return sheet.edit(end, end, f"\n{added}", placeholder=False)
    if (found := _JSON.fullmatch(line)) is not None:
        added = f"{found['lead']}{name}={value}{_appending(found['tail'])}"
        at = start + found.end("tail")
        return sheet.edit(at, at, f",\n{added}", placeholder=False)
    return _in_text(sheet, start, row, name, value)


def row_of_file(sheet: SourceText, row: Span, resource: Span) -> Span:
    """Where the metadata of a resource writes the agent's settings for cfn-init.

    Args:
        sheet: the text that they are in.
        row: where user data gives them to the agent: by a call of cfn-init, or by itself.
        resource: the place of the resource.

    Returns:
        the line that names the cluster; `row` if user data itself does.

    Raises:
        RefusedError: none does, or several do.
    """
    if "cfn-init" not in _line(sheet, row.line):
        return row
    lines = range(resource.line, resource.end_line + 1)
    found = [line for line in lines if "ECS_CLUSTER=" in _line(sheet, line)]
    if len(found) != 1:
        raise RefusedError
    return Span(row.file, found[0], 1, found[0], 2)


def _line(sheet: SourceText, number: int) -> str:
    start = sheet.offset(number, 1)
    return sheet.text[start : sheet.line_end(start)]


def _value(line: str, name: str) -> re.Match[str] | None:
    """Where a line gives a setting a value; None if it does not.

    Raises:
        RefusedError: it does so several times, or in a way that cannot be told.
    """
    sign = "=" if name.isupper() else r"\s*=\s*"  # around which TOML allows blanks
    spelled = rf'(?<![\w-]){re.escape(name)}(?:{sign}{_WHOLE}|",\s*")'
    variable = rf"""(?P<quote>["']){re.escape(name)}(?P=quote),\s*(["'])(?P<value>[^"']*)\2"""
    found = [*re.finditer(variable, line)] or [*re.finditer(spelled, line)]
    if len(found) > 1 or any(not _is_replaceable(one["value"]) for one in found):
        raise RefusedError
    if not found and re.search(rf"(?<![\w-]){re.escape(name)}\s*=", line):
        raise RefusedError
    return found[0] if found else None


def _is_replaceable(value: str | None) -> bool:
    """Whether a value is there, and is not the beginning of what a command gives."""
    return value is not None and "`" not in value and value.count("(") == value.count(")")


def _in_text(sheet: SourceText, start: int, row: Span, name: str, value: str) -> Edit:
    """The edit inside a text with escaped line breaks, such as one of JSON.

    In templates it may be put together of a list, of which `row` is an element. What follows in HCL
    is another attribute.
    """
    whole = sheet.offset(row.end_line, row.end_column)
    in_list = whole if row.end_line > row.line else sheet.text.find("]", whole)
    end = len(sheet.text) if in_list < 0 else in_list
    if sheet.file.endswith((".tf", ".tofu")):
        end = sheet.line_end(start)
    written = rf"""(?:"|\\n)(?:[ \t]|\\t)*(?:echo\s+)?["']?{name}=(?:{_WHOLE})?"""
    found = list(re.compile(written).finditer(sheet.text, start, end))
    if not all(_is_replaceable(one["value"]) for one in found):
        raise RefusedError
    if len(found) == 1 and found[0]["value"] != value:  # it is overwritten
        return sheet.edit(found[0].start("value"), found[0].end("value"), value, placeholder=False)
    beside = "HTTP_PROXY" if name == "NO_PROXY" else "ECS_CLUSTER"
    lines = list(re.compile(_TEXT.format(beside=beside)).finditer(sheet.text, start, end))
    if found or len(lines) != 1:
        raise RefusedError
    added = f"{lines[0]['lead']}{name}={value}{_appending(lines[0]['tail'])}\\n"
    at = lines[0].end() + len(r"\n")
    return sheet.edit(at, at, added, placeholder=False)


def _appending(tail: str) -> str:
    """What sends a line to the end of a file, where the first one may begin the file."""
    tail = re.sub(r"(?<!>)>(?!>|\s*/dev/null)", ">>", tail)
    return re.sub(r"\btee\s+(?!-a)", "tee -a ", tail)
