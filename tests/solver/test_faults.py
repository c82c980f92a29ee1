"""What is told of many faults at once: some of each kind, and the number of all."""

from __future__ import annotations

import numpy as np
import pytest

from fairlead_solver.allocation.cycle import facts as f
from fairlead_solver.finding_collector import Faults
from fairlead_solver.findings import Finding, InvalidInput
from fairlead_solver.similar_ids import alike, folded
from fairlead_solver.spelling_hints import Nearest, nearest


def many(rows: int) -> f.Lines:
    return f.Lines.of(id=[f"L{i}" for i in range(rows)], product=["P"] * rows, quantity=range(rows))


def test_one_kind_of_fault_hides_no_other() -> None:
    faults, table = Faults(limit=10), many(1000)
    faults.where(table, "quantity", np.ones(1000, dtype=np.bool_), "between 1 and 9")
    faults.add(Finding("lots", "", "", "at least one lot"))
    with pytest.raises(InvalidInput) as refused:
        faults.stop()
    told = refused.value
    assert [finding.path for finding in told.findings][-1] == "lots"
    assert (len(told.findings), told.total) == (10, 1001)
    assert str(told).splitlines()[8].endswith("'8' is not between 1 and 9 (and 991 more rows)")
    assert "more" not in str(told).splitlines()[9]


def test_findings_are_told_in_the_order_in_which_they_were_noted() -> None:
    faults = Faults()
    paths = ["a[0].x", "a[0].y", "a[1].x", "b", "a[1].y"]
    faults.extend(Finding(path, "", "1", f"a rule of {path[-1]}") for path in paths)
    assert [finding.path for finding in faults.kept] == paths


def test_rows_that_were_renumbered_are_told_by_the_number_they_were_given_under() -> None:
    faults = Faults(numbers={"lines": np.array([4, 7])})
    bad, first = np.array([False, True]), np.array([0, 0])
    faults.where(many(2), "id", bad, "is given twice", other=first)
    assert str(faults.kept[0]) == "lines[7].id (L1): 'L1' is given twice (see lines[4])"
    assert faults.faulty_rows["lines"].tolist() == [False, True]


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (Finding("p", "", "7", "one of A, B"), "'7' is not one of A, B"),
        (Finding("p", "", "7", "is past", hint="say 8"), "'7' is past: say 8"),
        (Finding("p", "", "", "is required"), "a value is required"),
        (Finding("p", "", "", "at least one tier"), "at least one tier is wanted"),
        (Finding("p", "", "x" * 999, "a day"), f"'{'x' * 79}…' is not a day"),
        (Finding("p", "", "a\nb", "an id"), "'a\\nb' is not an id"),
    ],
)
def test_a_fault_is_a_sentence_with_a_verb(finding: Finding, sentence: str) -> None:
    assert finding.fault == sentence


@pytest.mark.parametrize(
    ("word", "known", "near"),
    [
        ("GLOVES", ["VALVE", "GLOVE"], "GLOVE"),
        ("glove", ["VALVE", "GLOVE"], "GLOVE"),
        (" GLOVE\N{NO-BREAK SPACE}", ["GLOVE"], "GLOVE"),
        ("123", ["00123", "124"], "00123"),
        ("quantiy", ["quantity", "order"], "quantity"),
        ("Q", ["P"], ""),
        ("x", [], ""),
    ],
)
def test_the_word_that_was_probably_meant_is_found(word: str, known: list[str], near: str) -> None:
    assert nearest(word, known) == near


def test_a_near_miss_is_found_among_many_words() -> None:
    known = [f"SKU-{i:06}-{i % 7}" for i in range(20_000)]
    assert Nearest(known).to("sku 004711-0") == "SKU-004711-0"
    assert Nearest(known).to("SKU-004711-") == "SKU-004711-0"


def test_words_that_look_alike_are_named_in_pairs() -> None:
    words = ["A", "b", "a", "007", "7", "0", "B 1", "b1", "c\nd"]
    assert list(alike(words[:-1])) == [("A", "a"), ("007", "7"), ("B 1", "b1")]
    assert folded("0") == "0"
    assert not list(alike(words))  # refused elsewhere
