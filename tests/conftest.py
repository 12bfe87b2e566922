"""What holds for all tests: property tests run by the profile of the gate."""

import gc

import budgets

budgets.register()
pytest_itemcollected = budgets.pytest_itemcollected


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a long text by how it begins: workers tell the ids of tests again and again."""
    return f"{val[:60]}..." if isinstance(val, str) and len(val) > 200 else None


def pytest_collection_finish() -> None:
    """Keep what is there by then, and stays, out of all rounds of the garbage collector."""
    gc.collect()
    gc.freeze()


def pytest_runtest_teardown() -> None:
    """Switch the collector on: commands switch it off, for a process that ends with them."""
    gc.enable()
