"""Somebody who edits without end: values, lines, blocks, half-written ones, and back again."""

import random
from collections.abc import Callable
from typing import TypeAlias

from languageserver.stacks import RULE

Hand: TypeAlias = Callable[["Typist", str], str]
"""One kind of edit: what it makes of a text."""


class Typist:
    """Makes of a text the next one, and now and then the one before again."""

    def __init__(self, base: str, seed: int) -> None:
        self.base = base
        self.text = base
        self.number = 0
        """How many edits were made: names that are made of it are new."""
        self.chance = random.Random(seed)
        self._before = base

    def type(self, hand: Hand) -> str:
        """The text after one more edit."""
        self.number += 1
        text = hand(self, self.text) if self.number % 4 else self._before
        # Files do not grow without end, and nothing stays broken for long.
        if len(text) > 3 * len(self.base) or self.number % 25 == 0:
            text = self.base
        self._before, self.text = self.text, text
        return text


def _port(typist: Typist, text: str) -> str:
    return text.replace("8080", str(1024 + typist.number), 1)


def _range(typist: Typist, text: str) -> str:
    return text.replace("0.0.0.0/0", f"10.{typist.number % 250}.0.0/16", 1)


def _line(typist: Typist, text: str) -> str:
    lines = text.split("\n")
    lines.insert(typist.chance.randrange(len(lines)), f"# note {typist.number}")
    return "\n".join(lines)


def _line_less(typist: Typist, text: str) -> str:
    lines = text.split("\n")
    del lines[typist.chance.randrange(len(lines))]
    return "\n".join(lines)


def _half(typist: Typist, text: str) -> str:
    return text[: typist.chance.randrange(len(text) + 1)]


ANYWHERE: dict[str, Hand] = {
    "a port": _port,
    "a range": _range,
    "a line": _line,
    "a line less": _line_less,
    "half a file": _half,
}


def _block(typist: Typist, text: str) -> str:
    return text + RULE.replace('"web" {', f'"w{typist.number}" {{')


def _call(typist: Typist, text: str) -> str:
    return f'{text}module "m{typist.number}" {{\n  source = "./called"\n}}\n'


def _count(typist: Typist, text: str) -> str:
    return text.replace("{\n", f"{{\n  count = {typist.number % 3}\n", 1)


def _open_count(typist: Typist, text: str) -> str:
    name = f"v{typist.number}"
    counted = text.replace("{\n", f"{{\n  count = var.{name} == 1 ? 1 : 0\n", 1)
    return f'{counted}variable "{name}" {{}}\n'


def _local(typist: Typist, text: str) -> str:
    name = f"l{typist.number}"
    return f"locals {{\n  {name} = 8080\n}}\n{text.replace('8080', f'local.{name}', 1)}"


def _name(typist: Typist, text: str) -> str:
    return text.replace('"web" {', f'"n{typist.number}" {{', 1)


def _wish(typist: Typist, text: str) -> str:
    return text.replace("  cidr_ipv4", f"  # taskwall:skip=TW204: {typist.number}\n  cidr_ipv4", 1)


def _anything(typist: Typist, text: str) -> str:
    return typist.chance.choice(list(IN_TERRAFORM.values())[:-1])(typist, text)


IN_TERRAFORM: dict[str, Hand] = {
    **ANYWHERE,
    "a block": _block,
    "a call of a module": _call,
    "a count": _count,
    "a count that is open": _open_count,
    "a local": _local,
    "a name": _name,
    "a suppression": _wish,
    "anything": _anything,
}


def _resource(typist: Typist, text: str) -> str:
    return f"{text}  R{typist.number}: {{Type: AWS::ECS::Cluster}}\n"


def _condition(typist: Typist, text: str) -> str:
    name = f"C{typist.number}"
    condition = f"Conditions: {{{name}: !Equals [!Ref AWS::Region, eu-central-{typist.number}]}}\n"
    return condition + text.replace("    Type: ", f"    Condition: {name}\n    Type: ", 1)


def _parameter(typist: Typist, text: str) -> str:
    name = f"P{typist.number}"
    return f"Parameters: {{{name}: {{Type: String}}}}\n" + text.replace(
        "0.0.0.0/0", f"!Ref {name}", 1
    )


IN_TEMPLATES: dict[str, Hand] = {
    **ANYWHERE,
    "a resource": _resource,
    "a condition": _condition,
    "a parameter": _parameter,
}
