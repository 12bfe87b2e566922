"""The pytest plugin: tests about the networks of a project's stacks.

A test that takes `taskwall_network` runs once for each stack below the folders and files that the
ini option `taskwall_path` names. An assert about a fact that is unknown fails with what is missing,
or skips the test where the ini option `taskwall_unknown` is `skip`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from taskwall.library.network import Network

    Networks = dict[str, Network]

_NETWORKS: pytest.StashKey[Networks] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini options."""
    parser.addini(
        "taskwall_path",
        "folders and files whose stacks are tested, seen from the ini file (default: its folder)",
        type="paths",
    )
    parser.addini("taskwall_settings", "a settings file for them, seen from the ini file", "paths")
    parser.addini(
        "taskwall_unknown",
        "what an assert about an unknown fact does: fail or skip",
        default="fail",
    )


def pytest_configure(config: pytest.Config) -> None:
    """See that the options can be meant so."""
    if config.getini("taskwall_unknown") not in ("fail", "skip"):
        raise pytest.UsageError("taskwall_unknown is fail or skip")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests about a network once for each stack."""
    if "taskwall_network" in metafunc.fixturenames:
        found = _networks(metafunc.config)
        metafunc.parametrize("taskwall_network", list(found), indirect=True, scope="session")


@pytest.fixture(scope="session")
def taskwall_network(request: pytest.FixtureRequest) -> Network:
    """The network of a stack below `taskwall_path`."""
    return _networks(request.config)[request.param]


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Skip a test that an unknown fact decides, where that is wanted."""
    try:
        return (yield)
    except AssertionError as error:
        from taskwall.library.facts import UnknownFactError

        unknown = isinstance(error, UnknownFactError)
        if unknown and pyfuncitem.config.getini("taskwall_unknown") == "skip":
            pytest.skip(str(error))
        raise


def _networks(config: pytest.Config) -> dict[str, Network]:
    """The networks by the names of their stacks, loaded once."""
    if _NETWORKS not in config.stash:
        from taskwall.api.library import LoadError, load_all
        from taskwall.settings import SettingsError

        paths = config.getini("taskwall_path") or [config.rootpath]
        settings = next(iter(config.getini("taskwall_settings")), None)
        try:
            found = load_all(*paths, settings=settings)
        except (LoadError, SettingsError) as error:
            raise pytest.Collector.CollectError(f"taskwall_path: {error}") from None
        config.stash[_NETWORKS] = dict(_named(found))
    return config.stash[_NETWORKS]


def _named(networks: Iterable[Network]) -> Iterator[tuple[str, Network]]:
    """Each network with a name of its own: of one folder, templates may be several stacks."""
    seen: dict[str, int] = {}
    for network in networks:
        number = seen[network.stack] = seen.get(network.stack, 0) + 1
        yield network.stack if number == 1 else f"{network.stack} {number}", network
