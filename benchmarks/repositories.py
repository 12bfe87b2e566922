"""Git repositories by the hundred, made of a few folders: copies that differ in small ways."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dulwich.object_store import iter_tree_contents
from dulwich.objects import Blob, Commit, ObjectID, Tree
from dulwich.refs import Ref
from dulwich.repo import Repo

_SOURCES = (".tf", ".tfvars", ".hcl", ".json", ".yaml", ".yml", ".template", ".tftpl", ".tpl")
_LARGEST = 1 << 20
_CIDR = re.compile(rb"0\.0\.0\.0/0")


def made(sources: Path, to: Path, count: int, largest: int) -> Iterator[tuple[Path, str]]:
    """Bare repositories, each with the commit that is to be scanned.

    Each has two commits: a folder of `sources` as it is, and a change to it that no other copy
    of this folder has (a CIDR that is narrower, a file that is gone). Of every third copy it is
    the first commit that is to be scanned. Folders with more than `largest` KiB of sources are
    left out.
    """
    folders = [each for each in sorted(sources.iterdir()) if each.is_dir() and each.name[0] != "."]
    every = [(folder, dict(_texts(folder))) for folder in folders]
    every = [(at, files) for at, files in every if sum(map(len, files.values())) <= largest << 10]
    for number in range(count):
        (folder, files), copy = every[number % len(every)], number // len(every)
        at = to / f"{number:05}-{folder.name}.git"
        at.mkdir(parents=True)
        with Repo.init_bare(str(at)) as repository:
            first = _committed(repository, files, ())
            last = _committed(repository, _changed(files, copy), (first,))
            repository.refs[Ref(b"refs/heads/master")] = ObjectID(last)
        yield at, (first if copy % 3 == 2 else last).decode()


def checked_out(repository: str, commit: str, folder: Path) -> None:
    """Write the files of a commit into a folder."""
    with Repo(repository) as opened:
        found: Any = opened[commit.encode()]
        for entry in iter_tree_contents(opened.object_store, found.tree):
            path = folder / os.fsdecode(entry.path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(opened[entry.sha].as_raw_string())


def _texts(folder: Path) -> Iterator[tuple[str, bytes]]:
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - {".git", ".terraform", "node_modules"})
        for name in sorted(names):
            path = Path(at, name)
            if path.suffix in _SOURCES and path.is_file() and path.stat().st_size <= _LARGEST:
                yield path.relative_to(folder).as_posix(), path.read_bytes()


def _changed(files: dict[str, bytes], copy: int) -> dict[str, bytes]:
    """The files with a change that is of this copy alone."""
    found = dict(files)
    if copy % 2 and len(found) > 1:
        del found[sorted(found)[copy // 2 % len(found)]]
    narrow = f"10.{copy % 250}.0.0/16".encode()
    for name in sorted(found):
        if _CIDR.search(found[name]):
            found[name] = _CIDR.sub(narrow, found[name], count=1)
            break
    found["copy.txt"] = str(copy).encode()
    return found


def _committed(repository: Repo, files: dict[str, bytes], parents: Iterable[bytes]) -> bytes:
    objects: list[Any] = []
    nested: dict[str, Any] = {}
    for path, raw in files.items():
        *folders, name = path.split("/")
        here = nested
        for folder in folders:
            here = here.setdefault(folder, {})
        here[name] = Blob.from_string(raw)
        objects.append(here[name])

    def tree(of: dict[str, Any]) -> Tree:
        made = Tree()
        for name, each in of.items():
            inner = tree(each) if isinstance(each, dict) else each
            mode = 0o040000 if isinstance(each, dict) else 0o100644
            made.add(os.fsencode(name), mode, inner.id)
        objects.append(made)
        return made

    commit = Commit()
    commit.tree = tree(nested).id
    commit.parents = list(parents)  # type: ignore[arg-type]
    commit.author = commit.committer = b"benchmark <benchmark@example.com>"
    commit.author_time = commit.commit_time = 1_700_000_000
    commit.author_timezone = commit.commit_timezone = 0
    commit.message = b"made for measuring"
    objects.append(commit)
    repository.object_store.add_objects([(each, None) for each in objects])
    return bytes(commit.id)
