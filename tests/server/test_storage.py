"""What is written stays, in one transaction or not at all."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from fairlead_server.foundation.errors import ServiceError
from fairlead_server.storage import decisions, operations, requests, snapshots
from fairlead_server.storage.database import MEMORY, Database, DatabaseRefused
from fairlead_server.storage.schema import metadata


def written(database: Database, function: Callable[[Connection], object]) -> None:
    asyncio.run(database.write(function))


@pytest.fixture(params=["file", "memory"])
def database(request: pytest.FixtureRequest, tmp_path: Path):  # type: ignore[no-untyped-def]
    opened = Database.open(str(tmp_path / "f.db") if request.param == "file" else MEMORY)
    yield opened
    opened.close()


def test_the_migrations_make_exactly_the_schema(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    assert asyncio.run(database.read(differences)) == []


def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def half(connection: Connection) -> None:
        operations.add(connection, "t", "o", 1, "rows", b"body")
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        written(database, half)
    assert asyncio.run(database.read(lambda c: operations.find(c, "t", "o"))) is None


def test_a_write_whose_caller_is_cancelled_before_the_commit_leaves_nothing(
    database: Database,
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        operations.add(connection, "t", "o", 1, "rows", b"body")
        begun.set()
        go_on.wait()

    async def work() -> None:
        call = asyncio.create_task(database.write(slow))
        await asyncio.to_thread(begun.wait)
        call.cancel()
        await asyncio.sleep(0)
        assert not call.done()  # not before the transaction has ended
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await database.read(lambda c: operations.find(c, "t", "o")) is None

    asyncio.run(work())


def test_a_deleted_decision_leaves_its_digest(database: Database) -> None:
    left = decisions.Deleted("digest", 7)

    def life(connection: Connection) -> None:
        decisions.add(connection, "t", "d", 1, b"body", [decisions.Part("basis", 0, 1, b"x")])
        assert decisions.deleted(connection, "t", "d") is None
        decisions.remove(connection, "t", "d", left)
        assert decisions.body(connection, "t", "d") is None
        assert list(decisions.parts(connection, "t", "d", "basis")) == []
        assert decisions.deleted(connection, "t", "d") == left
        assert decisions.deleted(connection, "other", "d") is None

    written(database, life)


def test_bug_an_old_database_is_migrated_with_all_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "f.db"
    with sqlite3.connect(path) as old:
        old.executescript((Path(__file__).parent / "database_0001.sql").read_text())
    database = Database.open(str(path))

    def look(connection: Connection) -> None:
        assert operations.find(connection, "t", "o") == (b"operation", "rows")
        assert operations.find(connection, "t", "s") == (b"short", "summary")
        assert operations.events(connection, "t", "o", 0) == [b"first", b"second"]
        assert snapshots.parts(connection, "t", "s") == [b"one", b"two"]
        assert snapshots.body(connection, "t", "s") == b"snapshot"
        assert decisions.body(connection, "t", "d") == b"decision"
        assert [p.body for p in decisions.parts(connection, "t", "d", "line_columns")] == [b"part"]
        key = requests.RequestKey("t", "m", "r")
        assert requests.find(connection, key) == requests.Answered(b"digest", "name")
        uploaded = connection.execute(text("SELECT uploaded_micros FROM snapshot"))
        assert uploaded.scalar_one() == 42
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []

    asyncio.run(database.read(look))
    written(database, lambda c: snapshots.remove(c, "t", "s"))  # keys hold again
    assert asyncio.run(database.read(lambda c: snapshots.parts(c, "t", "s"))) == []
    database.close()


def test_a_snapshot_is_found_by_its_content_and_deleted_with_its_parts(
    database: Database,
) -> None:
    def life(connection: Connection) -> None:
        snapshots.add(connection, "t", "s", "digest", 1, b"body", [b"one", b"two"])
        assert snapshots.uploaded(connection, "t", "digest", 2) == b"body"
        assert snapshots.uploaded(connection, "other", "digest", 2) is None
        assert snapshots.parts(connection, "t", "s") == [b"one", b"two"]
        snapshots.remove(connection, "t", "s")
        assert snapshots.body(connection, "t", "s") is None
        assert snapshots.parts(connection, "t", "s") == []

    written(database, life)


def test_rows_of_a_decision_are_found_by_place_and_by_key(database: Database) -> None:
    parts = [
        decisions.Part("line_columns", first, 3, bytes([first]), f"L{first}") for first in (0, 3, 6)
    ]
    written(database, lambda c: decisions.add(c, "t", "d", 1, b"body", parts))

    def look(connection: Connection) -> None:
        def firsts(first: int) -> list[int]:
            found = decisions.parts(connection, "t", "d", "line_columns", first)
            return [part.first_row for part in found]

        assert firsts(0) == [0, 3, 6]
        assert firsts(2) == [0, 3, 6]
        assert firsts(3) == [3, 6]
        assert firsts(9) == []
        assert decisions.part_of_key(connection, "t", "d", "L4") == bytes([3])
        assert decisions.part_of_key(connection, "t", "d", "L6") == bytes([6])
        assert decisions.part_of_key(connection, "t", "d", "A") is None

    asyncio.run(database.read(look))


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "f.db")
    key = requests.RequestKey("t", "Solve", "r")
    first = Database.open(path)

    def fill(connection: Connection) -> None:
        operations.add(connection, "t", "o", 1, True, b"operation")
        operations.add_event(connection, "t", "o", 1, b"event")
        requests.add(connection, key, requests.Answered(b"digest", "name"), 1)
        decisions.add(connection, "t", "d", 1, b"decision", [])

    written(first, fill)
    first.close()
    second = Database.open(path)

    def look(connection: Connection) -> None:
        assert operations.unfinished(connection) == [("t", "o", b"operation")]
        assert operations.events(connection, "t", "o", 0) == [b"event"]
        assert requests.find(connection, key) == requests.Answered(b"digest", "name")
        assert decisions.page(connection, "t", "", 10) == [("d", b"decision")]

    asyncio.run(second.read(look))
    second.close()


def test_a_file_in_use_by_another_server_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "f.db")
    first = Database.open(path)
    with pytest.raises(DatabaseRefused, match="another server"):
        Database.open(path)
    first.close()
    Database.open(path).close()


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "f.db")
    first = Database.open(path)
    written(first, lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9'")))
    first.close()
    with pytest.raises(DatabaseRefused, match="newer version of Fairlead"):
        Database.open(path)


def test_a_full_disk_is_told_and_leaves_what_was_there() -> None:
    database = Database.open(MEMORY)
    written(database, lambda c: decisions.add(c, "t", "kept", 1, b"body", []))
    written(database, lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1"))
    with pytest.raises(ServiceError) as caught:
        written(database, lambda c: decisions.add(c, "t", "lost", 1, bytes(1_000_000), []))
    assert caught.value.reason == "STORAGE_UNAVAILABLE"
    assert asyncio.run(database.read(lambda c: decisions.body(c, "t", "kept"))) == b"body"
    database.close()


def test_a_sqlite_file_is_synced_at_every_commit_and_written_ahead(tmp_path: Path) -> None:
    database = Database.open(str(tmp_path / "f.db"))

    def pragma(connection: Connection, name: str) -> object:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()

    assert asyncio.run(database.read(lambda c: pragma(c, "journal_mode"))) == "wal"
    assert asyncio.run(database.read(lambda c: pragma(c, "synchronous"))) == 2
    database.close()


def test_a_request_id_is_known_for_a_time_and_then_forgotten(database: Database) -> None:
    old, new = (requests.RequestKey("t", "m", id_) for id_ in ("old", "new"))
    answered = requests.Answered(b"digest", "name")

    def life(connection: Connection) -> None:
        requests.add(connection, old, answered, 100)
        requests.add(connection, new, answered, 200)
        assert requests.find(connection, old, 100) == answered
        assert requests.find(connection, old, 101) is None
        requests.add(connection, old, requests.Answered(b"other", "name"), 150)
        assert requests.find(connection, old, 101) == requests.Answered(b"other", "name")
        assert requests.forget(connection, 200) == 1
        assert requests.find(connection, old) is None
        assert requests.find(connection, new) == answered

    written(database, life)
