"""What is wrong with the form of a message is found, all of it, by path."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable

import pytest

from fairlead.v1.allocation_service_pb2 import SolveOptions
from fairlead.v1.facts_pb2 import Cycle, Line, Location, Lot
from fairlead.v1.policy_pb2 import Policy
from fairlead.v1.snapshot_service_pb2 import SnapshotChunk, SnapshotHeader
from fairlead.wire import Upload, chunk_of, facts_of, options_of, policy_of
from fairlead_solver.api.allocation import InvalidInput, intake
from fairlead_solver.api.allocation import Policy as SolverPolicy


def paths(call: Callable[[], object]) -> list[str]:
    """Paths of all findings of a call that must be refused."""
    with pytest.raises(InvalidInput) as refused:
        call()
    return [f.path for f in refused.value.findings]


def columns_cycle() -> Cycle:
    """Two lots as columns, well formed."""
    cycle = Cycle(cycle_day=1)
    lots = cycle.columns.lots
    lots.id.extend(["S", "T"])
    lots.product.dictionary.append("P")
    lots.product.index.extend([0, 0])
    return cycle


def test_columns_of_unequal_length_are_refused_by_the_column() -> None:
    cycle = columns_cycle()
    cycle.columns.lots.quantity.append(3)
    cycle.columns.lots.expiry_day.extend([1, 2, 3])
    assert paths(lambda: facts_of(cycle)) == [
        "columns.lots.quantity",
        "columns.lots.expiry_day",
    ]


@pytest.mark.parametrize("index", [-2, 1, 2**31 - 1])
def test_an_index_outside_its_dictionary_is_refused_by_the_row(index: int) -> None:
    cycle = columns_cycle()
    cycle.columns.lots.product.index[1] = index
    assert paths(lambda: facts_of(cycle)) == ["columns.lots.product[1]"]


@pytest.mark.parametrize("word", ["P", ""])
def test_a_word_given_twice_or_empty_is_refused(word: str) -> None:
    cycle = columns_cycle()
    cycle.columns.lots.product.dictionary.append(word)
    assert paths(lambda: facts_of(cycle)) == ["columns.lots.product.dictionary"]


def test_an_enum_number_that_is_none_is_refused_in_both_forms() -> None:
    cycle = columns_cycle()
    cycle.columns.lots.status.extend([1, 300])  # 300 is 44 in eight bits
    cycle.lines.add(id="L", kind=9)  # type: ignore[arg-type]
    assert paths(lambda: facts_of(cycle)) == ["columns.lots.status[1]", "lines[0].kind"]


def test_a_table_in_both_forms_is_refused() -> None:
    cycle = columns_cycle()
    cycle.lots.append(Lot(id="U"))
    assert paths(lambda: facts_of(cycle)) == ["lots"]


def test_a_table_with_too_many_rows_is_refused_and_told_to_come_as_columns() -> None:
    cycle = Cycle(cycle_day=1, lines=[Line(id=str(i)) for i in range(4)])
    with pytest.raises(InvalidInput, match=r"columns\.lines"):
        facts_of(cycle, max_rows=3)


@pytest.mark.parametrize(
    ("counts", "words", "path"),
    [
        ([2], [0], "columns.locations.channels.values"),
        ([-1], [], "columns.locations.channels.count[0]"),
        ([1], [-1], "columns.locations.channels.values[0]"),
    ],
)
def test_lists_that_do_not_add_up_are_refused(
    counts: list[int], words: list[int], path: str
) -> None:
    cycle = Cycle(cycle_day=1)
    locations = cycle.columns.locations
    locations.id.append("W")
    locations.channels.count.extend(counts)
    locations.channels.values.dictionary.append("web")
    locations.channels.values.index.extend(words)
    assert paths(lambda: facts_of(cycle)) == [path]


def test_an_empty_place_in_a_list_is_refused_in_rows() -> None:
    cycle = Cycle(cycle_day=1, locations=[Location(id="W", channels=["web", ""])])
    assert paths(lambda: facts_of(cycle)) == ["locations[0].channels"]


def test_a_cycle_without_a_day_or_with_one_out_of_range_is_refused() -> None:
    assert paths(lambda: facts_of(Cycle())) == ["cycle_day"]
    assert paths(lambda: facts_of(Cycle(cycle_day=10**6, as_of_day=-(10**6)))) == [
        "cycle_day",
        "as_of_day",
    ]


@pytest.mark.parametrize("rate", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_refused_in_both_forms(rate: float) -> None:
    lots = [Lot(id="S", product="P", location="W")]
    line = Line(id="L", product="P", quantity=1, min_fill_rate=rate)
    rows, columns = Cycle(cycle_day=1, lots=lots, lines=[line]), Cycle(cycle_day=1, lots=lots)
    lines = columns.columns.lines
    lines.id.append("L")
    lines.product.dictionary.append("P")
    lines.product.index.append(0)
    lines.quantity.append(1)
    lines.min_fill_rate.append(rate)
    for cycle in (rows, columns):
        facts = facts_of(cycle)
        found = paths(lambda facts=facts: intake(facts, SolverPolicy()))  # type: ignore[misc]
        assert found == ["lines[0].min_fill_rate"]


def test_every_fault_is_counted_and_fifty_are_told() -> None:
    cycle = Cycle(cycle_day=1)
    lots = cycle.columns.lots
    lots.id.extend(str(i) for i in range(150))
    lots.status.extend([7] * 150)  # type: ignore[list-item]
    with pytest.raises(InvalidInput) as refused:
        facts_of(cycle)
    assert (len(refused.value.findings), refused.value.total) == (50, 150)


def test_an_unknown_word_of_a_policy_is_refused_by_path() -> None:
    policy = Policy(tier_mode=9)  # type: ignore[arg-type]
    policy.fefo.mode = 8  # type: ignore[assignment]
    assert paths(lambda: policy_of(policy)) == ["policy.tier_mode", "policy.fefo.mode"]


def test_options_out_of_range_are_refused_together() -> None:
    options = SolveOptions(relative_gap=math.nan, seed=-1, engine=77)  # type: ignore[arg-type]
    options.time_limit.seconds = 0
    options.explain_first.extend(["L"] * 101)
    assert paths(lambda: options_of(options)) == [
        "options.engine",
        "options.relative_gap",
        "options.seed",
        "options.time_limit",
        "options.explain_first",
    ]


def test_a_damaged_chunk_is_refused() -> None:
    def added(change: Callable[[SnapshotChunk], None]) -> Callable[[], None]:
        chunk = chunk_of(columns_cycle().columns, 0)
        change(chunk)
        return lambda: Upload(SnapshotHeader(cycle_day=1)).add(chunk)

    def damage(chunk: SnapshotChunk) -> None:
        chunk.cycle_columns = chunk.cycle_columns[:-1]

    def skip(chunk: SnapshotChunk) -> None:
        chunk.sequence = 1

    def nonsense(chunk: SnapshotChunk) -> None:
        chunk.cycle_columns = b"\xff\xff"
        chunk.sha256 = hashlib.sha256(chunk.cycle_columns).digest()

    assert paths(added(damage)) == ["chunk[0].sha256"]
    assert paths(added(skip)) == ["chunk[0].sequence"]
    assert paths(added(nonsense)) == ["chunk[0].cycle_columns"]


def test_an_upload_that_lacks_a_chunk_is_refused() -> None:
    upload = Upload(SnapshotHeader(cycle_day=1, chunk_count=2))
    upload.add(chunk_of(columns_cycle().columns, 0))
    assert paths(upload.finish) == ["header.chunk_count"]
