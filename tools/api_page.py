"""The page of the library's API, made of its signatures and docstrings: `docs/api.md`.

It also shows what a change does to the API: `tests/test_docs.py` holds the page to the code.
"""

import inspect
import re
from collections.abc import Iterator

import taskwall
from taskwall.library import flows, load_balancers, security_groups, services, stores, views, vpc

VIEWS = (
    views.Resource,
    views.Setting,
    views.Related,
    flows.Flow,
    services.Service,
    services.Dependency,
    services.Cluster,
    load_balancers.LoadBalancer,
    load_balancers.Listener,
    security_groups.SecurityGroup,
    security_groups.Permission,
    stores.Store,
    stores.Endpoint,
    vpc.Vpc,
    vpc.Subnet,
)
"""What networks give, beside what `taskwall` exports by name."""

DATA = "str | int | float | bool | Sequence[Data] | Mapping[str, Data] | None"
"""A value as JSON has it, which signatures call `Data`."""

_QUALIFIED = re.compile(r"(?:taskwall|collections)(?:\.\w+)*\.(\w+)")

NOTE = "<!-- Written by tools/docs.py: edit the docstrings, not this page. -->"


def api() -> str:
    """The page."""
    names = [name for name in taskwall.__all__ if name != "__version__"]
    exported = [getattr(taskwall, name) for name in names]
    functions = "".join(_function(one) for one in exported if inspect.isfunction(one))
    classes = "".join(_class(one) for one in (*exported, *VIEWS) if inspect.isclass(one))
    return (
        f"{NOTE}\n\n# The library's API\n\n"
        "[The library](library.md) explains it by examples. What is on this page is kept stable.\n"
        "`Data` is a value as JSON has it.\n\n"
        f"## Functions\n\n{functions}## Classes\n\n{classes}".rstrip()
        + "\n"
    )


def _function(function: object, level: str = "###") -> str:
    name = getattr(function, "__name__", "")
    signature = _QUALIFIED.sub(r"\1", str(inspect.signature(function)))  # type: ignore[arg-type]
    signature = signature.replace(f"'{DATA}'", "Data")
    doc = inspect.getdoc(function) or ""
    return f"{level} {name}\n\n```python\n{name}{signature}\n```\n\n{_prose(doc)}\n\n"


def _class(kind: type) -> str:
    members = "".join(
        f"| `{name}` | {_first(doc)} |\n" for name, doc in sorted(_members(kind)) if doc
    )
    table = f"| Member | |\n| --- | --- |\n{members}\n" if members else ""
    bases = [base.__name__ for base in kind.__bases__ if base.__module__.startswith("taskwall.lib")]
    of = f" (a `{bases[0]}`)" if bases and bases[0] != "ReadOnly" else ""
    return f"### {kind.__name__}\n\n{_prose(inspect.getdoc(kind) or '')}{of}\n\n{table}"


def _members(kind: type) -> Iterator[tuple[str, str]]:
    """The public members that a class defines itself, with their docstrings."""
    for name, member in vars(kind).items():
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            yield name, inspect.getdoc(member) or ""
        elif inspect.isfunction(member) or isinstance(member, classmethod):
            function = getattr(kind, name)
            parameters = [
                str(one.replace(annotation=inspect.Parameter.empty))
                for one in inspect.signature(function).parameters.values()
                if one.name != "self"
            ]
            yield f"{name}({', '.join(parameters)})", inspect.getdoc(function) or ""


def _first(doc: str) -> str:
    return " ".join(doc.partition("\n\n")[0].split()).replace("|", "\\|")


def _prose(doc: str) -> str:
    """A docstring as Markdown: its sections as lists."""
    lines = []
    for line in doc.splitlines():
        if line in ("Args:", "Returns:", "Raises:"):
            lines += [f"*{line[:-1]}*", ""]
        elif line.startswith("    ") and ":" in line and not line.startswith("     "):
            name, _, text = line.strip().partition(":")
            lines.append(f"- `{name}`:{text}")
        else:
            lines.append(line.strip() if not line.startswith("     ") else f"  {line.strip()}")
    return "\n".join(lines).strip()
