"""The rules: a file `tw<number>_<name>.py` in this folder is a rule, listed nowhere else."""

from functools import cache
from importlib import import_module
from os import listdir

from taskwall.rules._rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by id.

    Raises:
        TypeError: a rule's file is not as it must be, or holds no rule.
    """
    found = []
    for file in sorted(listdir(__path__[0])):
        stem, dot, ending = file.rpartition(".")
        if not (dot and ending == "py" and stem.startswith("tw")):
            continue
        module = import_module(f"{__name__}.{stem}")
        rules = [thing for thing in vars(module).values() if isinstance(thing, Rule)]
        if len(rules) != 1:
            raise TypeError(f"{file}: a rule's file holds one function under @rule(...)")
        found.append(rules[0])
    return tuple(found)
