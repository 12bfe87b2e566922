"""The engine: what becomes of verdicts on their way to findings."""

from collections.abc import Callable, Iterator

import pytest
from msgspec.structs import replace

from taskwall.core.facts import Fact
from taskwall.core.values import Fields, Need, Origin, Question, Scenario, Span, Unknown
from taskwall.engine.judge import judge
from taskwall.findings.finding import Finding
from taskwall.model.core.network import Network
from taskwall.model.entities.load_balancer import Listener
from taskwall.rules._rule import Judge, Rule, Verdict
from taskwall.settings import Settings
from taskwall.source.resource import Resource
from taskwall.source.stack import Evaluation

PLACE = Span("/a/main.tf", 1, 1, 1, 9)
VPC = Origin("aws_vpc.main", "aws_vpc.main", PLACE, "terraform")


class OneVpc:
    """A stack of one VPC. Its switch `var.live` is open if `asks` says so."""

    name = "/a"
    files = frozenset({PLACE.file})
    ties = ()
    is_deployable = False

    def __init__(self, *, asks: bool = False) -> None:
        self.asks = asks
        self.deployments: tuple[str, ...] = ()
        self.others_have: frozenset[str] = frozenset()
        self.asked: frozenset[str] = frozenset()
        self.members = {self.name: self.files}

    def creates(self, type_: str) -> bool:
        """Whether it declares a type."""
        return type_ == "aws_vpc"

    def given(self) -> object:
        """Take nothing of deployments."""
        return None

    def evaluate(self, scenario: Scenario) -> Evaluation:
        """Declare the VPC, with a CIDR that tells the scenario."""
        questions = frozenset({Question("var.live", True)} if self.asks and not scenario else ())
        live = scenario.get("var.live") is True
        body = Fields({"live": Unknown((), "live" if live else "dead")})
        return Evaluation((Resource("aws_vpc", VPC, body, PLACE),), questions=questions)

    def evaluations(self) -> Callable[[Scenario], Evaluation]:
        """There is nothing to share."""
        return self.evaluate

    def secrets(self, file: str) -> tuple[Span, ...]:
        """Hide nothing."""
        return ()


def a_rule(judging: Judge, number: str = "TW901", **more: object) -> Rule:
    """A rule that is in no file."""
    fields = {
        "severity": "low",
        "default": True,
        "pci": True,
        "yields_to": (),
        "sections": {"Terraform": "Write <what>", "CloudFormation": "Write"},
        "module": "x",
        **more,
    }
    return Rule(id=number, name="x", title="X", judge=judging, **fields)  # type: ignore[arg-type]


def saying(truth: bool | None, message: str = "it leaks", **more: object) -> Judge:
    """A rule's function that gives one verdict of the VPC."""

    def judging(_: Network) -> Iterator[Verdict]:
        needs = (Need("var.x", "has no default"),) if truth is None else ()
        fact = Fact(truth, "it leaks", PLACE, "aws_vpc.main", needs)
        yield Verdict(VPC, PLACE, fact, message, holds="it is tight", **more)  # type: ignore[arg-type]

    return judging


def found(*rules: Rule, settings: Settings | None = None, asks: bool = False) -> list[Finding]:
    """The findings of the rules about the VPC."""
    every = replace(settings or Settings(), show=("fail", "unknown", "pass"))
    judgement = judge(OneVpc(asks=asks), rules, every)
    assert judgement.crashes == ()
    return [each.finding for each in judgement.findings]


@pytest.mark.parametrize(
    ("truth", "verdict", "message", "missing"),
    [
        (True, "fail", "it leaks", ()),
        (None, "unknown", "cannot tell whether it leaks", ("var.x",)),
        (False, "pass", "it is tight", ()),
    ],
)
def test_a_truth_becomes_a_verdict(
    truth: bool | None, verdict: str, message: str, missing: tuple[str, ...]
) -> None:
    """True fails, unknown says what it waits for, false passes."""
    (finding,) = found(a_rule(saying(truth)))

    assert (finding.verdict, finding.message, finding.missing) == (verdict, message, missing)


def test_a_rule_that_is_not_concerned_says_nothing() -> None:
    """Where a rule does not concern a thing there is no verdict, whatever else is true."""
    assert found(a_rule(saying(True, concerned=Fact(False, "it is there")))) == []


def test_a_fix_is_in_the_language_of_the_source() -> None:
    """A fail says what to write; a name of the verdict that no source writes is a placeholder."""
    (finding,) = found(a_rule(saying(True, names={"what": "less"})))

    assert finding.fix is not None
    assert finding.fix.text == "Write <less>"


def test_precedence_tells_one_mistake_once() -> None:
    """A fail yields to the fail of a rule above it about the same thing, and to no pass."""
    lower = a_rule(saying(True, about="p"), "TW902", yields_to=("TW901",))

    above = found(a_rule(saying(True, about="p")), lower)
    beside = found(a_rule(saying(False, about="p")), lower)
    elsewhere = found(a_rule(saying(True, about="q")), lower)

    assert [f.rule for f in above] == ["TW901"]
    assert [f.rule for f in beside if f.verdict == "fail"] == ["TW902"]
    assert [f.rule for f in elsewhere] == ["TW901", "TW902"]


def test_a_finding_touches_the_files_of_all_its_instances() -> None:
    """Its place counts, and the chains of all instances, whichever of them is shown."""

    def judging(_: Network) -> Iterator[Verdict]:
        for index, file in enumerate(("/a/one.tf", "/a/two.tf")):
            on = Origin("aws_vpc.main", f"aws_vpc.main[{index}]", PLACE, "terraform")
            fact = Fact(True, "it leaks", Span(file, 1, 1, 1, 2), "aws_vpc.main")
            yield Verdict(on, PLACE, fact, "it leaks")

    (found,) = judge(OneVpc(), (a_rule(judging),), Settings()).findings

    assert len(found.finding.instances) == 2
    assert all(found.touches(frozenset({f"/a/{file}.tf"})) for file in ("main", "one", "two"))
    assert not found.touches(frozenset({"/a/three.tf"}))


def test_the_worst_verdict_of_a_place_stands() -> None:
    """One verdict for each rule, resource and place: fail before unknown before pass."""

    def judging(network: Network) -> Iterator[Verdict]:
        for truth in (False, True, None):
            yield from saying(truth)(network)

    assert [finding.verdict for finding in found(a_rule(judging))] == ["fail"]


@pytest.mark.parametrize(
    ("doubtful", "verdict"), [(False, "pass"), (None, "unknown"), (True, "unknown")]
)
def test_certainty_wins_over_concern(doubtful: bool | None, verdict: str) -> None:
    """Whether a rule is about something does not matter where that is as it should be."""
    maybe = Fact(None, "it is there", PLACE, "aws_vpc.main", (Need("var.y", "has no default"),))

    def judging(network: Network) -> Iterator[Verdict]:
        yield from saying(False)(network)
        yield from saying(doubtful, concerned=maybe)(network)

    (finding,) = found(a_rule(judging))
    (alone,) = found(a_rule(saying(doubtful, concerned=maybe)))

    assert (finding.verdict, alone.verdict) == (verdict, verdict)


def test_what_is_made_elsewhere_is_unknown() -> None:
    """The setting `elsewhere` turns a fail for something absent into an unknown."""
    settings = Settings(elsewhere=("TW901",))

    (absent,) = found(a_rule(saying(True, absent=True)), settings=settings)
    (wrong,) = found(a_rule(saying(True)), settings=settings)

    assert (absent.verdict, wrong.verdict) == ("unknown", "fail")


def test_pci_counts_low_as_medium() -> None:
    """In the profile pci a low rule that supports a requirement counts as medium."""
    pci = Settings(profile="pci")

    assert found(a_rule(saying(True)), settings=pci)[0].severity == "medium"
    assert found(a_rule(saying(True), pci=False), settings=pci)[0].severity == "low"
    assert found(a_rule(saying(True)))[0].severity == "low"


def test_a_rule_that_raises_is_a_crash() -> None:
    """A rule's exception is reported with its message, and the other rules still judge."""

    def judging(network: Network) -> Iterator[Verdict]:
        if not network.every(Listener):
            raise KeyError("mode")
        yield from saying(True)(network)

    judgement = judge(OneVpc(), (a_rule(judging), a_rule(saying(True), "TW902")), Settings())

    (crash,) = judgement.crashes
    assert (crash.rule, crash.stack) == ("TW901", "/a")
    assert "KeyError: 'mode'" in crash.message
    assert [each.finding.rule for each in judgement.findings] == ["TW902"]


def test_an_open_switch_that_changes_nothing_leaves_no_when() -> None:
    """A fail that holds in every scenario holds without a `when`."""
    (finding,) = found(a_rule(saying(True)), asks=True)

    assert finding.when is None
