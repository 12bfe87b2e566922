"""How many verdicts are unknown, by what they wait for."""

from collections import Counter
from collections.abc import Collection, Iterator

from taskwall.core.patterns import pattern
from taskwall.findings.finding import Report
from taskwall.findings.text import not_read, sanitize
from taskwall.outputs import View
from taskwall.outputs.text.pieces import GROUPS, Piece


def unknowns(report: Report, view: View) -> Iterator[Piece]:
    """How many verdicts wait for what, and the option that supplies it."""
    unknown = [finding for finding in report.findings if finding.verdict == "unknown"]
    if not unknown:
        return
    absent = {one.name: one for one in not_read(report.document.absent)}
    waits = Counter(
        name
        for finding in unknown
        for name in dict.fromkeys(_home(need, absent) for need in finding.missing)
    )
    order = sorted(waits.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = order if view.verbose or len(order) <= GROUPS + 1 else order[:GROUPS]
    hint = (
        ""
        if "unknown" in {one.verdict for one in report.document.findings}
        else (" (--show fail,unknown lists them)")
    )
    yield f"{len(unknown)} unknown", "unknown"
    yield f"{hint}{', depending on:' if shown else '.'}\n", ""
    for name, count in shown:
        if name in absent:  # its section says what brings it; no option can
            yield f"  {count:4}  {sanitize(name)}, which is not there to be read\n", ""
            continue
        why = report.reasons.get(name, "")
        yield f"  {count:4}  {sanitize(f'{name} {why}'.strip())}\n", ""
        option = _supply(name, report.options.get(name, ""))
        ways = (f"provide it with {option}" if option else "", _joined_by(name, why))
        if known_by := ", or ".join(filter(None, ways)):
            yield f"        {known_by}\n", "quiet"
    if len(shown) < len(order):
        yield f"        and {len(order) - len(shown)} more (--verbose lists them)\n", "quiet"


def _home(need: str, absent: Collection[str]) -> str:
    """The call of an absent module that a need is an output of, or is in; else the need itself."""
    for end, char in enumerate(need):
        if char in ".[" and need[:end] in absent:
            return need[:end]
    within = need.rpartition(" in ")[2]
    return within if within in absent else need


def _supply(name: str, option: str) -> str:
    """The option that gives a value to what unknowns wait for; "" if none decides them."""
    unquoted = _QUOTED.sub("", name)
    if not (option and name) or "=" in unquoted or '"' in unquoted or not name.isprintable():
        return ""
    if option == "workspace":
        return "--workspace NAME"
    wanted = f"{name.rpartition('var.')[2] if option == 'var' else name}=VALUE"
    if not all(char.isalnum() or char in "_-.:/=" for char in wanted):
        wanted = "'" + wanted.replace("'", "'\\''") + "'"
    return f"--{option} {wanted}"


_QUOTED = pattern(r'"[^"]*"')


def _joined_by(name: str, why: str) -> str:
    """What to scan as well, since stacks that are scanned together are judged together."""
    if _STATE.match(name):
        # Its sources need not say where its state lies: then only the user can say which it is.
        return (
            "scan the root module that writes this state, too, and if that is not found, name it in"
            " the setting remote-state"
        )
    if name.startswith("Fn::ImportValue ") and not why.startswith("is exported by"):
        return "scan the template that exports it, too"
    return ""


_STATE = pattern(r"(.*[./])?data\.terraform_remote_state\.")
