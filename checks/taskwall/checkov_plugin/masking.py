"""The lines of code that checkov shows with a finding, without the secrets in them.

checkov prints the whole resource, environments of containers included. What is shown of it with a
finding of ours is as in our own excerpts: what may be a secret is starred.
"""

import os
from typing import Any

from taskwall.checkov_plugin.entities import Vertex
from taskwall.excerpts import seen_from
from taskwall.finding import Report
from taskwall.sources import Kind


def mask(runner: Any, kind: Kind, vertex: Vertex, report: Report, cwd: str) -> None:
    """Star the secrets in what a runner is about to show of an entity.

    The lines that its other checks show have been taken by then, and stay as they are.
    """
    path = vertex["file_path_"]
    if kind == "cloudformation":
        name = str(vertex["block_name_"]).rpartition(".")[2]
        context = runner.context[path]["Resources"][name]
    else:
        context = runner.get_entity_context_and_evaluations(vertex)
    if not context or "code_lines" not in context:
        return
    file = seen_from(cwd, os.path.join(cwd, path))
    shown = []
    for number, line in context["code_lines"]:
        masked = report.excerpt(file, number)
        shown.append((number, line if masked is None else f"{masked}\n"))
    context["code_lines"] = shown
