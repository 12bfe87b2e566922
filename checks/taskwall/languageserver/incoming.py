"""What an editor sends, message by message, whatever else is in between.

The library looks for the header `Content-Length` spelt as it is, on a line of its own that ends in
both signs, and reads as many bytes as it says. A header in other letters (they are those of HTTP,
which are the same in both cases: Language Server Protocol 3.17, Header Part), or a message that is
shorter or longer than it says, made it deaf for good; a very large number ended it.
"""

import re
from collections.abc import Callable
from typing import BinaryIO

MAX_MESSAGE_BYTES = 128 * 1024 * 1024
"""Messages of more bytes are passed over."""

_CHUNK = 1 << 16
_LONGEST = 64
"""So many bytes a header of a length has at most."""

_LENGTH = re.compile(rb"content-length:[ \t]*(\d{1,20})[ \t]*\r?\n\Z", re.IGNORECASE)


class Incoming:
    """A stream of messages as the library reads it.

    That is for each message a line with its length, an empty one, and as many bytes.
    `log` is called, in the thread that reads, with what was passed over.
    """

    def __init__(self, stream: BinaryIO, log: Callable[[str], None]) -> None:
        self._stream = stream
        self._log = log
        self._begun = False

    def readline(self) -> bytes:
        """The next line of a header; nothing at the end of the stream."""
        if self._begun:
            self._begun = False
            return b"\r\n"
        length = self._length()
        self._begun = length > 0
        return b"Content-Length: %d\r\n" % length if length else b""

    def read(self, size: int) -> bytes:
        """The bytes of a message."""
        return self._stream.read(size)

    def _length(self) -> int:
        """The length that the next header tells; 0 at the end of the stream."""
        length, before = 0, b""
        while line := self._stream.readline(_CHUNK):
            # What is left of another message may stand before it.
            found = _LENGTH.search(before + line)
            before = b"" if line.endswith(b"\n") else line[-_LONGEST:]
            if found is not None:
                length = int(found[1])
                if length > MAX_MESSAGE_BYTES:
                    self._log(f"A message of {length} bytes is ignored: it is too large.")
                    length = 0
            elif length and not line.strip():
                return length
        return 0
