"""How the modules of the package import each other. The rest of it is said by setup.cfg."""

from graphlib import CycleError, TopologicalSorter

import grimp


def circle(imports: dict[str, set[str]]) -> set[str]:
    """Modules that lead back to themselves by what they import; none if none do."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return set(error.args[1])
    return set()


def test_no_module_imports_itself_by_way_of_others() -> None:
    """There is no circle, neither at run time, nor in functions, nor for annotations only."""
    graph = grimp.build_graph("taskwall", cache_dir=None)
    found = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}

    assert "taskwall.core.values" in found["taskwall.core.facts"]
    assert circle(found) == set()


def test_circles_are_seen() -> None:
    """A module is in a circle if those that it imports lead back to it."""
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == {"b", "c"}
