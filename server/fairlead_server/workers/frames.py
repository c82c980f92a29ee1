"""What server and worker say to each other: frames of a kind and bytes over a socket pair.

A call to a worker is one JOB frame (a `Job`'s head as JSON) followed by its parts; the worker
answers with any number of PROGRESS, then PART frames and DONE, or with FAILED. STOP asks it to
end early. Parts travel as the bytes they are: nothing is pickled, nothing parsed on the way.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

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


def _pieces(frame: Frame) -> tuple[bytes, ...]:
    """The bytes to send: small frames in one piece, big ones without a copy."""
    header = _HEADER.pack(frame.kind, len(frame.body))
    if len(frame.body) <= _SMALL_BYTES:
        return (header + frame.body,)
    return (header, frame.body)


def send(sock: socket.socket, frame: Frame) -> None:
    """Send one frame, blocking."""
    for piece in _pieces(frame):
        sock.sendall(piece)


def receive(sock: socket.socket) -> Frame:
    """Receive one frame, blocking. Raises PeerGone at the end of the stream."""
    kind, size = _HEADER.unpack(_read(sock, _HEADER.size))
    return Frame(FrameKind(kind), bytes(_read(sock, size)))


def _read(sock: socket.socket, size: int) -> bytearray:
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        count = sock.recv_into(view)
        if count == 0:
            raise PeerGone
        view = view[count:]
    return buffer


async def send_async(writer: asyncio.StreamWriter, *frames: Frame) -> None:
    """Send frames without holding the event loop."""
    for frame in frames:
        writer.writelines(_pieces(frame))
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
