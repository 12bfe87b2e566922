"""Conditions: whether one is true, and which commands are taken to succeed."""

import operator
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from taskwall.core.patterns import pattern
from taskwall.core.truths import all_true, any_true, negation
from taskwall.lowering.user_data.marked import STAND_IN, is_known
from taskwall.lowering.user_data.shell.call import DEEPEST
from taskwall.lowering.user_data.shell.command_prefixes import stripped
from taskwall.lowering.user_data.shell.syntax import QUOTED_NODES, leaves_of
from taskwall.lowering.user_data.shell.words import PATTERN_NODES, PLAIN_TEXT, ShellWords

if TYPE_CHECKING:
    from tree_sitter import Node

READ = "2026-11-29"

_SAFE = frozenset(
    (
        "apt", "apt-get", "cat", "cd", "chmod", "chown", "curl", "dnf", "echo",
        "install", "mkdir", "printf", "rpm", "set", "sleep", "start", "systemctl", "tee",
        "touch", "true", "yum", "update-ca-trust",
    )
)  # fmt: skip
"""Commands on whose success the next one counts: `mkdir -p /etc/ecs && echo ...`."""


def succeeds(shell: ShellWords, node: "Node") -> bool:
    """Whether a statement is taken to succeed, so that what waits for its success runs."""
    while node.type in ("redirected_statement", "list", "pipeline") and node.named_children:
        node = node.named_children[-1 if node.type != "redirected_statement" else 0]
    if node.type == "declaration_command":
        return True
    words = node.named_children if node.type == "command" else []
    words = [word for word in words if word.type != "variable_assignment"]
    called = stripped([shell.text(word) for word in words])
    return bool(called) and called[0].rpartition("/")[2] in _SAFE


def is_true(shell: ShellWords, node: "Node", depth: int = 0) -> bool | None:
    """Whether a condition is true; None where only the instance knows: `[ -n "" ]`, `true`."""
    parts = node.named_children
    if node.has_error or depth > DEEPEST:
        return None
    if node.type == "negated_command" and len(parts) == 1:
        return negation(is_true(shell, parts[0], depth + 1))
    if node.type == "list":
        ends = [is_true(shell, part, depth + 1) for part in (parts[0], parts[-1])]
        both = any(child.type == "&&" for child in node.children)
        return all_true(ends) if both else any_true(ends)
    if node.type == "command":
        words = [shell.text(part) for part in parts]
        if words in (["true"], [":"], ["false"]):
            return words != ["false"]
        return _of_words(shell.words(parts[1:]), shell) if words[:1] == ["test"] else None
    if node.type != "test_command" or len(parts) != 1:
        return None
    if node.children[0].type == "[":
        return _of_words(shell.words(leaves_of(parts[0])), shell)
    leaves = leaves_of(parts[0])
    if any(leaf.type in ("(", ")") for leaf in leaves):
        return None
    # The grammar takes `a || b = c` apart behind `b`.
    either = _parted(leaves, "||", _type)
    return any_true(
        all_true(map(partial(_compares, shell), _parted(each, "&&", _type))) for each in either
    )


def _compares(shell: ShellWords, leaves: "list[Node]") -> bool | None:
    """What `[[` says of its words, which it does not split, without `&&` and `||`."""
    words = []
    for leaf in leaves:
        text = shell.text(leaf)
        sign = leaf.type == "test_operator" or not leaf.is_named
        words.append(text if sign or leaf.type in PATTERN_NODES else shell.word(leaf))
    compares = len(words) > 2 and words[-2] in _TEXT_SIGNS
    if compares and leaves[-1].type not in QUOTED_NODES and not PLAIN_TEXT.fullmatch(words[-1]):
        return None  # a pattern
    return _of_words(words, shell)


def _exists(shell: ShellWords, word: str) -> bool | None:
    """Whether a file is there where the script runs for the first time.

    Scripts mark there what they have done once: `if [ ! -f .../sem/config_proxy ]`.
    """
    path = shell.path(word)
    if not path.startswith(_OF_THE_INSTANCE) or not is_known(path):
        return None
    held = shell.machine.files.get(path)
    if held is None:
        return False
    return None if not held or any(line.doubt for line in held) else True


_OF_THE_INSTANCE = "/var/lib/cloud/instance/sem/"
"""Where cloud-init keeps the marks of one instance: empty for a new one but for its own.

After the Amazon ECS Developer Guide, "HTTP proxy configuration".
"""


def _type(node: "Node") -> str:
    return node.type


_TEXT_SIGNS = ("=", "==", "!=")
_NUMBER_SIGNS: dict[str, Callable[[int, int], bool]] = {
    "-eq": operator.eq, "-ne": operator.ne, "-gt": operator.gt, "-ge": operator.ge,
    "-lt": operator.lt, "-le": operator.le,
}  # fmt: skip
_NUMBER = pattern(r"-?(?:0|[1-9]\d{0,17})")
_FILE_SIGNS = frozenset(("-a", "-d", "-e", "-f", "-r", "-s"))


def _of_words(words: list[str], shell: ShellWords) -> bool | None:
    """What `[` says of its words, by how many there are (POSIX, "test"); None: it is not known.

    A word that is not there counts: `[ -n $V ]` with an empty V tests the one word `-n`.
    """
    count = len(words)
    if count < 2:
        return _is_filled(words[0]) if words else False
    if count == 3 and words[1] in (*_TEXT_SIGNS, *_NUMBER_SIGNS):
        return _words_compare(*words)
    if words[0] == "!" and count <= 4:
        wrong = count == 3 and not _is_whole(words)  # an error is false behind `!`, too
        return None if wrong else negation(_of_words(words[1:], shell))
    if count == 2:
        return _of_two(words[0], words[1], shell)
    either = _parted(words, "-o", str)
    if not all(_is_whole(part) for each in either for part in _parted(each, "-a", str)):
        return None
    for sign, joined in (("-o", any_true), ("-a", all_true)):
        if sign in words:
            return joined(_of_words(part, shell) for part in _parted(words, sign, str))
    return None


_T = TypeVar("_T")


def _parted(words: Iterable[_T], sign: str, key: Callable[[_T], str]) -> list[list[_T]]:
    """Words between those that join them, which a key tells."""
    found: list[list[_T]] = [[]]
    for word in words:
        if key(word) == sign:
            found.append([])
        else:
            found[-1].append(word)
    return found


def _of_two(sign: str, word: str, shell: ShellWords) -> bool | None:
    if sign in _FILE_SIGNS:
        return _exists(shell, word)
    if sign in ("-n", "-z"):
        return _is_filled(word) if sign == "-n" else negation(_is_filled(word))
    # What is no operator is an error, which is as good as false.
    return None if _may_ask(sign) else False


def _is_whole(words: list[str]) -> bool:
    """Whether words without `-a` and `-o` are a test; else `[` may report an error."""
    while words[:1] == ["!"] and len(words) > 1:
        words = words[1:]
    if len(words) == 1:
        return not words[0].startswith(("!", "-", "("))  # `-n $V` without a word in V
    if len(words) == 2:
        return _may_ask(words[0])
    return len(words) == 3 and words[1] in (*_TEXT_SIGNS, *_NUMBER_SIGNS)


def _may_ask(word: str) -> bool:
    """Whether a word may be an operator that asks something of the next."""
    return word.startswith(("-", "(")) or not is_known(word)


def _is_filled(word: str) -> bool | None:
    """Whether a word is not empty."""
    return True if STAND_IN.sub("", word) else False if is_known(word) else None


def _words_compare(left: str, sign: str, right: str) -> bool | None:
    """Whether two texts, or two numbers, are as a sign says."""
    if not is_known(left + right):
        return None
    if sign in _TEXT_SIGNS:
        return (left == right) is (sign != "!=")
    of_numbers = _NUMBER_SIGNS.get(sign)
    if of_numbers is None or not (_NUMBER.fullmatch(left) and _NUMBER.fullmatch(right)):
        return None
    return of_numbers(int(left), int(right))
