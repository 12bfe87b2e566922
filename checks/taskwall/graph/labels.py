"""What stands on boxes and frames in formats that have nothing but labels."""

from collections.abc import Iterable, Iterator, Sequence

from taskwall.findings.finding import Absent
from taskwall.findings.text import absent_count, is_one_call
from taskwall.graph import Graph, GraphFrame, GraphNode


def inner_frames(graph: Graph, frame: str | None) -> Iterator[GraphFrame]:
    """The frames that are in a frame, or in none."""
    return (each for each in graph.frames if each.parent == frame)


def titles(frame: GraphFrame) -> tuple[str, ...]:
    """The lines at the top of a frame."""
    if frame.tier is None:
        return (f"VPC {frame.name}",)
    return (frame.name, ", ".join(frame.names)) if frame.names else (frame.name,)


def box(graph: Graph, node: GraphNode) -> tuple[str, ...]:
    """The lines in a box: its kind, its name, and the rules that fail on it."""
    kind, _, name = node.name.partition(":")
    rules = rules_failing(graph, node.findings)
    word = () if node.word == node.name else (node.word,)
    return (*word, name or kind, *((", ".join(rules),) if rules else ()))


def rules_failing(graph: Graph, findings: Iterable[int]) -> list[str]:
    """The rules of those findings that are fails, each once."""
    fails = (graph.findings[number] for number in findings)
    return sorted({one.rule for one in fails if one.verdict == "fail"})


def failing(graph: Graph, findings: Iterable[int]) -> bool:
    """Whether one of the findings is a fail."""
    return bool(rules_failing(graph, findings))


def not_drawn(absent: Sequence[Absent]) -> str:
    """That what is absent is not in the picture."""
    create = "it creates" if is_one_call(absent) else "they create"
    return f"{absent_count(absent)} not read: what {create} is not drawn"
