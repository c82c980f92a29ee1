"""Some linear programs that are kept warm together, far from whoever asks: columns in, columns out.

What travels is a few arrays for the whole share, not one object for each program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..engines.mathopt import End, Raw, Session
from ..program.draft import Bools, Floats, Ints, Model

_ENDS = tuple(End)


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Where each program's columns and rows end among those of its share (programs,)."""

    columns: Ints
    rows: Ints

    @classmethod
    def of(cls, models: Sequence[Model]) -> Shape:
        """Of the programs of a share."""
        columns = [model.num_columns for model in models]
        rows = [model.num_rows for model in models]
        return cls(np.cumsum(columns, dtype=np.int64), np.cumsum(rows, dtype=np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What the kernel said of every program of a share, one after the other.

    `ends` (programs,) are places in End; `bounds` (programs,); `x` (columns,) and `duals` (rows,)
    are NaN where `has_x`, `has_duals` (programs, masks) say there are none.
    """

    ends: Ints
    bounds: Floats
    has_x: Bools
    has_duals: Bools
    x: Floats
    duals: Floats

    @classmethod
    def of(cls, raws: Sequence[Raw], models: Sequence[Model]) -> Answers:
        """Of what was said of each program."""
        x = [_known(raw.x, model.num_columns) for raw, model in zip(raws, models, strict=True)]
        duals = [_known(raw.duals, model.num_rows) for raw, model in zip(raws, models, strict=True)]
        return cls(
            ends=np.array([_ENDS.index(raw.end) for raw in raws], np.int64),
            bounds=np.array([raw.bound for raw in raws]),
            has_x=np.array([raw.x is not None for raw in raws]),
            has_duals=np.array([raw.duals is not None for raw in raws]),
            x=np.concatenate(x),
            duals=np.concatenate(duals),
        )

    def raws(self, shape: Shape) -> list[Raw]:
        """Program by program again."""
        x = np.split(self.x, shape.columns[:-1])
        duals = np.split(self.duals, shape.rows[:-1])
        return [
            Raw(
                _ENDS[self.ends[k]],
                x[k] if self.has_x[k] else None,
                duals[k] if self.has_duals[k] else None,
                float(self.bounds[k]),
            )
            for k in range(len(self.ends))
        ]


class Share:
    """Holds a share. Its answers follow from the models, the seed and the costs asked so far."""

    def __init__(self, models: Sequence[Model], seed: int) -> None:
        self._models = models
        self._seed = seed
        self._cuts = Shape.of(models).columns[:-1]
        self._sessions: list[Session] = []

    def solve(self, *asked: Floats) -> Answers:
        """Maximise at each of the costs in turn (columns of the share,); answers to the last.

        Raises EngineError.
        """
        if not self._sessions:  # here, so that what an engine refuses is this call's error
            self._sessions = [Session(model, self._seed) for model in self._models]
        for costs in asked:
            pieces = np.split(costs, self._cuts)
            raws = [s.solve(cost) for s, cost in zip(self._sessions, pieces, strict=True)]
        return Answers.of(raws, self._models)


def _known(values: Floats | None, size: int) -> Floats:
    return np.full(size, np.nan) if values is None else values
