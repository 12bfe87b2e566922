"""Words that settings and options may have, and which was meant where one is misspelled."""

from collections.abc import Iterable, Sequence

from taskwall.settings import SettingsError


def one_of(word: str, known: Sequence[str], where: str) -> str:
    """The word itself, if it is one of those known.

    Raises:
        SettingsError: it is none; the message names the nearest, and all.
    """
    if word in known:
        return word
    raise SettingsError(f'{where}: "{word}" is none of {", ".join(known)}{nearest(word, known)}.')


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a sentence that asks whether the nearest known word was meant, or ""."""
    from difflib import get_close_matches

    found = get_close_matches(word, list(known), n=1)
    return f' (did you mean "{found[0]}"?)' if found else ""


def toml_text(text: str) -> str:
    """A text as TOML has it, for settings that are proposed."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
