"""Precedence: what one rule reports, rules that yield to it do not report again."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from taskwall.engine.judgement import ScenarioVerdict


def apply_precedence(answers: Sequence[ScenarioVerdict]) -> Iterator[ScenarioVerdict]:
    """The verdicts of one scenario, where each fail and unknown names the rules that silence it.

    It is silenced by the fail of a rule that its own rule yields to, about the same thing. An
    unknown is left out if a rule that it names (`asked_by`) asks the user the same question.
    """
    found = [*_silenced(answers)]
    silencing = frozenset[tuple[str, str]]().union(*(answer.silenced_by for answer in found))
    for answer in found:
        own = answer.rule.id, answer.verdict.about
        yield replace(answer, silences=True) if answer.truth and own in silencing else answer


def _silenced(answers: Sequence[ScenarioVerdict]) -> Iterator[ScenarioVerdict]:
    """The verdicts with the rules that silence them, without what others ask already."""
    claims = {
        (answer.rule.id, answer.truth, answer.verdict.about)
        for answer in answers
        if answer.truth is not False and answer.verdict.about
    }
    for answer in answers:
        about, truth = answer.verdict.about, answer.truth
        if truth is None and any((one, None, about) in claims for one in answer.verdict.asked_by):
            continue
        by = frozenset(
            (rule, about)
            for rule in (answer.rule.yields_to if truth is not False else ())
            if (rule, True, about) in claims
        )
        yield replace(answer, silenced_by=by) if by else answer
