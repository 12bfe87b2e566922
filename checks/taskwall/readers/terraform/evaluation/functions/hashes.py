"""Functions that digest: hashes of texts and files, and identifiers made of them."""

from collections.abc import Callable

from taskwall.core.values import Known, Unknown, Value
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.evaluation.functions.arguments import text_of
from taskwall.readers.terraform.evaluation.functions.filesystem import content


def _hex(raw: bytes) -> str:
    return raw.hex()


def _base64(raw: bytes) -> str:
    from base64 import b64encode

    return b64encode(raw).decode()


def _digest(
    algorithm: str, written: Callable[[bytes], str], of_file: bool = False
) -> Callable[[list[Value], ModuleContext], Value]:
    def digested(arguments: "list[Value]", scope: ModuleContext) -> Value:
        import hashlib

        found = content(arguments[0], scope) if of_file else text_of(arguments[0])
        if isinstance(found, Unknown):
            return found
        made = hashlib.new(algorithm, found.encode(), usedforsecurity=False)
        return Known(written(made.digest()))

    return digested


def _uuidv5(arguments: list[Value], scope: ModuleContext) -> Value:
    import uuid

    spaces = {
        "dns": uuid.NAMESPACE_DNS,
        "url": uuid.NAMESPACE_URL,
        "oid": uuid.NAMESPACE_OID,
        "x500": uuid.NAMESPACE_X500,
    }
    name = text_of(arguments[0])
    space = spaces.get(name) or uuid.UUID(name)
    return Known(str(uuid.uuid5(space, text_of(arguments[1]))))


FUNCTIONS = {
    "md5": _digest("md5", _hex),
    "sha1": _digest("sha1", _hex),
    "sha256": _digest("sha256", _hex),
    "sha512": _digest("sha512", _hex),
    "base64sha256": _digest("sha256", _base64),
    "base64sha512": _digest("sha512", _base64),
    "filemd5": _digest("md5", _hex, of_file=True),
    "filesha1": _digest("sha1", _hex, of_file=True),
    "filesha256": _digest("sha256", _hex, of_file=True),
    "filesha512": _digest("sha512", _hex, of_file=True),
    "filebase64sha256": _digest("sha256", _base64, of_file=True),
    "filebase64sha512": _digest("sha512", _base64, of_file=True),
    "uuidv5": _uuidv5,
}
