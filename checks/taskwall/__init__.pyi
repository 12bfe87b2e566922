"""What type checkers see of the library, which `__init__.py` imports lazily."""

from taskwall.api.library import LoadError as LoadError
from taskwall.api.library import Report as Report
from taskwall.api.library import load as load
from taskwall.api.library import load_all as load_all
from taskwall.api.library import scan as scan
from taskwall.findings.baseline import BaselineError as BaselineError
from taskwall.findings.finding import Finding as Finding
from taskwall.library.facts import Fact as Fact
from taskwall.library.facts import Need as Need
from taskwall.library.facts import Place as Place
from taskwall.library.facts import UnknownFactError as UnknownFactError
from taskwall.library.facts import all_of as all_of
from taskwall.library.facts import any_of as any_of
from taskwall.library.facts import assert_false as assert_false
from taskwall.library.facts import assert_true as assert_true
from taskwall.library.network import Network as Network
from taskwall.library.rule import Verdict as Verdict
from taskwall.library.rule import rule as rule
from taskwall.settings import SettingsError as SettingsError

__version__: str
__all__ = [
    "BaselineError",
    "Fact",
    "Finding",
    "LoadError",
    "Need",
    "Network",
    "Place",
    "Report",
    "SettingsError",
    "UnknownFactError",
    "Verdict",
    "__version__",
    "all_of",
    "any_of",
    "assert_false",
    "assert_true",
    "load",
    "load_all",
    "rule",
    "scan",
]
