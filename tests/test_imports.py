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


def test_no_package_imports_itself_by_way_of_others() -> None:
    """What stands beside each other in a package is in an order, modules and packages alike."""
    graph = grimp.build_graph("taskwall", cache_dir=None)
    found: dict[str, dict[str, set[str]]] = {}
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            pairs = enumerate(zip(module.split("."), imported.split("."), strict=False))
            size = next((at for at, (one, other) in pairs if one != other), 0)
            if size:
                package, *two = (
                    ".".join(name.split(".")[: size + more])
                    for name, more in ((module, 0), (module, 1), (imported, 1))
                )
                found.setdefault(package, {}).setdefault(two[0], set()).add(two[1])

    assert "taskwall.core" in found["taskwall"]["taskwall.model"]
    assert {package for package, imports in found.items() if circle(imports)} == set()


def test_circles_are_seen() -> None:
    """A module is in a circle if those that it imports lead back to it."""
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == {"b", "c"}
