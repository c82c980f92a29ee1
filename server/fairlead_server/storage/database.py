"""The database: opened, locked and migrated once; used off the event loop.

Reads and writes are plain functions of a connection. Writes are transactions, one after the
other, on one thread; reads run beside them on threads of their own (an in-memory database has one
connection, so there they share the writer's thread).
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DataError,
    DBAPIError,
    IntegrityError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.pool import StaticPool

from ..foundation.errors import ServiceError
from ..foundation.reasons import Reason
from ..foundation.shielded_tasks import settled

Result = TypeVar("Result")

MEMORY = ":memory:"
UNAVAILABLE = Reason.STORAGE_UNAVAILABLE
_READERS = 4


class DatabaseRefused(RuntimeError):
    """The database cannot be opened: the message is one sentence that says which and why."""


class _Abandoned(Exception):
    """Undoes a transaction whose caller is gone."""


class Database:
    """One open database. `close` ends it.

    `doubtful` is set where it could not be used.
    """

    def __init__(self, engine: Engine, *, shared_thread: bool, lock: int | None) -> None:
        self.doubtful = asyncio.Event()
        self._engine = engine
        self._lock = lock
        self._writer = ThreadPoolExecutor(1, "db-writer")
        self._readers = self._writer if shared_thread else ThreadPoolExecutor(_READERS, "db-reader")

    @classmethod
    def open(cls, where: str, busy_seconds: float = 30.0) -> Database:
        """Open and migrate: a file path, ":memory:" or an SQLAlchemy URL. A file that another
        process has locked is waited for, here and later, so many seconds.

        Raises DatabaseRefused.
        """
        try:
            url = _url(where)
        except ArgumentError as error:
            raise DatabaseRefused(f"{where!r} is no path and no URL of a database") from error
        shown = url.render_as_string() if "://" in where else where  # without the password
        try:
            return cls._open(url, busy_seconds)
        except BlockingIOError as error:
            raise DatabaseRefused(f"another server is using the database {shown}") from error
        except CommandError as error:
            raise DatabaseRefused(
                f"the database {shown} is of a newer version of Fairlead, or of another program "
                f"({error})"
            ) from error
        except (SQLAlchemyError, sqlite3.Error, OSError, ImportError) as error:
            raise DatabaseRefused(
                f"the database {shown} cannot be opened: {_cause(error)}"
            ) from error

    @classmethod
    def _open(cls, url: URL, busy_seconds: float) -> Database:
        memory = url.get_backend_name() == "sqlite" and url.database in (None, "", MEMORY)
        lock = _lock(url) if not memory else None
        try:
            engine = _engine(url, memory, busy_seconds)
        except BaseException:
            _unlock(lock)
            raise
        try:
            _migrate(engine)
        except BaseException:
            engine.dispose()
            _unlock(lock)
            raise
        return cls(engine, shared_thread=memory, lock=lock)

    async def read(self, function: Callable[[Connection], Result]) -> Result:
        """Run a read-only function on one consistent view.

        Raises ServiceError UNAVAILABLE where the database is.
        """
        with self._noticing():
            return await self._run(self._readers, function, self._engine)

    async def write(self, function: Callable[[Connection], Result]) -> Result:
        """Run a function in one transaction; durable when this returns, undone if it raises.

        A caller that is cancelled before the commit undoes it as well. It is cancelled only once
        the transaction has ended, so that what it finds in the database afterwards stays true.
        Raises ServiceError UNAVAILABLE where the database is.
        """
        abandoned = threading.Event()

        def unless_abandoned(connection: Connection) -> Result:
            result = function(connection)
            if abandoned.is_set():
                raise _Abandoned
            return result

        engine = self._engine.execution_options(fairlead_write=True)
        with self._noticing():
            return await settled(self._run(self._writer, unless_abandoned, engine), abandoned.set)

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        try:
            yield
        except ServiceError as error:
            if error.reason == UNAVAILABLE:
                self.doubtful.set()
            raise

    def free_bytes(self) -> int | None:
        """What the file system of the database has free; None where it is no file."""
        path = self._engine.url.database
        if self._lock is None or path is None:
            return None
        room = os.statvfs(Path(path).resolve().parent)
        return room.f_bavail * room.f_frsize

    def _run(
        self, threads: ThreadPoolExecutor, function: Callable[[Connection], Result], engine: Engine
    ) -> asyncio.Future[Result]:
        def transaction() -> Result:
            try:
                with engine.begin() as connection:
                    return function(connection)
            except (IntegrityError, DataError, ProgrammingError):
                raise  # a defect of ours
            except (DatabaseError, sqlite3.Error) as error:
                raise unavailable(_cause(error)) from error

        return asyncio.get_running_loop().run_in_executor(threads, transaction)

    def close(self) -> None:
        """Finish what is under way and let go."""
        self._writer.shutdown()
        self._readers.shutdown()
        self._engine.dispose()
        _unlock(self._lock)


def unavailable(cause: str) -> ServiceError:
    """The disk is full, the file locked, the server gone: nothing was written."""
    return ServiceError(
        UNAVAILABLE,
        f"the database cannot be used now ({cause}); nothing was stored",
    )


def _url(where: str) -> URL:
    if "://" in where:
        return make_url(where)
    return URL.create("sqlite", database=where)


def _cause(error: Exception) -> str:
    """What the database or the system says, in one line, without our statement."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror} ({error.filename})" if error.filename else error.strerror
    told = error.orig if isinstance(error, DBAPIError) else error
    return " ".join(str(told).split())


def _engine(url: URL, memory: bool, busy_seconds: float) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url)
    arguments: dict[str, Any] = {"check_same_thread": False, "timeout": busy_seconds}
    more: dict[str, Any] = {"poolclass": StaticPool} if memory else {}
    engine = create_engine(url, connect_args=arguments, **more)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we begin our transactions ourselves, in `_on_begin`
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("fairlead_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with (
        engine.execution_options(fairlead_write=True).connect() as connection,
        _unlinked(connection),
        connection.begin(),
    ):
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _unlinked(connection: Connection) -> Iterator[None]:
    """No foreign keys meanwhile: SQLite changes a table by making it anew and dropping the old
    one, and with them the drop would delete all rows of its child tables."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
    driver.execute("PRAGMA foreign_keys=OFF")  # has no effect within a transaction
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _lock(url: URL) -> int | None:
    """One server per SQLite file: a second would take the first one's operations for lost.

    Raises BlockingIOError for the second, and OSError where the file cannot be made.
    """
    if url.get_backend_name() != "sqlite" or url.database is None:
        return None
    path = f"{url.database}.lock"
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _unlock(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)
