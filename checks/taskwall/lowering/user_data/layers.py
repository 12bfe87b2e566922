"""The layers around user data: base64 and gzip, within bounds."""

import binascii
import zlib
from base64 import b64decode

MAX_USER_DATA = 1 << 20
"""No user data is longer: EC2 takes 16 KB, and this bounds what that unpacks to."""

_MOST_LAYERS = 4


def unpacked(text: str) -> str | None:
    """What is within base64 and gzip, layer by layer; None if a layer cannot be opened.

    A text that is no base64 is taken as it is.
    """
    for _ in range(_MOST_LAYERS):
        packed = "".join(text.split())
        if len(packed) < 8 or len(packed) % 4 or len(packed) > 2 * MAX_USER_DATA:
            break
        try:
            raw = b64decode(packed, validate=True)
        except (binascii.Error, ValueError):
            break
        if raw.startswith(b"\x1f\x8b"):
            opened = _unzipped(raw)
            if opened is None:
                return None
            raw = opened
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            # Letters that happen to be base64 are a text.
            break
    return text


def _unzipped(raw: bytes) -> bytes | None:
    reader = zlib.decompressobj(wbits=31)
    try:
        opened = reader.decompress(raw, MAX_USER_DATA + 1)
    except zlib.error:
        return None
    whole = reader.eof and len(opened) <= MAX_USER_DATA
    return opened if whole else None
