"""The rules: a file `tw<number>_<name>.py` in this folder is a rule.

A file is imported when a network has something that its rule asks for. What a scan must know of
rules before stands in `_index.py`, which `python -m tools.docs` derives.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from os import listdir

from taskwall.findings.finding import Severity
from taskwall.model.core.network import Network, RulePolicy, remembered
from taskwall.rules._index import RULES
from taskwall.rules._rule import Judge, Rule, Verdict, names_of


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by id."""
    return tuple(_indexed(*row) for row in RULES)


def found_rules() -> tuple[Rule, ...]:
    """Every rule as its file has it, by id: all files are imported.

    Raises:
        TypeError: a rule's file is not as it must be, or holds no rule.
    """
    stems = (file[:-3] for file in sorted(listdir(__path__[0])) if file.endswith(".py"))
    return tuple(_imported(stem) for stem in stems if stem.startswith("tw"))


@cache
def _imported(stem: str) -> Rule:
    module = import_module(f"{__name__}.{stem}")
    rules = [thing for thing in vars(module).values() if isinstance(thing, Rule)]
    if len(rules) != 1:
        raise TypeError(f"{stem}.py: a rule's file holds one function under @rule(...)")
    return rules[0]


def _indexed(
    stem: str,
    title: str,
    severity: Severity,
    default: bool,
    pci: bool,
    yields_to: tuple[str, ...],
    per_use: bool,
    asks: tuple[str, ...],
) -> Rule:
    """The rule of a row of the index."""
    return Rule(
        *names_of(stem),
        title,
        severity,
        default,
        pci,
        yields_to,
        _Sections(stem),
        _Judge(stem, asks),
        f"{__name__}.{stem}",
        per_use,
    )


class _Sections(Mapping[str, str]):
    """The sections of a rule's docstring, read when one is asked for."""

    def __init__(self, stem: str) -> None:
        self._stem = stem

    def __getitem__(self, name: str) -> str:
        return _imported(self._stem).sections[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_imported(self._stem).sections)

    def __len__(self) -> int:
        return len(_imported(self._stem).sections)


class _Judge:
    """What a rule says of a network: of one that has nothing that it asks for, nothing.

    `asks` are the kinds of entities that it asks an empty network for, by their names, and "" if it
    asks for settings. A network without any of these answers all that as an empty one does, so that
    a rule, being pure, asks for nothing more and says what it says of an empty one: nothing.
    """

    def __init__(self, stem: str, asks: tuple[str, ...]) -> None:
        self._stem = stem
        self._asks = frozenset(asks)

    @property
    def __wrapped__(self) -> Judge:
        """The function of the rule, as `inspect.unwrap` looks for it."""
        return _imported(self._stem).judge

    def __call__(self, network: Network) -> Iterable[Verdict]:
        # Where changes are followed, the rule itself has to ask.
        if network.queries is None and self._asks.isdisjoint(_held(network)):
            return ()
        return _imported(self._stem).judge(network)


@remembered
def _held(network: Network) -> frozenset[str]:
    """What rules may find in a network."""
    settings = network.policy != RulePolicy(
        profile=network.policy.profile, others_have=network.policy.others_have
    )
    return frozenset([kind.__name__ for kind in network.by_kind] + [""] * settings)
