"""`buf lint`, and `buf breaking` against the last release: `check.py [--release]`.

`released/v1.binpb` holds the descriptors of the last released contract; a change that would break
a client built against them fails. `--release` makes the present contract the released one, as the
last act before a version is tagged.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from generate import PROTO, image

RELEASED = PROTO / "released" / "v1.binpb"
BUF = Path(sys.executable).parent / "buf"
OWN = "--path=fairlead"  # third-party protos are not ours to judge


def lint(present: Path) -> int:
    """Print what `buf lint` finds; 0 where nothing."""
    return _buf("lint", str(present), OWN)


def breaking(present: Path, released: Path = RELEASED) -> int:
    """Print what would break a client of `released`; 0 where nothing."""
    return _buf("breaking", str(present), f"--against={released}", OWN)


def _buf(*arguments: str) -> int:
    return subprocess.run([str(BUF), *arguments], cwd=PROTO.parent, check=False).returncode


def main(release: bool) -> int:
    """Check the contract as it is now; with `release`, then make it the released one."""
    with tempfile.TemporaryDirectory() as folder:
        present = Path(folder, "present.binpb")
        image(present)
        failed = lint(present) or breaking(present)
        if release and not failed:
            image(RELEASED, comments=False)
    return failed


if __name__ == "__main__":
    sys.exit(main("--release" in sys.argv[1:]))
