"""Findings that are brought up to date are those that all answers make at once."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from taskwall import engine
from taskwall.engine import Answer, Judged
from taskwall.facts import Fact
from taskwall.offers import Changes
from taskwall.retell import Findings
from taskwall.rule import Rule, Verdict
from taskwall.scenarios import Followed
from taskwall.stack import Evaluation
from taskwall.values import Need, Origin, Place

PLACES = [Place("main.tf", line, 1, line, 9) for line in (1, 2)]
FOLLOWED = Followed(({},), (Evaluation(()),))
RULE = Rule(
    id="TW901",
    name="x",
    title="X",
    judge=lambda _: iter(()),
    severity="low",
    default=True,
    pci=True,
    yields_to=(),
    sections={"Terraform": "Write", "CloudFormation": "Write"},
    module="x",
)


def an_answer(name: str, place: Place, truth: bool | None, message: str) -> Answer:
    """What the rule says of a resource."""
    needs = (Need("var.x", "has no default"),) if truth is None else ()
    origin = Origin(name, name, place, "terraform")
    fact = Fact(truth, f"{name} says so", place, name, needs)
    verdict = Verdict(origin, place, fact, message, holds="it is tight")
    return Answer(RULE, verdict, fact, truth, 0)


POOL = [
    an_answer(name, place, truth, message)
    for name in ("a.b[0]", "a.b[1]", "a.c")
    for place in PLACES
    for truth in (True, None, False)
    for message in ("it leaks", "it drips")
]


@given(st.lists(st.lists(st.sampled_from(POOL), unique_by=id, max_size=12), max_size=6))
def test_findings_of_changing_answers(rounds: list[list[Answer]]) -> None:
    """Several of one place, several that say the same, in whatever order they come and go."""
    findings = Findings("/a", "default")
    for answers in rounds:
        found = findings.of(answers, FOLLOWED, Changes(FOLLOWED.evaluations))
        assert ordered(found) == ordered(engine.merged(answers, FOLLOWED, "/a", "default"))
        assert findings.of(list(answers), FOLLOWED, Changes(FOLLOWED.evaluations)) is found


def ordered(found: Iterable[Judged]) -> list[str]:
    """Findings in an order of their own."""
    return sorted(map(repr, found))
