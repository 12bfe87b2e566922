"""Messages are found in whatever an editor sends."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskwall.languageserver import incoming
from taskwall.languageserver.incoming import Incoming


def messages(sent: bytes) -> tuple[list[bytes], list[str]]:
    """The messages that the library finds, and what was said to be passed over."""
    told: list[str] = []
    stream = Incoming(io.BytesIO(sent), told.append)
    found = []
    while header := stream.readline():
        name, _, length = header.partition(b": ")
        assert name == b"Content-Length"
        assert stream.readline() == b"\r\n"
        found.append(stream.read(int(length)))
    return found, told


def framed(body: bytes) -> bytes:
    """A message as it should be sent."""
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Length: 2\r\n\r\n",
        b"content-length:2\r\n\r\n",
        b"CONTENT-LENGTH:  2 \r\n\r\n",
        b"Content-Length: 2\n\n",
        b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 2\r\n\r\n",
        b"Content-Length: 2\r\nContent-Type: application/vscode-jsonrpc\r\n\r\n",
        b"Content-Length: many\r\n\r\nContent-Length: 2\r\n\r\n",
        b"Content-Length: -2\r\n\r\nContent-Length: 2\r\n\r\n",
        b"Content-Length: 0\r\n\r\nContent-Length: 2\r\n\r\n",
        b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nContent-Length: 2\r\n\r\n",
        b"\r\n\r\nnonsense\r\n\x00\xffContent-Length: 2\r\n\r\n",
    ],
)
def test_headers(header: bytes) -> None:
    """However a length is told, and whatever stands before it."""
    assert messages(header + b"{}" + framed(b"[]")) == ([b"{}", b"[]"], [])


def test_a_message_that_is_longer_than_it_says() -> None:
    """Its rest is passed over, and the next message found."""
    assert messages(b"Content-Length: 3\r\n\r\n{} and more" + framed(b"[]"))[0][1:] == [b"[]"]


def test_lengths_beyond_all_measure() -> None:
    """Nothing is read for them, and it is told."""
    found, told = messages(b"Content-Length: 99999999999999\r\n\r\n" + framed(b"[]"))
    assert found == [b"[]"]
    assert told == ["A message of 99999999999999 bytes is ignored: it is too large."]


def test_a_message_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is passed over whole, wherever the next one begins."""
    monkeypatch.setattr(incoming, "MAX_MESSAGE_BYTES", 100)
    for length in range((1 << 16) - 40, (1 << 16) + 40):
        found, told = messages(framed(b"x" * length) + framed(b"[]"))
        assert found == [b"[]"]
        assert len(told) == 1


@given(st.lists(st.binary(min_size=1)))
def test_what_is_sent_is_found(bodies: list[bytes]) -> None:
    """Messages as they should be are left as they are."""
    assert messages(b"".join(map(framed, bodies))) == (bodies, [])


@given(st.binary())
def test_anything_may_be_sent(sent: bytes) -> None:
    """It ends with what is sent, without an error."""
    messages(sent)
