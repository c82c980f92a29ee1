"""Habits of the tree: short files, nothing that ties it to one machine or one registry."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from tests.house.tree import ROOT, is_generated, is_third_party, tracked_files

MOST_LINES = 400
# a message that moves to another .proto file breaks Python's and C++'s imports
MOST_LINES_OF_A_CONTRACT = 600
CODE = {".py", ".proto", ".js", ".java", ".sh"}
LOCK_FILES = {
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "uv.lock",
    "Pipfile.lock",
    "pdm.lock",
    "buf.lock",
}
# written in pieces, so that this file does not hold what it looks for
REGISTRIES = (
    "pypi" + r"\.org",
    "python" + "hosted",
    "registry" + r"\.npmjs",
    "repo1?" + r"\.maven",
    r"deb\." + "debian",
    "docker" + r"\.io/",
    "buf" + r"\.build/",
    "index" + "-url",
)
MACHINE_PATHS = (
    r"/(?:ro" + r"ot|ho" + r"me|wo" + r"rk|us" + r"ers)/\w",
    r"/opt/(?:py" + "pi|wheels)",
)


def text_of(path: Path) -> str | None:
    """The text of a file, or None where it is not text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def most_lines(path: Path) -> int:
    return MOST_LINES_OF_A_CONTRACT if path.suffix == ".proto" else MOST_LINES


def test_no_hand_written_file_is_longer_than_four_hundred_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for path in tracked_files()
        if path.suffix in CODE and not is_generated(path) and not is_third_party(path)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > most_lines(path)
    ]
    assert not long, "\n".join(long)


def test_the_tree_names_no_registry_and_no_path_of_a_machine() -> None:
    pattern = re.compile("|".join(REGISTRIES + MACHINE_PATHS))
    hits = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in tracked_files()
        if not is_third_party(path) and (text := text_of(path)) is not None
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert not hits, "\n".join(hits)


def test_the_tree_holds_no_lock_file() -> None:
    assert not [path for path in tracked_files() if path.name in LOCK_FILES]


def test_constraints_are_bare_exact_pins_and_satisfy_every_direct_dependency() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", pin) for pin in pins)
    names = [_normal(pin.partition("==")[0]) for pin in pins]
    assert names == sorted(names)
    assert len(names) == len(set(names))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + extras["dev"] + extras["reference"]
    wanted += extras["plot"] + extras["ray"]
    direct = {_normal(re.split(r"[<>=!~\[ ]", requirement)[0]) for requirement in wanted}
    assert direct - set(names) == {"fairlead-client"}  # built here, from proto/


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
