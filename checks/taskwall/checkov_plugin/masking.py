"""The lines of code that checkov shows with a finding, without the secrets in them.

checkov prints the whole resource, environments of containers included. What is shown of it with a
finding of ours is as in our own excerpts: what may be a secret is starred.
"""

import os
from typing import Any, TypeAlias

from taskwall.checkov_plugin.entities import Vertex, extent
from taskwall.findings.finding import Report
from taskwall.report.excerpts import seen_from

Lines: TypeAlias = list[tuple[int, str]]
"""Lines of a source, and their numbers."""


def mask(runner: Any, framework: str, vertex: Vertex, report: Report, cwd: str) -> None:
    """Star the secrets in what a runner is about to show of an entity.

    The lines that its other checks show have been taken by then, and stay as they are.
    """
    path = vertex["file_path_"]
    file = seen_from(cwd, os.path.join(cwd, path))

    def masked(lines: Lines) -> Lines:
        excerpts = ((number, line, report.excerpt(file, number)) for number, line in lines)
        return [(n, line if excerpt is None else f"{excerpt}\n") for n, line, excerpt in excerpts]

    if framework == "terraform_json":
        held = runner.definitions_raw[path]
        start, end = extent(vertex)
        held[start - 1 : end] = masked(held[start - 1 : end])
        return
    if framework == "cloudformation":
        name = str(vertex["block_name_"]).rpartition(".")[2]
        context = runner.context[path]["Resources"][name]
    else:
        context = runner.get_entity_context_and_evaluations(vertex)
    if context and "code_lines" in context:
        context["code_lines"] = masked(context["code_lines"])
