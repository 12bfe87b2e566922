"""From sources to pictures."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.api.options import Options, resolved_options
from taskwall.core.values import Span
from taskwall.findings.finding import Problem
from taskwall.findings.redaction import Redactor
from taskwall.graph import Graph, drawn
from taskwall.lowering import lower
from taskwall.report.excerpts import ReportPaths
from taskwall.source.deployment import deployed_name
from taskwall.source.files import Files
from taskwall.source.stack import SourceError


class Pictures(Struct, frozen=True):
    """The picture of each stack that has something to draw, and what could not be read."""

    graphs: tuple[Graph, ...]
    errors: tuple[Problem, ...]


def pictures(options: Options, files: Files | None = None) -> Pictures:
    """Draw the networks of the sources that the options name.

    Switches are left open: what may be there is drawn, as unsure. Secret values are masked.

    Raises:
        SettingsError: the settings cannot be meant so.
    """
    asked = resolved_options(options)
    found = asked.read(Files() if files is None else files)
    paths = ReportPaths(asked.cwd)
    graphs = []
    errors = dict.fromkeys((*found.refused, *found.errors))
    for read in found.reads:
        name = deployed_name(paths.shown(read.stack.name), read.stack.deployments)
        try:
            evaluation = read.stack.evaluate({})
            errors |= dict.fromkeys(evaluation.errors)
            lowered = lower(evaluation.resources)
            errors |= dict.fromkeys(lowered.errors)
            graph = drawn(lowered.network, name, paths.shown)
        except RecursionError:
            place = Span(min(read.stack.files, default=read.stack.name), 1, 1, 1, 1)
            errors[SourceError(place, "is nested too deeply to be analysed")] = None
            continue
        if graph.nodes:
            graphs.append(_masked(graph, Redactor(evaluation.sensitive_texts)))
        for what, place, error in lowered.crashes:
            errors[SourceError(place, f"reading {what} crashed: {error!r}")] = None
    return Pictures(tuple(graphs), tuple(_problems(errors, paths)))


def _masked(graph: Graph, mask: Redactor) -> Graph:
    """A picture whose words hold nothing that the sources declare to be sensitive."""
    return Graph(
        graph.stack,
        tuple(replace(node, name=mask.redact(node.name)) for node in graph.nodes),
        tuple(replace(edge, label=mask.redact(edge.label)) for edge in graph.edges),
    )


def _problems(errors: dict[SourceError, None], paths: ReportPaths) -> Iterator[Problem]:
    for error in errors:
        place = error.place
        yield Problem(paths.shown(place.file), place.line, place.column, error.message)
