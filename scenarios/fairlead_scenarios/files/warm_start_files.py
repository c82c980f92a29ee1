"""Files of what one solve leaves behind for the next: `fairlead solve --keep` and `--start`."""

from __future__ import annotations

from pathlib import Path

from fairlead_solver.api.allocation import (
    Basis,
    NotABasis,
    Solved,
    basis_from_bytes,
    basis_to_bytes,
    left_of,
)

from ..spelling.yaml_documents import refuse


def read_basis(path: Path) -> Basis | None:
    """What `write_basis` wrote; None where that solve left nothing. Raises InvalidInput."""
    try:
        body = path.read_bytes()
        return basis_from_bytes(body) if body else None
    except (OSError, NotABasis) as error:
        raise refuse("start", path, f"a file that --keep wrote ({error})") from error


def write_basis(solved: Solved, path: Path) -> None:
    """Keep what the next solve can start from; an empty file where there is nothing.

    Raises InvalidInput where the file cannot be written.
    """
    left = left_of(solved)
    try:
        path.write_bytes(b"" if left is None else basis_to_bytes(left))
    except OSError as error:
        raise refuse("keep", path, f"a file that can be written ({error})") from error
