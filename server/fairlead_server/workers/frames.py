"""What server and worker say to each other: frames of a kind and bytes over a socket pair.

A call to a worker is one JOB frame (a `Job`'s head as JSON) followed by its parts; the worker
answers with any number of PROGRESS, then PART frames and DONE, or with FAILED; SPENT goes before
either where the process is to be replaced. STOP asks it to end early. Parts travel as the bytes
they are: nothing is pickled, nothing parsed on the way.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO

_HEADER = struct.Struct("<BQ")
_SMALL_BYTES = 65_536


class FrameKind(IntEnum):
    """The kinds of frames, to the worker and from it."""

    JOB = 1
    STOP = 2
    PART = 3
    READY = 4
    PROGRESS = 5
    DONE = 6  # body: resident bytes of the worker, as decimal
    FAILED = 7  # body: a serialized google.rpc.Status
    SPENT = 8  # before DONE or FAILED: the process is of no use for another job


@dataclass(frozen=True, slots=True)
class Frame:
    """One message on the socket."""

    kind: FrameKind
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Job:
    """Work for one worker: a function by name (`module:function`), its limit and its input."""

    task: str
    limit_seconds: float
    parts: Sequence[bytes] = ()  # read one by one as they are sent
    note: str = ""  # what else the task must know, in a form of its own
    quiet: bool = False  # nobody listens to its progress

    def head(self, parts: int) -> bytes:
        """The JOB frame's body."""
        fields = {
            "task": self.task,
            "limit": self.limit_seconds,
            "note": self.note,
            "quiet": self.quiet,
        }
        return json.dumps({**fields, "parts": parts}).encode()


class PeerGone(ConnectionError):
    """The other end closed the socket."""


def _joined(frames: Iterable[Frame]) -> Iterator[bytes]:
    """The bytes to send: small frames together, a big one without a copy."""
    small: list[bytes] = []
    for frame in frames:
        small.append(_HEADER.pack(frame.kind, len(frame.body)))
        if len(frame.body) <= _SMALL_BYTES:
            small.append(frame.body)
        else:
            yield b"".join(small)
            yield frame.body
            small.clear()
    if small:
        yield b"".join(small)


def send(sock: socket.socket, *frames: Frame) -> None:
    """Send frames, blocking."""
    for piece in _joined(frames):
        sock.sendall(piece)


class Outbox:
    """Sends frames, blocking; small ones wait for others until there is enough, or `flush`.

    Who waits for an answer of a few small frames is woken once.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._waiting: list[Frame] = []
        self._bytes = 0

    def put(self, frame: Frame) -> None:
        """Send this frame, now or with the next ones."""
        self._waiting.append(frame)
        self._bytes += len(frame.body)
        if self._bytes > _SMALL_BYTES:
            self.flush()

    def flush(self) -> None:
        """Send what waits."""
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        send(self._sock, *waiting)


def receive(stream: BinaryIO) -> Frame:
    """Receive one frame, blocking. Raises PeerGone at the end of the stream.

    The stream is a buffered one: the frames of a small call are read in one piece.
    """
    kind, size = _HEADER.unpack(_read(stream, _HEADER.size))
    return Frame(FrameKind(kind), _read(stream, size))


def _read(stream: BinaryIO, size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise PeerGone
    return found


async def send_async(writer: asyncio.StreamWriter, *frames: Frame) -> None:
    """Send frames without holding the event loop."""
    for piece in _joined(frames):
        writer.write(piece)
        await writer.drain()


async def receive_async(reader: asyncio.StreamReader) -> Frame:
    """Receive one frame without holding the event loop. Raises PeerGone at the stream's end.

    The reader is buffered: the frames of a small answer arrive in one piece.
    """
    try:
        kind, size = _HEADER.unpack(await reader.readexactly(_HEADER.size))
        return Frame(FrameKind(kind), await reader.readexactly(size) if size else b"")
    except asyncio.IncompleteReadError as error:
        raise PeerGone from error
