"""Makes taskwall's rules checks of checkov's, which executes this file for each of its runners."""

import sys
from typing import Any


def _report() -> Any:
    """The report of the runner that loads checks, which is further up the stack; or None."""
    frame = sys._getframe()  # noqa: SLF001
    while frame.f_back is not None:
        frame = frame.f_back
        report = frame.f_locals.get("report")
        if hasattr(report, "check_type"):
            return report
    return None


def _fail(report: Any, why: str) -> None:
    """Say why no rule is judged, and have checkov end as after a crash of a runner.

    To raise something does not do: checkov would log it and go on without the rules. Nor does it
    to end the process: of several, checkov takes one that ends for one with nothing to tell.
    """
    sys.stderr.write(f"taskwall: no rule was run: {why}\n")
    if report is None:
        sys.exit(2)
    report.error_status = why


def _load(report: Any) -> None:
    try:
        from taskwall.checkov_plugin.registry import register

        register()
    except ModuleNotFoundError as error:
        _fail(
            report, f"{error} in the Python of this checkov, {sys.prefix}: install taskwall there"
        )
    except Exception as error:  # noqa: BLE001 (whatever it is, it must not be lost)
        _fail(report, str(error))


_of = _report()
if _of is None or _of.check_type.startswith(("terraform", "cloudformation")):
    _load(_of)
