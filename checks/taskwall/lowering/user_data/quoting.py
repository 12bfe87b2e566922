"""What quotes and backslashes mean to a shell."""


def bare(text: str) -> str:
    """An unquoted word without its backslashes."""
    found, index = "", 0
    while index < len(text):
        if text[index] == "\\" and index + 1 < len(text):
            index += 1
            if text[index] == "\n":
                index += 1
                continue
        found += text[index : index + 1]
        index += 1
    return found


def quoted(text: str) -> str:
    """What stands between double quotes, without the backslashes that have a meaning there."""
    for sign in ('"', "$", "`"):
        text = text.replace(f"\\{sign}", sign)
    return text.replace("\\\n", "").replace("\\\\", "\\")


def unescaped(text: str) -> str:
    """A here-document's text, without the backslashes that have a meaning there."""
    for sign in ("$", "\\"):
        text = text.replace(f"\\{sign}", sign)
    return text.replace("\\\n", "")


def escaped(text: str) -> str:
    """What `echo -e`, `printf` and `$'...'` make of backslashes."""
    for written, meant in (("\\n", "\n"), ("\\t", "\t"), ("\\r", "\r"), ("\\\\", "\\")):
        text = text.replace(written, meant)
    return text
