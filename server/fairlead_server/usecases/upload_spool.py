"""Parts of an upload, kept in a file while they arrive: memory holds one of them at a time."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import overload

from ..storage.database import MEMORY, unavailable


class Spool(Sequence[bytes]):
    """A sequence of byte strings in a file without a name, which ends with the process that has it.

    `add` appends one; reading reads the file. `close` gives the file back. Where the disk is full,
    making it and adding to it raise ServiceError UNAVAILABLE.
    """

    def __init__(self, folder: Path | None) -> None:
        with _on_disk():
            # unbuffered: a full disk is found when a part is added, not when it is read
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        self._bounds = [0]

    async def add(self, part: bytes) -> None:
        """Append a part, off the event loop."""
        await asyncio.to_thread(self._append, part)

    def _append(self, part: bytes) -> None:
        left = memoryview(part)
        with _on_disk():
            self._file.seek(self._bounds[-1])
            while left:
                left = left[self._file.write(left) :]
        self._bounds.append(self._bounds[-1] + len(part))

    def __len__(self) -> int:
        return len(self._bounds) - 1

    @overload
    def __getitem__(self, index: int) -> bytes: ...

    @overload
    def __getitem__(self, index: slice) -> list[bytes]: ...

    def __getitem__(self, index: int | slice) -> bytes | list[bytes]:
        """Read a part. Raises IndexError, as a list does."""
        places = range(len(self))[index]
        return self._read(places) if isinstance(places, int) else [self._read(p) for p in places]

    def _read(self, place: int) -> bytes:
        self._file.seek(self._bounds[place])
        return self._file.read(self._bounds[place + 1] - self._bounds[place])

    def close(self) -> None:
        """Delete the file."""
        self._file.close()


@contextmanager
def _on_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unavailable(error.strerror or str(error)) from error


def spool_folder(database: str) -> Path | None:
    """Where uploads are kept while they arrive: beside the database file; None: the system's
    folder for temporary files."""
    if "://" in database or database == MEMORY:
        return None
    return Path(database).resolve().parent
