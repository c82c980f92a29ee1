"""A database that cannot be opened ends the start with one sentence and exit code 1."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fairlead_server.storage.database import Database

NOBODY = 65_534


def ended(database: str, *flags: str) -> tuple[int, str]:
    """Exit code of a server with that database, and all it wrote."""
    command = [sys.executable, "-m", "fairlead_server", "--database", database, *flags]
    command += ["--port", "0", "--admin-port", "0", "--metrics-port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


def refusal(database: str, *flags: str) -> str:
    """The one line a server writes that cannot start."""
    code, output = ended(database, *flags)
    assert code == 1, output
    (line,) = output.splitlines()
    assert " ERROR the server cannot start: " in line
    return line


def newer(path: Path) -> None:
    Database.open(str(path)).close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE decision (x)")


def broken(path: Path) -> None:
    """Its header is that of a database, its pages are not."""
    Database.open(str(path)).close()
    body = path.read_bytes()
    path.write_bytes(body[:100] + bytes(len(body) - 100))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (Path.mkdir, "unable to open database file"),
        (lambda path: path.write_bytes(b"no database" * 1000), "file is not a database"),
        (broken, "database disk image is malformed"),
        (newer, "is of a newer version of Fairlead"),
        (foreign, "table decision already exists"),
    ],
)
def test_bug_a_path_without_our_database_is_one_sentence(
    tmp_path: Path, make: Callable[[Path], object], words: str
) -> None:
    path = tmp_path / "f.db"
    make(path)
    line = refusal(str(path))
    assert f"the database {path} " in line
    assert words in line


def test_bug_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    assert "No such file or directory" in refusal(str(tmp_path / "none" / "f.db"))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nothing://at-all", "nothing"),
        ("postgresql+none://u:secret@h/d", "postgresql.none"),
        ("://", "is no path and no URL of a database"),
    ],
)
def test_bug_a_url_without_a_database_is_one_sentence(url: str, words: str) -> None:
    line = refusal(url)
    assert words in line
    assert "secret" not in line


def test_bug_a_database_that_another_process_has_locked_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "f.db"
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "database is locked" in refusal(str(path), "--database-busy-seconds", "0.2")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
def test_bug_a_database_this_user_may_not_write_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "f.db"
    Database.open(str(path)).close()
    path.chmod(0o644)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    made = [sys.executable, "-c", OPEN_AS_NOBODY, str(path)]
    done = subprocess.run(made, capture_output=True, text=True, check=True, timeout=120)
    assert f"the database {path} cannot be opened: Permission denied" in done.stdout


OPEN_AS_NOBODY = f"""
import os, sys
from fairlead_server.storage.database import Database, DatabaseRefused
os.setgroups([]), os.setgid({NOBODY}), os.setuid({NOBODY})
try:
    Database.open(sys.argv[1])
except DatabaseRefused as error:
    print(error)
"""
