"""Array operations that NumPy has no name for."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .tables import Ints


def expand(starts: Ints, counts: Ints) -> Ints:
    """Concatenated ranges start, start+1, … of the lengths given."""
    total = int(counts.sum())
    before = np.cumsum(counts) - counts
    ranges: Ints = np.arange(total, dtype=np.int64) + np.repeat(starts - before, counts)
    return ranges


def summed(codes: ArrayLike, values: Ints, size: int) -> Ints:
    """Σ of `values` per code, exactly; `codes` in 0..size-1."""
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, np.asarray(codes), values)
    return total
