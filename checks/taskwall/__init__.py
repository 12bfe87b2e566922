"""taskwall: network-security policy as code for Amazon ECS.

The names in `__all__` are the library: typed, documented and kept stable. Each is imported when it
is first used, so that the command starts quickly; `__init__.pyi` declares them to type checkers.
"""

__version__ = "0.2.0"

_MODULES = {
    "api.library": ("LoadError", "Report", "load", "load_all", "scan"),
    "findings.baseline": ("BaselineError",),
    "findings.finding": ("Finding",),
    "library.facts": (
        "Fact",
        "Need",
        "Place",
        "UnknownFactError",
        "all_of",
        "any_of",
        "assert_false",
        "assert_true",
    ),
    "library.network": ("Network",),
    "library.rule": ("Verdict", "rule"),
    "settings": ("SettingsError",),
}
"""Where the names of the library are defined."""

__all__ = [  # noqa: PLE0604 (made of the table above)
    "__version__",
    *sorted(name for names in _MODULES.values() for name in names),
]


def __getattr__(name: str) -> object:
    """A name of the library, imported now."""
    for module, names in _MODULES.items():
        if name in names:
            from importlib import import_module

            found: object = getattr(import_module(f"taskwall.{module}"), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module 'taskwall' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
