"""SHA-256 without OpenSSL, which takes longer to load than a scan takes to judge a stack."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any


def sha256(data: bytes) -> str:
    """The digest of bytes, in hexadecimal digits."""
    digest: str = _algorithm()(data).hexdigest()
    return digest


@cache
def _algorithm() -> Callable[[bytes], Any]:
    for name in ("_sha2", "_sha256"):  # of Python 3.12 and later, and of 3.11
        try:
            found: Callable[[bytes], Any] = import_module(name).sha256
        except ImportError:
            continue
        return found
    from hashlib import sha256

    return sha256
