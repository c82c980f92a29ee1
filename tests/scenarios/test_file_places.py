"""Faults of files: each with file, line and column, what is there, and what is wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairlead_scenarios.spelling.csv_tables import read_csv_table
from fairlead_scenarios.spelling.number_hints import date_hint, number_hint
from fairlead_solver.api.allocation import InvalidInput
from tests.scenarios.commands import LIBRARY, fairlead

GOOD = {
    "cycle.csv": "cycle_date,currency\n2026-11-24,EUR\n",
    "products.csv": "id,standard_cost\nP-1,2.50\nP-2,3.00\n",
    "lots.csv": "id,product,location,quantity\nL-1,P-1,W,10\nL-2,P-2,W,10\n",
    "lines.csv": "id,product,quantity,unit_price\nSO-1,P-1,4,9.50\nSO-2,P-2,4,9.50\n",
}


def folder(tmp_path: Path, **changed: str | bytes | None) -> Path:
    """A scenario of CSV files, some of them changed (`lines="…"`) or left out (None)."""
    target = tmp_path / "cycle"
    target.mkdir()
    for name, text in GOOD.items():
        body = changed.pop(name.removesuffix(".csv"), text)
        if body is not None:
            data = body if isinstance(body, bytes) else body.encode()
            (target / name).write_bytes(data)
    assert not changed
    return tmp_path


def refused(path: Path) -> str:
    """What `solve` prints of a scenario that it refuses."""
    done = fairlead("solve", path)
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output and not done.stdout
    return done.stderr


def test_the_files_are_good_as_they_are(tmp_path: Path) -> None:
    assert fairlead("solve", folder(tmp_path)).exit_code == 0


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_other_separators_are_recognised(tmp_path: Path, mark: str) -> None:
    text = GOOD["lines.csv"].replace(",", mark)
    assert fairlead("solve", folder(tmp_path, lines=text)).exit_code == 0


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GOOD["lines.csv"],
        GOOD["lines.csv"].replace("\n", "\r\n"),
        GOOD["lines.csv"].replace("\n", "\r"),
        GOOD["lines.csv"].replace("SO-2", "\n,,,\n  SO-2\u00a0"),
        GOOD["lines.csv"].replace("quantity", " quantity "),
    ],
)
def test_what_spreadsheets_add_is_taken(tmp_path: Path, text: str) -> None:
    assert fairlead("solve", folder(tmp_path, lines=text)).exit_code == 0


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("unit_price", '"11,00"', "with a point for decimals, 11.00"),
        ("unit_price", '"1.039,50"', "with a point for decimals, 1039.50"),
        ("unit_price", "#N/A", "an error of the spreadsheet"),
        ("unit_price", "NULL", "nothing at all where there is no value"),
        ("unit_price", "inf", "a decimal number"),
        ("quantity", "12.5", "a whole number"),
        ("quantity", '"1,039"', "1039"),
        ("quantity", "-5", "between 1"),
        ("quantity", "true", "a whole number"),
        ("product", "p-1", "did you mean 'P-1'?"),
        ("product", "", "is required"),
        ("id", "SO-2", "lines.csv:2: lines[0])"),
    ],
)
def test_a_wrong_cell_is_named_with_its_row_of_the_file_value_and_rule(
    tmp_path: Path, column: str, value: str, words: str
) -> None:
    names = ["id", "product", "quantity", "unit_price"]
    cells = dict(zip(names, ("SO-1", "P-1", "4", "9.50"), strict=True)) | {column: value}
    bad = ",".join(cells[name] for name in names)
    text = f"{','.join(names)}\nSO-2,P-2,4,9.50\n\n{bad}\n"  # an empty row counts as a line
    told = refused(folder(tmp_path, lines=text))
    assert "lines.csv:4: " in told
    assert words in told
    if value and column != "id":
        assert value.strip('"') in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD["lines.csv"].replace("quantity", "quantiy"), "quantity"),
        (GOOD["lines.csv"].replace("quantity", "Quantity"), "did you mean 'quantity'?"),
        (GOOD["lines.csv"].replace("quantity", "product"), "is more than once in the header"),
        (GOOD["lines.csv"].replace("id,", ",", 1), "'column 1' is without a name"),
        (GOOD["lines.csv"].replace("SO-1,", "SO-1,x,"), "in quotes"),
        (GOOD["lines.csv"].replace("SO-1", '"SO-1'), "a quote that is closed"),
        ("", "a header row"),
        ("id,product,quantity\n", "at least one line"),
        (None, "at least one line"),
        (b"PK\x03\x04rest", "a workbook or archive"),
        (GOOD["lines.csv"].encode("utf-16"), "UTF-8 text"),
        (GOOD["lines.csv"].replace("SO-1", "SÖ-1").encode("latin-1"), "as Latin-1 it is"),
        (b"id,product\nA\x00,B\n", "a NUL character"),
    ],
)
def test_a_wrong_table_is_one_message(tmp_path: Path, text: str | bytes | None, words: str) -> None:
    told = refused(folder(tmp_path, lines=text))
    assert words in told
    assert len(told.splitlines()) <= 2


def test_a_wrong_column_is_said_once_for_all_rows(tmp_path: Path) -> None:
    rows = "".join(f"SO-{n},P-1,4,9.50\n" for n in range(80))
    told = refused(folder(tmp_path, lines="id,product,quantity,unit_prise\n" + rows))
    assert told.count("unit_prise") == 1


def test_equal_faults_of_a_column_are_one_message(tmp_path: Path) -> None:
    rows = "".join(f"SO-{n},P-9,4,9.50\n" for n in range(30))
    told = refused(folder(tmp_path, lines="id,product,quantity,unit_price\n" + rows))
    assert told.count("P-9") == 1 and "(and 29 more rows)" in told


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lots.xlsx", "CSV text named lots.csv is"),
        ("Lots.csv", "did you mean 'lots'?"),
        ("notes.csv", "a table of the cycle"),
        ("lines.CSV", "did you mean 'lines'?"),
    ],
)
def test_a_file_that_would_not_be_read_is_refused(tmp_path: Path, name: str, words: str) -> None:
    scenario = folder(tmp_path)
    (scenario / "cycle" / name).write_text("id\n1\n", encoding="utf-8")
    told = refused(scenario)
    assert name in told and words in told


def test_no_lots_at_all_are_refused(tmp_path: Path) -> None:
    assert "at least one lot is wanted" in refused(folder(tmp_path, lots=None))


def test_a_policy_beside_a_cycle_file_is_not_left_unread() -> None:
    told = refused(LIBRARY / "24_all_pull" / "cycle.yaml")
    assert "policy.yaml" in told and "not read" in told


YAML = """\
cycle_date: 2026-11-24
lots:
  - {id: L-1, product: P-1, location: W, quantity: 10}
lines:
  - {id: SO-1, product: P-1, quantity: 4}
"""


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("quantity: 4}", "quantity: -4}", "cycle.yaml:5:40", "between 1"),
        ("quantity: 4}", "quantitty: 4}", "cycle.yaml:5:", "did you mean 'quantity'?"),
        (
            "quantity: 4}",
            "unit_price: 11,00, quantity: 4}",
            "cycle.yaml:5:",
            "decimals have a point",
        ),
        ("2026-11-24", "31.12.2026", "cycle.yaml:1:13", "2026-12-31"),
        ("2026-11-24", "2026-02-30", "cycle.yaml:1:13", "a date such as"),
        ("  - {id: SO-1", "\t- {id: SO-1", "cycle.yaml:5:1", "not with tabs"),
        ("quantity: 10}", "quantity: 10", "cycle.yaml:4:", "expected"),
        ("lines:", "lots:", "cycle.yaml:4:1", "given twice"),
        ("lines:", "lines: 3\nlanes:", "cycle.yaml:4:8", "a list"),
    ],
)
def test_faults_of_yaml_have_line_and_column(
    tmp_path: Path, old: str, new: str, place: str, words: str
) -> None:
    file = tmp_path / "cycle.yaml"
    file.write_text(YAML.replace(old, new), encoding="utf-8")
    told = refused(file)
    assert place in told and words in told


def test_aliases_that_expand_without_end_are_refused(tmp_path: Path) -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    file = tmp_path / "cycle.yaml"
    file.write_text("\n".join(["a0: &a0 [x]", *levels]), encoding="utf-8")
    assert "once expanded" in refused(file)


def test_numbers_and_dates_in_other_spellings_are_recognised() -> None:
    assert number_hint("1'039.50").endswith("1039.50")
    assert number_hint("95%").endswith("0.95")
    assert date_hint("46350") == "as a number of Excel it is 2026-11-24"
    assert date_hint("2026-11-24 00:00:00.000") == "without the time, 2026-11-24"
    assert "year-month-day" in date_hint("12/31/26")
    assert number_hint("abc") == date_hint("soon") == ""


def test_every_ragged_row_of_a_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("a,b\n1\n1,2\n1,2,3\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as error:
        read_csv_table(file)
    assert [f.path.rpartition(":")[2] for f in error.value.findings] == ["2", "4"]


def test_a_cycle_without_any_price_is_warned_of(tmp_path: Path) -> None:
    text = "id,product,quantity\nSO-1,P-1,4\n"
    assert "no line has a price" in fairlead("solve", folder(tmp_path, lines=text)).stdout
