"""Facts as columns: the one description of every table, shared by checks, wire and readers.

A *table* is a frozen dataclass whose fields are columns of equal length. Each field carries its
`Column` description (kind, default, range, what it refers to); the input checks in
`fairlead_solver.table_checks` and the converter in `fairlead.wire` are driven by these
descriptions, so a new fact is one field here and one field in the contract, with the same name.

Missing values: `NO_INT` (int64), `NO_DAY` (days) and code -1 (references and texts).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import Field, dataclass, field, fields
from enum import Enum, IntEnum
from functools import cache
from typing import Any, ClassVar, Self, cast

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Days = NDArray[np.int32]
Codes = NDArray[np.int32]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Kinds = NDArray[np.int8]

NO_INT = int(np.iinfo(np.int64).min)
NO_DAY = int(np.iinfo(np.int32).min)


class ColumnKind(Enum):
    """What a column holds, and so how it is stored."""

    KEY = "key"  # the row's own id: Names, unique
    TEXT = "text"  # a free word, interned: Coded
    REF = "ref"  # the id of a row of another table, interned: Coded
    REFS = "refs"  # a list of references or words per row: Lists
    INT = "int"  # int64
    DAY = "day"  # int32, days since 1970-01-01 (UTC)
    RATE = "rate"  # float64
    FLAG = "flag"  # bool
    ENUM = "enum"  # int8


@dataclass(frozen=True, slots=True)
class Column:
    """Describes one column: its kind, its value when absent, its legal range, its target table.

    `later`: added after the first release. It is hashed only where a row gives it, so that the
    digests of cycles without it stay as they were. `remedy`: what to do about a value that is out
    of range.
    """

    kind: ColumnKind
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    target: str = ""
    optional: bool = False
    required: bool = False
    enum: type[IntEnum] | None = None
    later: bool = False
    remedy: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column of words: row i holds `names[codes[i]]`, or nothing where the code is -1."""

    names: tuple[str, ...]
    codes: Codes

    @classmethod
    def of(cls, words: Sequence[str]) -> Self:
        """Intern a sequence of words; the empty word means "nothing"."""
        index: dict[str, int] = {}
        codes = np.fromiter(
            (index.setdefault(w, len(index)) if w else -1 for w in words),
            dtype=np.int32,
            count=len(words),
        )
        return cls(tuple(index), codes)

    def word(self, row: int) -> str:
        """The word in one row; "" where there is none."""
        code = int(self.codes[row])
        return self.names[code] if code >= 0 else ""

    def words(self) -> NDArray[np.object_]:
        """All rows as an object array of str."""
        lookup = np.array([*self.names, ""], dtype=object)
        return lookup[self.codes]  # -1 picks the trailing ""

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """A column of lists: row i holds `values` at `offsets[i]:offsets[i+1]` (offsets: rows + 1)."""

    offsets: Ints
    values: Coded

    @classmethod
    def of(cls, rows: Sequence[Sequence[str]]) -> Self:
        """Intern one list of words per row."""
        offsets = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(r) for r in rows], out=offsets[1:])
        return cls(offsets, Coded.of([w for r in rows for w in r]))

    def row(self, row: int) -> tuple[str, ...]:
        """The words of one row, in the order given."""
        codes = self.values.codes[self.offsets[row] : self.offsets[row + 1]]
        return tuple(self.values.names[int(c)] for c in codes)

    def counts(self) -> Ints:
        """Length of each row's list."""
        return np.diff(self.offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1


def _column(**description: Any) -> Any:
    return field(metadata={"column": Column(**description)})


def key() -> Any:
    """The row's own id."""
    return _column(kind=ColumnKind.KEY, required=True)


def text(domain: str, *, later: bool = False) -> Any:
    """An optional word out of `domain`: words of one domain are compared with each other."""
    return _column(kind=ColumnKind.TEXT, target=domain, later=later)


def ref(target: str, *, required: bool = False) -> Any:
    """The id of a row of table `target`."""
    return _column(kind=ColumnKind.REF, target=target, required=required)


def refs(target: str) -> Any:
    """A list of ids of table `target`, or of words of that domain where no such table exists."""
    return _column(kind=ColumnKind.REFS, target=target)


def integer(
    default: int = 0,
    *,
    minimum: int = 0,
    maximum: int | None = None,
    required: bool = False,
    remedy: str = "",
    later: bool = False,
) -> Any:
    """int64, at most MAX_AMOUNT or `maximum`; with `default` NO_INT the value is optional."""
    return _column(
        kind=ColumnKind.INT,
        default=default,
        minimum=minimum,
        maximum=MAX_AMOUNT if maximum is None else maximum,
        optional=default == NO_INT,
        required=required,
        remedy=remedy,
        later=later,
    )


def day(*, later: bool = False) -> Any:
    """Days since 1970-01-01, or NO_DAY."""
    return _column(
        kind=ColumnKind.DAY,
        default=NO_DAY,
        minimum=MIN_DAY,
        maximum=MAX_DAY,
        optional=True,
        later=later,
    )


def rate(default: float = 0.0, *, minimum: float = 0.0, maximum: float = 1.0) -> Any:
    """A pure number."""
    return _column(kind=ColumnKind.RATE, default=default, minimum=minimum, maximum=maximum)


def flag(default: bool = False) -> Any:
    """Yes or no."""
    return _column(kind=ColumnKind.FLAG, default=default)


def choice(enum: type[IntEnum], default: IntEnum, *, later: bool = False) -> Any:
    """One word out of an enum."""
    return _column(kind=ColumnKind.ENUM, default=int(default), enum=enum, later=later)


MAX_AMOUNT = 10**15  # of base units, or micro-units of money: products of two are guarded apart
MIN_DAY, MAX_DAY = -25_567, 182_621  # 1900-01-01 … 2469-12-31
MAX_TRANSIT_DAYS = 1_000_000  # MAX_DAY and so many more are a date of the calendar still

_DTYPES: dict[ColumnKind, Any] = {
    ColumnKind.INT: np.int64,
    ColumnKind.DAY: np.int32,
    ColumnKind.RATE: np.float64,
    ColumnKind.FLAG: np.bool_,
    ColumnKind.ENUM: np.int8,
}


def default_column(column: Column, rows: int) -> Any:
    """A column of `rows` default values."""
    if column.kind is ColumnKind.KEY:
        return ()
    if column.kind in (ColumnKind.TEXT, ColumnKind.REF):
        return Coded((), np.full(rows, -1, dtype=np.int32))
    if column.kind is ColumnKind.REFS:
        return Lists(np.zeros(rows + 1, dtype=np.int64), Coded((), np.empty(0, dtype=np.int32)))
    return np.full(rows, column.default, dtype=_DTYPES[column.kind])


def as_column(column: Column, values: Any) -> Any:
    """Bring plain Python values (lists of words, numbers) into the stored form of a column."""
    if column.kind is ColumnKind.KEY:
        return tuple(values)
    if isinstance(values, Coded | Lists):
        return values
    if column.kind in (ColumnKind.TEXT, ColumnKind.REF):
        return Coded.of(values)
    if column.kind is ColumnKind.REFS:
        return Lists.of(values)
    return np.ascontiguousarray(values, dtype=_DTYPES[column.kind])


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Base of all tables. Every field is a column; all columns have the same length."""

    NAME: ClassVar[str] = ""

    @classmethod
    def columns(cls) -> dict[str, Column]:
        """Field name -> description, in field order. Not to be changed."""
        return _columns_of(cast(Any, cls))

    @classmethod
    def of(cls, rows: int | None = None, **given: Any) -> Self:
        """A table from the columns given; the others take their defaults.

        Raises ValueError where columns differ in length, TypeError for an unknown column.
        """
        if rows is None and not given:
            return cast(Self, _empty(cast(Any, cls)))
        described = cls.columns()
        unknown = given.keys() - described.keys()
        if unknown:
            raise TypeError(f"{cls.__name__} has no column {sorted(unknown)}")
        built = {n: as_column(described[n], v) for n, v in given.items()}
        lengths = {n: len(v) for n, v in built.items()}
        size = rows if rows is not None else next(iter(lengths.values()), 0)
        wrong = {n: k for n, k in lengths.items() if k != size}
        if wrong:
            raise ValueError(f"{cls.NAME}: columns of {wrong} rows beside {size}")
        rest = {n: default_column(c, size) for n, c in described.items() if n not in built}
        return cls(**built, **rest)

    def __len__(self) -> int:
        return len(getattr(self, _first_column(cast(Any, type(self)))))


@cache
def _first_column(kind: type[Table]) -> str:
    return next(iter(kind.columns()))


@cache
def _columns_of(kind: type[Table]) -> dict[str, Column]:
    return {f.name: column_of(f) for f in fields(kind)}


@cache
def _empty(kind: type[Table]) -> Table:
    """The one table of this kind without rows: most of a cycle's tables are."""
    return kind.of(rows=0)


def column_of(f: Field[Any]) -> Column:
    """The description a table field carries."""
    description = f.metadata["column"]
    assert isinstance(description, Column)
    return description
