"""Questions that are ready to be asked of a fleet, as SQL; `severity_rank` is 1 for the worst."""

from msgspec import Struct


class ReadyQuestion(Struct, frozen=True):
    """A question: what it answers, and its SQL, which may ask for `$run` and `$since`."""

    answers: str
    sql: str


QUESTIONS: dict[str, ReadyQuestion] = {
    "worst-rules": ReadyQuestion(
        "rules that are broken: the most severe first, then those broken most often",
        """
        select rule, severity, count(*) as instances,
          count(distinct repository) as repositories
        from findings where run = $run
        group by rule, severity order by severity_rank(severity), instances desc, rule
        """,
    ),
    "worst-repositories": ReadyQuestion(
        "repositories by their most severe findings",
        """
        select repository, revision,
          count(*) filter (severity = 'critical') as critical,
          count(*) filter (severity = 'high') as high,
          count(*) filter (severity_rank(severity) > 2) as others
        from findings where run = $run
        group by all order by critical desc, high desc, others desc, repository, revision
        """,
    ),
    "new-findings": ReadyQuestion(
        "findings that the run has and the one before (or --since) has not; `was` is the status of"
        " the repository there",
        """
        select repository, revision, rule, severity, stack, resource, file, line, message,
          coalesce(
            (select any_value(status) from repositories as old where old.run = $since
              and old.repository = f.repository and old.revision = f.revision),
            'not in that run') as was
        from findings as f where run = $run and not exists (
          from findings as old where old.run = $since and old.repository = f.repository
            and old.revision = f.revision and old.rule = f.rule and old.stack = f.stack
            and old.resource = f.resource and old.fingerprint = f.fingerprint)
        order by severity_rank(severity), repository, revision, file, line, rule, resource
        """,
    ),
    "waiting-for-modules": ReadyQuestion(
        "modules that are absent, by how many unknown verdicts wait for them",
        """
        with waiting as (
          select distinct repository, revision, stack, rule, resource, fingerprint,
            unnest(missing) as need
          from unknowns where run = $run)
        select a.source, a.version, count(distinct w) as unknowns,
          count(distinct a.repository) as repositories
        from absent as a left join waiting as w
          on w.repository = a.repository and w.revision = a.revision and w.stack = a.stack
            and (w.need = a.name or starts_with(w.need, a.name || '.')
              or starts_with(w.need, a.name || '['))
        where a.run = $run and a.kind in ('module', 'submodule') and a.read_as is null
        group by a.source, a.version
        order by unknowns desc, repositories desc, a.source, a.version
        """,
    ),
    "store-access": ReadyQuestion(
        "who can open connections to which store, also across repositories, with --context",
        """
        select target as store, source, repository, stack, protocol, ports, verdict,
          through, waits
        from flows where run = $run and starts_with(target, 'store:')
        order by store, repository, stack, source, protocol, ports
        """,
    ),
    "not-scanned": ReadyQuestion(
        "repositories that could not be scanned, and why",
        """
        select repository, revision, status, reason
        from repositories where run = $run and status <> 'scanned'
        order by status, repository, revision
        """,
    ),
}
"""The questions by name."""
