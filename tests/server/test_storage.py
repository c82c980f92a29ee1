"""What is written stays, in one transaction or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

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
        operations.add(connection, "t", "o", 1, b"body")
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        written(database, half)
    assert asyncio.run(database.read(lambda c: operations.body(c, "t", "o"))) is None


def test_a_snapshot_exists_only_when_it_is_complete(database: Database) -> None:
    written(database, lambda c: snapshots.begin(c, "t", "s", 1))
    written(database, lambda c: snapshots.add_part(c, "t", "s", 1, b"one"))
    assert asyncio.run(database.read(lambda c: snapshots.body(c, "t", "s"))) is None
    written(database, lambda c: snapshots.publish(c, "t", "s", b"body"))
    assert asyncio.run(database.read(lambda c: snapshots.body(c, "t", "s"))) == b"body"
    assert asyncio.run(database.read(lambda c: snapshots.parts(c, "t", "s"))) == [b"one"]
    with pytest.raises(snapshots.SnapshotExists):
        written(database, lambda c: snapshots.begin(c, "t", "s", 2))


def test_deleting_a_snapshot_deletes_its_parts(database: Database) -> None:
    def life(connection: Connection) -> None:
        snapshots.begin(connection, "t", "s", 1)
        snapshots.add_part(connection, "t", "s", 1, b"one")
        assert snapshots.remove(connection, "t", "s")
        assert not snapshots.remove(connection, "t", "s")
        assert snapshots.parts(connection, "t", "s") == []

    written(database, life)


def test_rows_of_a_decision_are_found_by_any_range(database: Database) -> None:
    parts = [decisions.Part("line", first, 3, bytes([first])) for first in (0, 3, 6)]
    written(database, lambda c: decisions.add(c, "t", "d", 1, b"body", parts))

    def firsts(first: int, rows: int) -> list[int]:
        found = asyncio.run(
            database.read(lambda c: decisions.parts(c, "t", "d", "line", first, rows))
        )
        return [part.first_row for part in found]

    assert firsts(0, 3) == [0]
    assert firsts(2, 2) == [0, 3]
    assert firsts(0, 100) == [0, 3, 6]
    assert firsts(9, 5) == []


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    path = str(tmp_path / "f.db")
    key = requests.RequestKey("t", "Solve", "r")
    first = Database.open(path)

    def fill(connection: Connection) -> None:
        operations.add(connection, "t", "o", 1, b"operation")
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
    with pytest.raises(DatabaseRefused, match="not one this version can read"):
        Database.open(path)


def test_a_sqlite_file_is_synced_at_every_commit_and_written_ahead(tmp_path: Path) -> None:
    database = Database.open(str(tmp_path / "f.db"))

    def pragma(connection: Connection, name: str) -> object:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()

    assert asyncio.run(database.read(lambda c: pragma(c, "journal_mode"))) == "wal"
    assert asyncio.run(database.read(lambda c: pragma(c, "synchronous"))) == 2
    database.close()
