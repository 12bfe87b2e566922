"""The page of a rule, in Markdown: for the site, and for editors."""

import re

from taskwall.rules._guide import encodes, recommendations
from taskwall.rules._rule import Rule

HIGHLIGHTS = {"Terraform": "hcl", "CloudFormation": "yaml"}
"""How code blocks of the two languages are marked."""


def page(rule: Rule, examples: str = "", cases: str = "") -> str:
    """A rule's page; `examples` show what it finds, `cases` what else it says of what."""
    known = recommendations()
    keys = encodes(rule)
    said = "".join(f"- {prose(known[key])}\n" for key in keys if key in known)
    links = "".join(f"- <{link}>\n" for link in rule.sections["See"].split())
    fixes = "\n".join(
        f"### {name}\n\n{_fix(rule.sections[name], highlight)}"
        for name, highlight in HIGHLIGHTS.items()
    )
    fine, guide = rule.sections["Fine when"], rule.sections["Guide"]
    row = (rule.severity, ", ".join(rule.profiles), f"`{rule.lint_id}`", f"`{rule.id}`")
    parts = (
        f"# {rule.id}: {prose(rule.title)}\n",
        "| Severity | Profiles | cfn-lint | checkov |\n| --- | --- | --- | --- |",
        f"| {' | '.join(row)} |\n",
        f"## What it finds\n\n{prose(rule.sections['What'])}\n",
        examples.rstrip("\n") + "\n" if examples else "",
        f"## Why it matters\n\n{prose(rule.sections['Why'])}\n",
        f"## When it is fine\n\n{prose(fine)}\n" if fine else "",
        f"## What to write instead\n\n{fixes}",
        cases,
        f"## Where it is from\n\n{said or _BEYOND}" if guide else "",
        f"## See also\n\n{links}" if links else "",
    )
    return "\n".join(filter(None, parts))


_BEYOND = "Beyond the guide: it follows from the guide.\n"


def prose(text: str) -> str:
    """A text that Markdown shows as it stands."""
    return re.sub(r"([<*|])", r"\\\1", text)


def _fix(text: str, highlight: str) -> str:
    """What to write instead: a sentence, the code after its colon, or code alone."""
    head, colon, code = text.partition(":\n")
    if colon:
        return f"{prose(head)}:\n\n```{highlight}\n{code}\n```\n"
    if "\n" in text or text.endswith("."):
        return f"{prose(text)}\n"
    return f"```{highlight}\n{text}\n```\n"
