"""Bundles: a repository's objects in one file, laid out as a repository for reading."""

import os
import shutil

from taskwall.source.revisions import RevisionError, object_errors


def unpack_bundle(bundle: str, folder: str) -> None:
    """Make a bare repository of a bundle, in a new folder.

    Raises:
        RevisionError: the bundle cannot be read, or rests on objects that are not in it.
    """
    from dulwich.bundle import read_bundle
    from dulwich.repo import Repo

    errors: tuple[type[Exception], ...] = (BufferError, *object_errors())
    try:
        with open(bundle, "rb") as stream:
            with read_bundle(stream) as header:
                if header.prerequisites:
                    raise RevisionError(
                        f"{bundle}: the bundle is not complete: make one with --all."
                    )
                references = dict(header.references)
            stream.seek(0)
            while stream.readline(1 << 16).strip():  # an empty line ends the header
                pass
            os.mkdir(folder)
            with Repo.init_bare(folder) as repository:
                pack, commit, abort = repository.object_store.add_pack()
                try:
                    shutil.copyfileobj(stream, pack)
                    commit()
                except BaseException:
                    abort()
                    raise
                for name, id_ in references.items():
                    repository.refs[name] = id_
    except errors as error:
        why = str(error) or type(error).__name__
        raise RevisionError(f"{bundle}: the bundle cannot be read: {why}.") from error
