"""The syntax of shell scripts, as tree-sitter's grammar reads it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from taskwall.core.patterns import pattern

if TYPE_CHECKING:
    from re import Match

    from tree_sitter import Node, Parser

_parser: "Parser | None" = None


def tree_of(source: bytes) -> "Node":
    """The root of the tree of a script.

    To the grammar a substitution of nothing (two backticks) is an error; it is an empty text.
    """
    global _parser
    if _parser is None:
        import tree_sitter_bash
        from tree_sitter import Language, Parser

        _parser = Parser(Language(tree_sitter_bash.language()))
    root = _parser.parse(source).root_node
    if root.has_error and b"``" in source:
        mended = _parser.parse(source.replace(b"``", b'""')).root_node
        return root if mended.has_error else mended
    return root


def with_own_ends(script: str) -> str:
    """A script in which the words that end here-documents begin no other line.

    To the grammar `ECS_CLUSTER=a` is the end of `<<ECS`.
    """
    ends = {found[2] for found in _HEREDOC.finditer(script)}
    sizes = {len(end) for end in ends}
    texts = [line.strip() for line in script.split("\n")]
    begins = (text[:size] for text in texts for size in sizes if len(text) > size)
    begin = {word for word in begins if word in ends}

    def other(found: "Match[str]") -> str:
        return f"{found[1]}__{found[2]}__" if found[2] in begin else found[0]

    return _HEREDOC_END.sub(other, _HEREDOC.sub(other, script)) if begin else script


def leaves_of(node: "Node") -> "list[Node]":
    """The words and signs of an expression of `[`, in their order."""
    found, waiting = [], [node]
    while waiting:
        last = waiting.pop()
        if last.type in ("unary_expression", "binary_expression", "parenthesized_expression"):
            waiting += reversed(last.children)
        else:
            found.append(last)
    return found


def counted_names(script: str) -> Iterator[str]:
    """The names that arithmetic changes (`((X++))`, `let X=1`), or an expansion (`${X:=a}`)."""
    for first, old, let, name in _ARITHMETIC.findall(script):
        if name:
            yield name
        for changed in _CHANGES.finditer(first or old or let):
            yield changed[1] or changed[2]


_ARITHMETIC = pattern(
    r"\(\(([^\n]{0,400}?)\)\)|\$\[([^\n]{0,400}?)\]|\blet\s([^\n;&|]{0,400})"
    r"|\$\{([A-Za-z_]\w*)(?:\[[^\]\n]{0,100}\])?:?="
)
_CHANGES = pattern(
    r"(?<!\w)([A-Za-z_]\w*)(?:\[[^\]]*\])?\s*(?:\+\+|--|(?:[-+*/%&^|]|<<|>>)?=(?!=))"
    r"|(?:\+\+|--)\s*([A-Za-z_]\w*)"
)
_HEREDOC = pattern(r"((?<!<)<<-?[ \t]*['\"\\]?)([\w.-]+)")
_HEREDOC_END = pattern(r"(?m)^([ \t]*)([\w.-]+)(?=[ \t\r]*$)")

REDIRECTED_NODES = frozenset(("redirected_statement", "list"))
"""What holds a statement whose output or input may be another."""

QUOTED_NODES = frozenset(("string", "raw_string"))
"""Words in quotes, where no sign is a pattern's."""

SILENT_NODES = frozenset(
    (
        "comment", "test_command", "heredoc_body", "heredoc_end", "word", "number", "string",
        "variable_name", "do_group_end", "regex", "arithmetic_expansion",
        "raw_string", "concatenation", "simple_expansion", "expansion", "command_substitution",
        "file_redirect", "heredoc_start", "extglob_pattern", "c_style_for_expression",
        "binary_expression", "postfix_expression", "unary_expression", "parenthesized_expression",
        "ternary_expression",
    )
)  # fmt: skip
"""What does nothing where a statement stands."""
