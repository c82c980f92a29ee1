"""An upload waits in a file that nobody sees and that ends with it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from fairlead_server.usecases.upload_spool import Spool, spool_folder


def test_parts_are_read_back_in_any_order_and_leave_no_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    parts = [b"one", b"", b"three" * 100_000]
    for part in parts:
        asyncio.run(spool.add(part))
    assert len(spool) == 3
    assert spool[2] == parts[2]
    assert list(spool) == parts
    assert spool[::-1] == parts[::-1]
    asyncio.run(spool.add(b"four"))
    assert spool[-1] == b"four"
    with pytest.raises(IndexError):
        spool[4]
    assert not list(tmp_path.iterdir())
    spool.close()


def test_uploads_wait_beside_the_database_file(tmp_path: Path) -> None:
    assert spool_folder(str(tmp_path / "f.db")) == tmp_path
    assert spool_folder(":memory:") is None
    assert spool_folder("postgresql://host/base") is None
