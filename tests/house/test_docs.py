"""Every example in the documentation runs, and its output is what the document says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.markdown import Block, blocks, commands, matches
from tests.house.tree import ROOT, tracked_files
from tests.serving import running_server

# the address documents use; examples run against a server of the test's own on a free port
DOCUMENTED_ADDRESS = "127.0.0.1:8585"
TIMEOUT_SECONDS = 300
MARKDOWN = [path for path in tracked_files() if path.suffix == ".md"]
RUNNABLE = [path for path in MARKDOWN if {"python", "console"} & {b.tag for b in blocks(path)}]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_server(tmp_path_factory.mktemp("documented")) as server:
        yield server.calls


@pytest.mark.parametrize("path", RUNNABLE, ids=lambda path: str(path.relative_to(ROOT)))
def test_examples_of_a_document_run_and_say_what_it_says(
    path: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    examples = [block for block in blocks(path) if block.tag in ("python", "console")]
    spoken = any(DOCUMENTED_ADDRESS in block.text for block in examples)
    actual = request.getfixturevalue("address") if spoken else DOCUMENTED_ADDRESS
    for block in examples:
        here = Block(block.tag, block.text.replace(DOCUMENTED_ADDRESS, actual), block.line)
        run = _run_python if block.tag == "python" else _run_console
        run(here, path, tmp_path)


def _run_python(block: Block, path: Path, folder: Path) -> None:
    done = _call([sys.executable, "-c", block.text], folder)
    assert done.returncode == 0, f"{path}:{block.line}\n{done.stdout}"


def _run_console(block: Block, path: Path, folder: Path) -> None:
    for example in commands(block):
        done = _call(["bash", "-euo", "pipefail", "-c", example.command], folder)
        where = f"{path}:{block.line}: {example.command}\n{done.stdout}"
        assert done.returncode == 0, where
        assert matches(example.wanted, done.stdout), where


def _call(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


def test_links_inside_the_repository_lead_somewhere() -> None:
    link = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")
    dead = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in MARKDOWN
        for target in link.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert not dead, "\n".join(dead)


def test_every_make_target_the_documents_name_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    named = {
        (path.name, target)
        for path in MARKDOWN
        for target in re.findall(r"`?make ([a-z-]+)`", path.read_text(encoding="utf-8"))
    }
    assert not {pair for pair in named if pair[1] not in targets}


def test_ellipsis_stands_for_any_lines_or_any_text() -> None:
    assert matches("one\n...\nlast\n", "one\ntwo\nthree\nlast\n")
    assert matches("took ... s\n", "took 3.2 s\n")
    assert not matches("one\nlast\n", "one\ntwo\nlast\n")
    assert not matches("one\n", "one two\n")
