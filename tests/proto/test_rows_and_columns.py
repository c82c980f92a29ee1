"""The two forms of a cycle say the same."""

from __future__ import annotations

from hypothesis import given, settings

from fairlead.v1.facts_pb2 import Cycle, Line, Lot
from fairlead.wire import Upload, cycle_in_rows, cycle_of, facts_of, upload_of
from fairlead_solver.api.allocation import NO_DAY, NO_INT, Facts, facts_digest, intake
from tests.proto.same import any_facts, said
from tests.strategies import Drawn, cycles


@given(any_facts())
def test_rows_and_columns_decode_to_the_facts_they_were_made_of(facts: Facts) -> None:
    wanted = said(facts)
    assert said(facts_of(cycle_of(facts))) == wanted
    assert said(facts_of(cycle_in_rows(facts))) == wanted


@given(any_facts())
def test_an_upload_in_small_chunks_decodes_to_the_facts_it_was_cut_from(facts: Facts) -> None:
    messages = list(upload_of(facts, "tenants/t", rows_per_chunk=2))
    upload = Upload(messages[0].header)
    for message in messages[1:]:
        upload.add(message.chunk)
    assert said(upload.finish()) == said(facts)


@settings(max_examples=40)
@given(cycles())
def test_both_forms_of_a_legal_cycle_have_the_same_digest(drawn: Drawn) -> None:
    facts = drawn.facts()
    digests = {
        intake(each, drawn.policy).digest
        for each in (facts, facts_of(cycle_of(facts)), facts_of(cycle_in_rows(facts)))
    }
    assert len(digests) == 1


def test_a_table_may_come_as_rows_and_the_next_as_columns() -> None:
    cycle = Cycle(cycle_day=1, lines=[Line(id="L", product="P", quantity=2)])
    cycle.columns.lots.id.append("S")
    cycle.columns.lots.product.dictionary.append("P")
    cycle.columns.lots.product.index.append(0)
    facts = facts_of(cycle)
    assert facts.lines.product.word(0) == facts.lots.product.word(0) == "P"


def test_what_a_row_leaves_out_takes_the_default_of_its_column() -> None:
    cycle = Cycle(cycle_day=1, lots=[Lot(id="S", product="P", location="W")])
    lots = facts_of(cycle).lots
    assert lots.unit_cost_micros[0] == NO_INT
    assert lots.expiry_day[0] == NO_DAY
    assert lots.status[0] == 1
    assert lots.owner_customer.word(0) == ""


def test_an_optional_zero_is_not_the_same_as_nothing() -> None:
    cycle = Cycle(cycle_day=1, lines=[Line(id="L", locked_quantity=0), Line(id="M")])
    assert facts_of(cycle).lines.locked_quantity.tolist() == [0, NO_INT]


def test_words_no_row_uses_leave_no_trace() -> None:
    cycle = Cycle(cycle_day=1)
    cycle.columns.lots.id.append("S")
    cycle.columns.lots.product.dictionary.extend(["unused", "P"])
    cycle.columns.lots.product.index.append(1)
    assert facts_of(cycle).lots.product.names == ("P",)


@settings(max_examples=25)
@given(cycles())
def test_a_snapshot_has_one_digest_whatever_its_form_and_the_order_of_its_rows(
    drawn: Drawn,
) -> None:
    facts = drawn.facts()
    forms = (facts, facts_of(cycle_in_rows(facts)), drawn.shuffled(7).facts())
    assert len({facts_digest(each) for each in forms}) == 1


def test_a_snapshot_may_name_tiers_that_the_default_policy_lacks() -> None:
    line = Line(id="L", product="P", quantity=1, tier="platinum")
    lot = Lot(id="S", product="P", location="W")
    assert len(facts_digest(facts_of(Cycle(cycle_day=1, lines=[line], lots=[lot])))) == 64
