"""The files of the repository as the house tests see them."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE_ROOTS = ("proto", "solver", "server", "scenarios")
GENERATED_ENDINGS = ("_pb2.py", "_pb2.pyi", "_pb2_grpc.py", "_pb2_grpc.pyi")
# folders that are never part of the repository, where git is not at hand to say so
_FOREIGN = {".git", ".venv", "node_modules", "__pycache__", "build", "dist", "out"}


def tracked_files() -> list[Path]:
    """Every file git tracks or would track, sorted; without git, every file that is not foreign."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode == 0:
        names = sorted(set(filter(None, listing.stdout.split("\0"))))
        return [ROOT / name for name in names if (ROOT / name).is_file()]
    return sorted(
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not _FOREIGN & set(path.relative_to(ROOT).parts)
    )


def is_generated(path: Path) -> bool:
    """Whether a file is written by `make proto`."""
    return path.name.endswith(GENERATED_ENDINGS)


def is_third_party(path: Path) -> bool:
    """Whether a file is a copy of another project's."""
    return "third_party" in path.relative_to(ROOT).parts


def modules() -> dict[str, Path]:
    """Dotted name -> file, of every hand-written module under the source roots."""
    found: dict[str, Path] = {}
    for root in SOURCE_ROOTS:
        for package in sorted((ROOT / root).glob("fairlead*/")):
            for path in sorted(package.rglob("*.py")):
                if is_generated(path):
                    continue
                parts = path.relative_to(ROOT / root).with_suffix("").parts
                found[".".join(parts).removesuffix(".__init__")] = path
    return found
