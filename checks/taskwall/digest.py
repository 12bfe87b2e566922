"""SHA-256 without OpenSSL, which takes longer to load than a scan takes to judge a stack."""

from importlib import import_module


def sha256(data: bytes) -> str:
    """The digest of bytes, in hexadecimal digits."""
    for name in ("_sha2", "_sha256"):  # of Python 3.12 and later, and of 3.11
        try:
            digest: str = import_module(name).sha256(data).hexdigest()
        except ImportError:
            continue
        return digest
    from hashlib import sha256

    return sha256(data).hexdigest()
