"""Makes taskwall's rules checks of checkov's, which executes this file for each of its runners."""

import sys
from typing import Any


def _fail(why: str) -> None:
    """Say why no rule is judged, and have checkov end as after a crash of a runner.

    To raise something does not do: checkov would log it and go on without the rules. Nor does it
    to end the process: of several, checkov takes one that ends for one with nothing to tell.
    """
    frame = sys._getframe()  # noqa: SLF001 (the runner, and its report, are further up the stack)
    while frame.f_back is not None:
        frame = frame.f_back
        report: Any = frame.f_locals.get("report")
        if hasattr(report, "error_status"):
            if report.check_type.startswith(("terraform", "cloudformation")):
                sys.stderr.write(f"taskwall: no rule is judged: {why}\n")
                report.error_status = why
            return
    sys.exit(f"taskwall: no rule is judged: {why}")


try:
    from taskwall.checkov_plugin.registry import register

    register()
except ModuleNotFoundError as error:
    _fail(f"{error} in the Python of this checkov, {sys.prefix}: install taskwall there")
except Exception as error:  # noqa: BLE001 (whatever it is, it must not be lost)
    _fail(str(error))
