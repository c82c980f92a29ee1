"""Array operations that NumPy has no name for."""

from __future__ import annotations

import numpy as np

from .tables import Ints


def expand(starts: Ints, counts: Ints) -> Ints:
    """Concatenated ranges start, start+1, … of the lengths given."""
    total = int(counts.sum())
    before = np.cumsum(counts) - counts
    ranges: Ints = np.arange(total, dtype=np.int64) + np.repeat(starts - before, counts)
    return ranges
