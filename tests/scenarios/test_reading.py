from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st

from fairlead.v1 import policy_pb2
from fairlead_scenarios.files.scenario import read_scenario
from fairlead_scenarios.recipe.generator import Recipe
from fairlead_scenarios.running.local import problem_of
from fairlead_scenarios.spelling.message_reader import Unfit, as_date, as_day, as_micros
from fairlead_solver.api.allocation import InvalidInput
from tests.scenarios.commands import LIBRARY

CYCLE = """\
cycle_date: 2026-11-24
lots: [{id: L, product: P, location: W, quantity: 5, expiry_date: 2026-12-01, unit_cost: 1.25}]
lines: [{id: X, product: P, quantity: 3, unit_price: 2.5, strategy: gain, locations: [W]}]
"""


def _folder(path: Path, **files: str) -> Path:
    for name, text in files.items():
        (path / name.replace("_yaml", ".yaml")).write_text(text, encoding="utf-8")
    return path


def test_dates_money_and_enums_are_read_as_people_write_them(tmp_path: Path) -> None:
    cycle = read_scenario(_folder(tmp_path, cycle_yaml=CYCLE)).cycle
    assert cycle.cycle_day == as_day("2026-11-24")
    assert cycle.lots[0].expiry_day == cycle.cycle_day + 7
    assert cycle.lots[0].unit_cost_micros == 1_250_000
    assert cycle.lines[0].unit_price_micros == 2_500_000
    assert cycle.lines[0].strategy == 3
    assert cycle.lines[0].locations == ["W"]


def test_every_fault_of_a_cycle_is_told_at_once_with_its_path(tmp_path: Path) -> None:
    text = (
        "cycle_date: 24.11.2026\n"
        "liens: []\n"
        "lines:\n"
        "  - {id: X, product: P, quantity: 2.5, unit_price: 0.1234567, colour: red}\n"
        "  - {id: Y, product: P, quantity: 1, requested_day: 3, requested_date: 2026-11-24}\n"
        "  - 7\n"
        "lots: {id: L}\n"
    )
    with pytest.raises(InvalidInput) as refused:
        read_scenario(_folder(tmp_path, cycle_yaml=text))
    assert [f.path.rpartition(": ")[2] for f in refused.value.findings] == [
        "cycle_date",
        "liens",
        "lines[0].quantity",
        "lines[0].unit_price",
        "lines[0].colour",
        "lines[1].requested_date",
        "lines[2]",
        "lots",
    ]


def test_malformed_and_illegal_values_of_cycle_and_policy_are_told_in_one_list(
    tmp_path: Path,
) -> None:
    cycle = (
        "cycle_date: 2026-11-24\n"
        "products: [{id: P}]\n"
        "customers: [{id: C, on_hold: perhaps}]\n"
        "lots: [{id: L, product: P, location: W, quantity: -5}]\n"
        "lines:\n"
        "  - {id: X, product: P, quantity: many}\n"
        "  - {id: Y, product: Q, quantity: 0}\n"
        "  - {id: Z, product: P, quantity: 1, customer: D}\n"
    )
    with pytest.raises(InvalidInput) as refused:
        read_scenario(_folder(tmp_path, cycle_yaml=cycle, policy_yaml="churn: {rate: high}\n"))
    assert [f.path.rpartition(": ")[2] for f in refused.value.findings] == [
        "customers[0].on_hold",
        "lines[0].quantity",
        "lots[0].quantity",
        "lines[1].product",
        "lines[1].quantity",
        "policy.churn.rate",  # and not line Z: its customer may be one that was not read
    ]


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="given twice"):
        read_scenario(_folder(tmp_path, cycle_yaml=CYCLE + "lots: []\n"))


def test_words_that_old_yaml_reads_as_flags_stay_words(tmp_path: Path) -> None:
    text = CYCLE.replace("strategy: gain", "channel: NO")
    policy = "fefo: {mode: off}\nfair_share: {mode: on}\n"
    with pytest.raises(InvalidInput, match=r"policy\.fair_share\.mode"):
        read_scenario(_folder(tmp_path, cycle_yaml=text, policy_yaml=policy))
    policy = "fefo: {mode: off}\n"
    scenario = read_scenario(_folder(tmp_path, cycle_yaml=text, policy_yaml=policy))
    assert scenario.cycle.lines[0].channel == "NO"
    assert scenario.policy.fefo.mode == policy_pb2.FEFO_MODE_OFF


def test_csv_tables_mean_the_same_as_yaml(tmp_path: Path) -> None:
    yaml_folder, csv_folder = tmp_path / "a", tmp_path / "b" / "cycle"
    yaml_folder.mkdir()
    csv_folder.mkdir(parents=True)
    _folder(yaml_folder, cycle_yaml=CYCLE)
    for name, text in {
        "cycle": "cycle_date\n2026-11-24\n",
        "lots": "id,product,location,quantity,expiry_date,unit_cost\nL,P,W,5,2026-12-01,1.25\n",
        "lines": "id,product,quantity,unit_price,strategy,locations,tier\nX,P,3,2.50,GAIN,W,\n",
    }.items():
        (csv_folder / f"{name}.csv").write_text(text, encoding="utf-8")
    digests = [
        problem_of(read_scenario(folder)).digest for folder in (yaml_folder, csv_folder.parent)
    ]
    assert digests[0] == digests[1]


def test_the_contracts_own_json_and_bytes_are_cycle_files_too(tmp_path: Path) -> None:
    scenario = read_scenario(LIBRARY / "24_all_pull")
    as_json, as_bytes = tmp_path / "cycle.json", tmp_path / "cycle.binpb"
    as_json.write_text(json_format.MessageToJson(scenario.cycle), encoding="utf-8")
    as_bytes.write_bytes(scenario.cycle.SerializeToString())
    assert read_scenario(as_json).cycle == scenario.cycle
    assert read_scenario(as_bytes).cycle == scenario.cycle


@pytest.mark.parametrize("value", ["1.1234567", "x", "nan", "Infinity", True, None, "1e40"])
def test_what_is_no_amount_of_money_is_refused(value: object) -> None:
    with pytest.raises(Unfit):
        as_micros(value)


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_decimals_are_exact_to_the_millionth(micros: int) -> None:
    assert as_micros(str(Decimal(micros) / 10**6)) == micros


@given(st.integers(min_value=-25_567, max_value=182_621))
def test_a_day_survives_being_written_as_a_date(day: int) -> None:
    assert as_day(as_date(day)) == day


def test_a_recipe_makes_the_same_cycle_every_time_and_another_for_another_seed() -> None:
    recipe = Recipe(lines=200, seed=3)
    assert recipe.cycle() == Recipe(lines=200, seed=3).cycle()
    assert recipe.cycle() != Recipe(lines=200, seed=4).cycle()


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(lines=1),
        Recipe(lines=50, locations=1, tiers=1, capacity_tightness=0, contracts_per_line=0),
        Recipe(lines=300, short_share=1, ship_complete_share=1, shelf_life_days=30, tiers=5),
        Recipe(lines=300, lots_per_product=6, locations=3, contracts_per_line=0.1, lot_age_days=0),
    ],
)
def test_what_a_recipe_makes_is_a_valid_cycle(recipe: Recipe, tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text(recipe.model_dump_json(), encoding="utf-8")
    scenario = read_scenario(tmp_path)
    assert problem_of(scenario).num_lines == recipe.lines


def test_the_recipe_keeps_its_parameters() -> None:
    cycle = Recipe(lines=20_000, short_share=0.25, ship_complete_share=0.1).cycle()
    lines, lots = cycle.columns.lines, cycle.columns.lots
    demand: dict[str, int] = {}
    stock: dict[str, int] = {}
    for total, table in ((demand, lines), (stock, lots)):
        names = table.product.dictionary
        for code, quantity in zip(table.product.index, table.quantity, strict=True):
            total[names[code]] = total.get(names[code], 0) + quantity
    short = sum(stock.get(product, 0) < asked for product, asked in demand.items())
    assert short / len(demand) == pytest.approx(0.25, abs=0.02)
    assert sum(lines.ship_complete) / len(lines.id) == pytest.approx(0.1, abs=0.01)


def test_a_wrong_recipe_is_told_with_every_parameter(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text("lines: 0\ntiers: many\nspeed: 3\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        read_scenario(tmp_path)
    paths = {finding.path for finding in refused.value.findings}
    assert paths == {"recipe.lines", "recipe.tiers", "recipe.speed"}
