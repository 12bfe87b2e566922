"""Which edits are offered: those that, together, do good and nothing else."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from taskwall.api.proof import Census, EditCandidate, prove
from taskwall.findings.finding import Edit, Finding, Instance

STACKS = {"a": frozenset({"a.tf", "shared.tf"}), "b": frozenset({"b.tf", "shared.tf"})}
ALONE = {**STACKS, "c": frozenset({"c.tf"}), "d": frozenset({"d.tf"})}
RULE = "TW102"


def candidate(number: int, stack: str, file: str = "") -> EditCandidate:
    """A finding of its own resource, with an edit of a line of its own."""
    one = Instance(f"r{number}", stack)
    place = (file or f"{stack}.tf", number, 1, number, 2)
    finding = Finding(RULE, "fail", "low", one.resource, (one,), stack, *place, "wrong")
    return EditCandidate(finding, (Edit(*place, "x"),))


def census(
    candidates: Sequence[EditCandidate],
    made: Sequence[EditCandidate] = (),
    useless: Sequence[EditCandidate] = (),
    harmful: Sequence[EditCandidate] = (),
) -> Census:
    """What a scan finds with some edits made."""
    fails = {key: 1 for one in candidates if one not in made or one in useless for key in one.keys}
    unknowns = {(one.finding.stack, "TW401", "x"): 1 for one in made if one in harmful}
    return Census(fails, unknowns, {}, ALONE, dict.fromkeys(ALONE, 1))


def proved(
    candidates: Sequence[EditCandidate],
    useless: Sequence[EditCandidate] = (),
    harmful: Sequence[EditCandidate] = (),
    limit: int = 10,
) -> tuple[list[EditCandidate], int]:
    """What is proved, and how many scans that takes."""
    asked: list[Sequence[EditCandidate]] = []

    def scan(made: Sequence[EditCandidate]) -> Census:
        asked.append(list(made))
        return census(candidates, made, useless, harmful)

    found = prove(candidates, census(candidates), scan, limit)
    assert not found or set(map(id, asked[-1])) == set(map(id, found))
    return found, len(asked)


def test_all_hold() -> None:
    """Where all edits do good, one scan shows it."""
    every = [candidate(n, "abcd"[n % 4]) for n in range(1, 30)]

    found, scans = proved(every)

    assert (len(found), scans) == (len(every), 1)


def test_one_edit_is_useless() -> None:
    """What stays is known by name: one scan more shows the others, and one that it does not."""
    every = [candidate(n, "c") for n in range(1, 30)]

    found, scans = proved(every, useless=every[3:4])

    assert found == [*every[:3], *every[4:]]
    assert scans <= 4


def test_one_edit_is_harmful() -> None:
    """What brings something new is found by halves; parts that share no stack are not held up."""
    every = [candidate(n, "cd"[n % 2]) for n in range(1, 17)]

    found, scans = proved(every, harmful=every[5:6])

    assert set(map(id, found)) == {id(one) for one in every if one is not every[5]}
    assert scans <= 8


def test_a_new_problem_elsewhere() -> None:
    """Where a stack that reads no edited file becomes worse, any edit may be the cause."""
    every = [candidate(n, "cd"[n % 2]) for n in range(1, 9)]
    before = census(every)

    def scan(made: Sequence[EditCandidate]) -> Census:
        unknowns = {("e", "TW401", "x"): 1} if every[0] in made else {}
        return Census(census(every, made).fails, unknowns, {}, ALONE, before.resources)

    assert len(prove(every, before, scan, 10)) == len(every) - 1


def test_what_is_gone_is_not_mended() -> None:
    """A finding that is gone since its resource is gone, or cannot be read, is not mended."""
    one = candidate(1, "c")
    before = census([one])
    gone = Census({}, {}, {}, ALONE, {**before.resources, "c": 0})
    broken = Census({}, {}, {("c", "no closing brace"): 1}, ALONE, before.resources)

    assert prove([one], before, lambda _: gone, 9) == []
    assert prove([one], before, lambda _: broken, 9) == []
    assert prove([one], before, lambda made: census([one], made), 9) == [one]


@given(
    st.lists(st.sampled_from("aabcd"), min_size=1, max_size=12),
    st.sets(st.integers(0, 11), max_size=3),
    st.sets(st.integers(0, 11), max_size=3),
    st.integers(1, 10),
)
def test_nothing_bad_is_proved(
    where: list[str], useless: set[int], harmful: set[int], limit: int
) -> None:
    """Whatever edits do, those that do no good are never proved, and no scan is one too many."""
    every = [candidate(n, stack) for n, stack in enumerate(where, 1)]
    bad = [one for n, one in enumerate(every) if n in useless]
    worse = [one for n, one in enumerate(every) if n in harmful]

    found, scans = proved(every, bad, worse, limit)

    assert not any(one in (*bad, *worse) for one in found)
    assert scans <= limit
    if not bad and not worse:
        assert len(found) == len(every)
