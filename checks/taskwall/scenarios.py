"""Settings of open switches: which are followed, and how to say which of them a finding needs."""

from collections.abc import Callable, Iterable, Sequence
from itertools import product

from taskwall.stack import Evaluation
from taskwall.values import OTHER, Question, Scalar, Scenario, spelled

MOST = 16
"""As many scenarios are followed for one stack; beyond it, each answer is still taken once."""


def explore(
    evaluate: Callable[[Scenario], Evaluation],
) -> tuple[list[Scenario], list[Evaluation], bool]:
    """Evaluate under every combination of answers to the open questions, within the bound.

    An answer can open further questions, which are followed in turn.

    Returns:
        The scenarios, their evaluations, and whether all combinations were followed.
    """
    first = evaluate({})
    questions = set(first.questions)
    scenarios: list[Scenario] = [{}]
    found = [first]
    whole = True
    while questions:
        scenarios, whole = _combined(_answers(questions))
        found = [evaluate(scenario) for scenario in scenarios]
        further = questions.union(*(evaluation.questions for evaluation in found))
        if further == questions:
            break
        questions = further
    return scenarios, found, whole


def _answers(questions: Iterable[Question]) -> dict[str, list[Scalar]]:
    answers: dict[str, list[Scalar]] = {}
    for question in sorted(questions, key=lambda q: (q.operand, spelled(q.answer) or "")):
        answers.setdefault(question.operand, []).append(question.answer)
    for given in answers.values():
        given.append(OTHER)
    return answers


def _combined(answers: dict[str, list[Scalar]]) -> tuple[list[Scenario], bool]:
    size = 1
    for given in answers.values():
        size *= len(given)
    if size <= MOST:
        every = product(*answers.values())
        return [dict(zip(answers, row, strict=True)) for row in every], True
    longest = max(len(given) for given in answers.values())
    rows: list[Scenario] = [
        {operand: given[row % len(given)] for operand, given in answers.items()}
        for row in range(longest)
    ]
    return rows, False


def when(needed: Sequence[Scenario], all_followed: Sequence[Scenario]) -> str | None:
    """The setting that holds in the needed scenarios and in no other; None if all are needed.

    Args:
        needed: the scenarios in which something is so.
        all_followed: every scenario that was followed.
    """
    if len(needed) == len(all_followed):
        return None
    literals = []
    kept = list(all_followed)
    for operand in all_followed[0]:
        answers = {spelled(scenario[operand]): scenario[operand] for scenario in needed}
        if len(answers) < len({spelled(scenario[operand]) for scenario in all_followed}):
            literals.append(_said(operand, list(answers.values()), all_followed))
            kept = [s for s in kept if spelled(s[operand]) in answers]
    if len(kept) == len(needed):
        return " and ".join(literals)
    each = [
        " and ".join(_said(op, [answer], all_followed) for op, answer in s.items()) for s in needed
    ]
    shown = each[:3] + ([f"{len(each) - 3} more settings"] if len(each) > 3 else [])
    return ", or ".join(shown)


def _said(operand: str, answers: list[Scalar], all_followed: Sequence[Scenario]) -> str:
    domain = {spelled(scenario[operand]) for scenario in all_followed} - {OTHER}
    if domain == {"true"}:
        return f"{operand} is {'true' if True in answers else 'false'}"
    if OTHER in answers:
        others = sorted(str(each) for each in domain - {spelled(answer) for answer in answers})
        return f"{operand} is not {' or '.join(others)}"
    return f"{operand} is {' or '.join(str(spelled(answer)) for answer in answers)}"
