from __future__ import annotations

from pathlib import Path

import pytest

from fairlead_scenarios.files.scenario import read_scenario
from fairlead_scenarios.importing.expressions import (
    Row,
    Surroundings,
    Unusable,
    as_text,
    compile_expression,
)
from fairlead_scenarios.importing.importer import import_cycle, write_scenario
from fairlead_scenarios.importing.mapping import Mapping
from fairlead_scenarios.running.local import problem_of
from fairlead_solver.api.allocation import InvalidInput
from tests.scenarios.commands import fairlead

ROW: Row = {"Name": "bolt", "Qty": "7", "Price": "2.50", "Day": "24.11.2026", "None": ""}
AROUND = Surroundings(
    {"day": "2026-11-24"}, {"groups": [{"Id": "bolt", "Group": "steel"}, {"Id": "b", "Group": "c"}]}
)
MAPPING = """\
name: shop
parameters: {day: "2026-11-24"}
header: {cycle_date: {parameter: day}}
sources: {orders: orders.csv, stock: stock.csv, skus: skus.csv}
tables:
  products:
    from: skus
    columns:
      id: Sku
      standard_cost: {divide: [CostCents, {constant: 100}]}
  lots:
    from: stock
    where: [{value: Qty, above: 0}]
    columns:
      id: {concat: [Sku, Shop], separator: "@"}
      product: Sku
      location: Shop
      quantity: Qty
    sum: [quantity]
  lines:
    from: orders
    expand: {column: Skus, separator: "|"}
    join: [{source: skus, on: {Skus: Sku}}]
    where: [{value: State, among: [open, late]}]
    columns:
      id: {concat: [Order, Skus], separator: "-"}
      order: Order
      product: Skus
      quantity: Qty
      requested_date: {date: Wanted, format: "%d.%m.%Y"}
      unit_price: {round: {multiply: [skus.CostCents, {constant: 0.0133}]}, decimals: 2}
"""
FILES = {
    "mapping.yaml": MAPPING,
    "orders.csv": "Order,Skus,Qty,State,Wanted\n1,A|B,2,open,01.12.2026\n2,A,5,closed,01.12.2026\n",
    "stock.csv": "Sku,Shop,Qty\nA,N,3\nA,N,4\nB,N,0\nB,S,9\n",
    "skus.csv": "Sku,CostCents\nA,150\nB,1000\n",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("Name", "bolt"),
        ({"constant": 12}, "12"),
        ({"parameter": "day"}, "2026-11-24"),
        ({"concat": ["Name", "None", "Qty"], "separator": "-"}, "bolt-7"),
        ({"first": ["None", "Name"]}, "bolt"),
        ({"replace": "Qty", "values": {"7": "seven"}}, "seven"),
        ({"lookup": "groups", "key": "Name", "match": "Id", "value": "Group"}, "steel"),
        ({"lookup": "groups", "key": "Qty", "match": "Id", "value": "Group"}, ""),
        ({"date": "Day", "format": "%d.%m.%Y"}, "2026-11-24"),
        ({"multiply": ["Qty", "Price"]}, "17.5"),
        ({"subtract": [{"constant": "0.1"}, {"constant": "0.3"}]}, "-0.2"),
        ({"round": {"divide": ["Qty", {"constant": 2}]}}, "4"),
        ({"round": {"divide": ["Qty", {"constant": 2}]}, "mode": "down"}, "3"),
        ({"round": {"divide": ["Qty", {"constant": 3}]}, "decimals": 2, "mode": "up"}, "2.34"),
        ({"add": ["Qty", "None"]}, ""),
    ],
)
def test_an_expression_gives(expression: object, text: str) -> None:
    assert as_text(compile_expression(expression, AROUND)(ROW)) == text


@pytest.mark.parametrize(
    "expression",
    [
        "Missing",
        {"run": "rm"},
        7,
        {"parameter": "night"},
        {"constant": 1, "of": 2},
        {"lookup": "elsewhere", "key": "Name", "match": "Id", "value": "Group"},
        {"lookup": "groups", "key": "Name"},
        {"date": "Name"},
        {"multiply": ["Name", "Qty"]},
        {"divide": ["Qty", {"constant": 0}]},
        {"divide": ["Qty", {"constant": 3}]},
        {"round": "Qty", "decimals": 9},
        {"round": "Qty", "mode": "sideways"},
    ],
)
def test_what_cannot_be_computed_is_refused(expression: object) -> None:
    with pytest.raises(Unusable):
        as_text(compile_expression(expression, AROUND)(ROW))


def test_a_mapping_joins_filters_expands_and_sums(shop: Path) -> None:
    imported = import_cycle(shop, Mapping.read(shop / "mapping.yaml"), {})
    assert imported.tables["lots"] == [
        {"id": "A@N", "product": "A", "location": "N", "quantity": "7"},
        {"id": "B@S", "product": "B", "location": "S", "quantity": "9"},
    ]
    lines = imported.cycle.lines
    assert [(line.id, line.unit_price_micros) for line in lines] == [
        ("1-A", 2_000_000),
        ("1-B", 13_300_000),
    ]
    assert {line.requested_day for line in lines} == {20788}


def test_what_is_written_reads_back_as_the_same_cycle(shop: Path, tmp_path: Path) -> None:
    imported = import_cycle(shop, Mapping.read(shop / "mapping.yaml"), {"day": "2026-11-20"})
    write_scenario(imported, tmp_path / "out")
    again = read_scenario(tmp_path / "out")
    assert again.cycle == imported.cycle
    assert problem_of(again).num_lines == 2


def test_the_command_imports_and_the_result_is_decided(shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = fairlead("import", shop, "--mapping", shop / "mapping.yaml", "--out", out)
    assert done.exit_code == 0, done.stderr
    assert "2 lines" in done.stdout
    assert fairlead("check", out).exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("product: Skus", "product: Sku", "tables.lines.columns.product"),
        ("from: stock", "from: stok", "tables.lots"),
        ("{divide: [CostCents", "{share: [CostCents", "tables.products.columns.standard_cost"),
        ("sources:", "surces:", "mapping.sources"),
        ("quantity: Qty\n", "quantity: Qty\n      colour: Qty\n", "lines[0].colour"),
    ],
)
def test_a_wrong_mapping_is_told_with_its_place(shop: Path, old: str, new: str, path: str) -> None:
    assert old in MAPPING
    (shop / "mapping.yaml").write_text(MAPPING.replace(old, new), encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        import_cycle(shop, Mapping.read(shop / "mapping.yaml"), {})
    assert path in {finding.path for finding in refused.value.findings}


def test_unknown_mappings_and_parameters_are_refused(shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    unknown = fairlead("import", shop, "--mapping", "nowhere", "--out", out)
    assert unknown.exit_code == 2
    assert "adventureworks, esups" in unknown.stderr
    arguments = ("import", shop, "--mapping", shop / "mapping.yaml", "--out", out, "--set")
    assert fairlead(*arguments, "night=1").exit_code == 2
    assert fairlead(*arguments, "day").exit_code == 2
    assert not out.exists()


def test_a_ragged_table_is_refused_with_its_line(shop: Path) -> None:
    (shop / "stock.csv").write_text("Sku,Shop,Qty\nA,N\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"stock\.csv:2: "):
        import_cycle(shop, Mapping.read(shop / "mapping.yaml"), {})


def test_rows_that_break_a_rule_are_left_out_of_what_is_written(shop: Path, tmp_path: Path) -> None:
    stock = "Sku,Shop,Qty\nA,N,-3\nA,S,4\nB,S,9\n"
    mapping = MAPPING.replace("    where: [{value: Qty, above: 0}]\n", "")
    (shop / "stock.csv").write_text(stock, encoding="utf-8")
    (shop / "mapping.yaml").write_text(mapping, encoding="utf-8")
    arguments = ("import", shop, "--mapping", shop / "mapping.yaml", "--out", tmp_path / "out")
    refused = fairlead(*arguments, "--intake", "refuse")
    assert refused.exit_code == 2 and "'-3' is not between 0 and" in refused.stderr
    done = fairlead(*arguments)
    assert done.exit_code == 0, done.stderr
    assert "rows left out: 1" in done.stdout and "(A@N): '-3' is not between" in done.stdout
    assert [lot.id for lot in read_scenario(tmp_path / "out").cycle.lots] == ["A@S", "B@S"]
