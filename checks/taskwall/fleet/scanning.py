"""What is found in one repository, at a commit that is read from git's objects."""

import os
from collections.abc import Iterator

from msgspec import Struct

from taskwall.api.flows import FlowLine, FlowTeller
from taskwall.api.networks import Networks
from taskwall.api.options import Options, resolved_options
from taskwall.api.scan import built
from taskwall.findings import baseline
from taskwall.findings.baseline import Baseline, BaselineError
from taskwall.findings.finding import Finding, Problem, Report
from taskwall.fleet.bundles import unpack_bundle
from taskwall.fleet.plan import Target, is_bundle
from taskwall.fleet.tables import (
    AbsentRow,
    ErrorRow,
    FindingRow,
    FlowRow,
    RepositoryRow,
    RepositoryRows,
    TieRow,
    not_scanned,
)
from taskwall.model.flows.flows import all_flows
from taskwall.model.flows.reach import Reach
from taskwall.settings import SettingsError
from taskwall.source.files import Files
from taskwall.source.revisions import GitTree, RevisionError, Revisions
from taskwall.source.tree import SingleFile

NO_FOLDER = os.path.join(os.sep, "nowhere", "at", "all")
"""A folder that is not there, for what needs the name of one."""


class FleetOptions(Struct, frozen=True):
    """What is asked of each repository, as `taskwall scan` takes it; paths are absolute.

    `today` is the day by which suppressions end: the same in a whole run.
    """

    profile: str | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    settings: str | None = None
    rules: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    no_skips: bool = False
    today: str | None = None


def check_options(asked: FleetOptions) -> None:
    """See that the options can be meant so, before a thousand repositories say that they cannot.

    Raises:
        SettingsError: they cannot.
    """
    nothing = SingleFile(os.path.join(NO_FOLDER, "main.tf"), "")
    resolved_options(_options(asked, NO_FOLDER), Files(tree=nothing))


def scanned(target: Target, asked: FleetOptions, scratch: str) -> RepositoryRows:
    """All that is found in a repository; one row if it cannot be read.

    Args:
        target: the repository.
        asked: what is asked of it.
        scratch: an empty folder of the scan's own. Sources are read as if they were in it, and
            so nothing that lies beside the commit counts: no files of a working tree, no modules
            that were downloaded.

    Raises:
        MemoryError: there is not enough for all of it.
    """
    root = os.path.join(scratch, "repository")
    os.makedirs(os.path.join(root, ".git"))  # here the repository ends, and so do its paths
    with open(os.path.join(scratch, "taskwall.toml"), "x", encoding="utf-8"):
        pass  # nor do settings above it count
    try:
        revisions = _opened(target.repository, root, scratch)
        try:
            tree = revisions.tree(target.revision)
            rows = _read(target, tree, asked)
            for missing in tree.missing[:1]:
                raise RevisionError(f"object {missing} is missing, or damaged.")
        finally:
            revisions.close()
    except (RevisionError, SettingsError, BaselineError) as error:
        reason = _local(str(error), root, target.repository)
        return not_scanned(target.repository, target.revision, "unreadable", reason)
    return rows


def _options(asked: FleetOptions, root: str) -> Options:
    return Options(
        paths=(root,),
        cwd=root,
        profile=asked.profile,
        select=asked.select,
        ignore=asked.ignore,
        settings=asked.settings,
        rules=asked.rules,
        context=asked.context,
        no_skips=asked.no_skips,
        today=asked.today,
        allow_empty=True,
    )


def _opened(repository: str, root: str, scratch: str) -> Revisions:
    """The repository.

    Raises:
        RevisionError: it cannot be read, or is not complete.
    """
    at = repository
    if os.path.isfile(repository):
        if not is_bundle(repository):
            raise RevisionError(f"{repository}: is neither a git repository nor a bundle.")
        at = os.path.join(scratch, "bundle.git")
        unpack_bundle(repository, at)
    found = Revisions(at, root)
    if found.is_partial():
        found.close()
        raise RevisionError(f"{repository}: is a partial clone (a promisor remote): not read.")
    return found


def _read(target: Target, tree: GitTree, asked: FleetOptions) -> RepositoryRows:
    files = Files(tree=tree)
    options = _options(asked, tree.root)
    resolved = resolved_options(options, files)
    result = built(resolved, options, files)
    aside = resolved.settings.baseline
    known = baseline.read(aside, files.read) if aside else Baseline()
    report = result.report(known, aside)
    if any(crash.message.startswith("MemoryError") for crash in report.document.crashes):
        raise MemoryError  # a scan goes on without what it has no memory for: this one does not
    networks = Networks(resolved, files, result.found)
    rows = _Rows(target, tree)
    return rows.of(report, tuple(_flows(networks)), networks)


def _flows(networks: Networks) -> Iterator[FlowLine]:
    for each in networks:
        teller = FlowTeller(each, networks)
        for flow in all_flows(Reach(each.network)):
            yield from map(teller.line, flow.each())


class _Rows:
    """Makes rows of what was found."""

    def __init__(self, target: Target, tree: GitTree) -> None:
        self._of = target.repository, target.revision
        self._tree = tree

    def of(self, report: Report, flows: tuple[FlowLine, ...], networks: Networks) -> RepositoryRows:
        document = report.document
        found = {"fail": [], "unknown": []}  # type: dict[str, list[FindingRow]]
        for finding in report.findings:
            if finding.verdict in found:
                found[finding.verdict] += self._instances(finding)
        errors = list(self._errors(report, networks.problems))
        summary = document.summary
        about = RepositoryRow(
            *self._of,
            self._tree.commit,
            files=summary.files,
            stacks=summary.stacks,
            resources=summary.resources,
            fail=len(found["fail"]),
            unknown=len(found["unknown"]),
            passed=summary.passed,
            suppressed=summary.suppressed,
            absent=len(document.absent),
            errors=sum(one.kind != "warning" for one in errors),
            flows=len(flows),
        )
        return RepositoryRows(
            [about],
            found["fail"],
            found["unknown"],
            [self._flow(one) for one in flows],
            [
                AbsentRow(
                    *self._of, one.kind, one.name, one.source, one.version, one.stack,
                    one.file, one.line, one.read_as,
                )
                for one in document.absent
            ],
            [
                TieRow(
                    *self._of, one.stack, one.from_, one.file, one.line, one.by, one.to,
                    one.to_stack, one.candidates,
                )
                for one in document.ties
            ],
            errors,
        )  # fmt: skip

    def _instances(self, finding: Finding) -> Iterator[FindingRow]:
        for one in finding.instances:
            yield FindingRow(
                *self._of, finding.rule, finding.severity, one.stack, one.resource, finding.file,
                finding.line, finding.column, finding.message, finding.because, finding.missing,
                one.when, one.construct, one.fingerprint,
            )  # fmt: skip

    def _flow(self, one: FlowLine) -> FlowRow:
        return FlowRow(
            *self._of, one.stack, one.source, one.target, one.protocol, one.ports, one.arrives,
            one.verdict, one.through, one.addresses, one.notes, one.missing, one.waits, one.because,
        )  # fmt: skip

    def _errors(self, report: Report, of_flows: tuple[Problem, ...]) -> Iterator[ErrorRow]:
        document = report.document
        known = {*document.errors, *document.warnings}
        crashes = tuple(crash.message for crash in document.crashes)
        more = tuple(
            one
            for one in of_flows
            if one not in known and not any(each.startswith(one.message) for each in crashes)
        )
        for kind, problems in (
            ("source", (*document.errors, *more)),
            ("warning", document.warnings),
        ):
            for one in problems:
                yield self._error(kind, "", "", one.file, one.line, one.column, one.message)
        for crash in document.crashes:
            yield self._error(
                "crash", crash.rule, crash.stack, crash.file, crash.line, 0, crash.message
            )

    def _error(
        self, kind: str, rule: str, stack: str, file: str, line: int, column: int, message: str
    ) -> ErrorRow:
        said = _local(message, self._tree.root, self._of[0])
        return ErrorRow(*self._of, kind, rule, stack, file, line, column, said)


def _local(text: str, root: str, repository: str) -> str:
    """A text without the folder in which the sources are read: its name is another each time."""
    return text.replace(f"{root}{os.sep}", "").replace(root, repository)
