"""CSV files as rows of words, with the line of the file that each row begins at.

What a spreadsheet writes is taken: semicolons, tabs and pipes between cells, a byte order mark,
blank rows, spaces around a cell. What cannot be read for certain is refused with its place.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fairlead_solver.api.allocation import Finding, InvalidInput

SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a pipe"}
SPACES = " \t\r\n\u00a0\u202f\ufeff"
WORKBOOK = b"PK\x03\x04"  # .xlsx and any other zip archive
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"  # .xls
EXPORT = "in Excel: Save As, CSV UTF-8"


@dataclass(frozen=True, slots=True)
class CsvTable:
    """Rows of a file as {column: cell}, and the line of the file that each begins at."""

    rows: list[dict[str, str]]
    lines: list[int]


def read_csv_text(path: Path) -> str:
    """The text of a file. Raises InvalidInput where it is none."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise _refused(path, "", f"a file that can be read ({error.strerror})") from error
    if body.startswith((WORKBOOK, OLD_WORKBOOK)):
        raise _refused(path, path.name, f"CSV text, but a workbook or archive; {EXPORT}")
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(path, path.name, f"UTF-8 text, but UTF-16; {EXPORT}")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        found = body[error.start : error.start + 1]
        rule = f"UTF-8 text (as Latin-1 it is {found.decode('latin-1')!r}); {EXPORT}"
        raise _refused(f"{path}:{line}", found.hex(), rule) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise _refused(f"{path}:{line}", "a NUL character", "text")
    return text


def read_csv_table(path: Path, *, number_repeats: bool = False) -> CsvTable:
    """The rows of a CSV file with a header; cells without the spaces around them.

    Rows without any filled cell are left out. A column named twice is refused, or with
    `number_repeats` called `name_2`. Raises InvalidInput, with every row that is wrong.
    """
    text = read_csv_text(path)
    records = _records(path, text)
    first = next(records, None)
    if first is None:
        raise _refused(path, "", "a header row with the names of the columns")
    line, header = first
    names = _numbered(header) if number_repeats else header
    _check_header(f"{path}:{line}", names)
    table, findings = CsvTable([], []), []
    for line, cells in records:
        if len(cells) == len(names):
            table.rows.append(dict(zip(names, cells, strict=True)))
            table.lines.append(line)
            continue
        rule = f"{len(names)} cells, as in the header"
        more = len(cells) > len(names)
        hint = "a cell that holds the separator stands in quotes" if more else ""
        findings.append(Finding(f"{path}:{line}", "", f"{len(cells)} cells", rule, hint))
    if findings:
        raise InvalidInput(findings)
    return table


def _records(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """(line of the file, cells) of every row in which a cell is filled."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").splitlines(keepends=True)
    reader = csv.reader(lines, delimiter=_separator(lines), strict=True, skipinitialspace=True)
    begun = 1
    try:
        for cells in reader:
            stripped = [cell.strip(SPACES) for cell in cells]
            if any(stripped):
                yield begun, stripped
            begun = reader.line_num + 1
    except csv.Error as error:
        told = str(error)
        wanted = "a quote that is closed" if "unexpected end" in told else f"a row of CSV ({told})"
        raise _refused(f"{path}:{begun}", lines[begun - 1].strip()[:60], wanted) from error


def _separator(lines: list[str]) -> str:
    """What stands most often between the cells of the first filled line, outside quotes."""
    first = next((line for line in lines if line.strip(SPACES)), "")
    plain = "".join(first.split('"')[::2])
    counted = Counter({mark: plain.count(mark) for mark in SEPARATORS})
    mark, times = counted.most_common(1)[0]
    return mark if times else ","


def _check_header(place: str, names: list[str]) -> None:
    if "" in names:
        at = names.index("") + 1
        raise InvalidInput([Finding(place, "", f"column {at}", "is without a name in the header")])
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise InvalidInput(
            [Finding(place, "", ", ".join(twice), "is more than once in the header")]
        )


def _numbered(names: list[str]) -> list[str]:
    return [
        f"{name}_{earlier + 1}" if (earlier := names[:place].count(name)) else name
        for place, name in enumerate(names)
    ]


def _refused(place: object, value: str, rule: str) -> InvalidInput:
    return InvalidInput([Finding(str(place), "", value, rule)])
