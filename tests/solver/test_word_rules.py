"""Ids, family paths and currencies are refused where they could not be read again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from fairlead_solver.allocation.cycle.facts import Contracts, Lines, Lots, Products, Quotas
from fairlead_solver.allocation.policy.time_fence import TimeFencePolicy
from fairlead_solver.api.allocation import Facts, InvalidInput, Lists, Policy, Tier, intake
from fairlead_solver.id_rules import is_currency, is_family_path, is_word, wrong_words

LONG = "x" * 256
BAD = ["a\x00", "a\tb", "a\nb", "\x1f", "\x7f", "\x85", "\x9f", LONG + "x", "é" * 129, "\ud800"]
GOOD = ["a", "a b", "ß/ü", LONG, "é" * 128, "\U0001f600" * 64, "a\u00a0b", "日本"]


@pytest.mark.parametrize("word", BAD)
def test_a_word_with_a_control_character_or_of_257_bytes_is_none(word: str) -> None:
    assert not is_word(word)
    wrong = wrong_words(["fine", word, "x" * 65])
    assert wrong is not None and wrong.tolist() == [False, True, False]


@pytest.mark.parametrize("word", GOOD)
def test_any_other_word_is_one(word: str) -> None:
    assert is_word(word)
    assert wrong_words(["fine", word]) is None


def test_many_words_of_the_common_kind_are_judged_at_once() -> None:
    assert wrong_words([]) is None
    assert wrong_words(["L0001", "", "Ä"]) is None


@pytest.mark.parametrize(
    ("code", "legal"),
    [("", True), ("EUR", True), ("eur", False), ("EU", False), ("EURO", False), ("E1R", False)],
)
def test_a_currency_is_three_capital_letters_or_none(code: str, legal: bool) -> None:
    assert is_currency(code) is legal


@pytest.mark.parametrize(
    ("path", "legal"),
    [("a", True), ("a/b/c", True), ("/", False), ("a//b", False), ("/a", False), ("a/", False)],
)
def test_a_family_path_has_no_empty_names(path: str, legal: bool) -> None:
    assert is_family_path(path) is legal


def cycle(**tables: object) -> Facts:
    base: dict[str, object] = {
        "lots": Lots.of(id=["S"], product=["P"], location=["W"], quantity=[5]),
        "lines": Lines.of(id=["L"], product=["P"], quantity=[5]),
    }
    return Facts(cycle_day=20_000, **{**base, **tables})  # type: ignore[arg-type]


def faults(make: Callable[[], object]) -> list[str]:
    with pytest.raises(InvalidInput) as refused:
        make()
    return [finding.path for finding in refused.value.findings]


def test_a_bad_word_is_named_by_its_cell_in_every_kind_of_column() -> None:
    lines = Lines.of(
        id=["L\n", "M"],
        product=["P", "P"],
        quantity=[1, 1],
        channel=["", "c\x07"],
        locations=Lists.of([["W"], ["W", "V\x00"]]),
    )
    assert faults(lambda: intake(cycle(lines=lines), Policy())) == [
        "lines[0].id",
        "lines[1].channel",
        "lines[1].locations",
    ]


def test_a_bad_family_is_named_where_it_is_used() -> None:
    products = Products.of(id=["P"], family=["a//b"])
    contracts = Contracts.of(id=["K"], family=["/"])
    quotas = Quotas.of(id=["Q"], family=["a/"])
    made = cycle(products=products, contracts=contracts, quotas=quotas)
    assert faults(lambda: intake(made, Policy())) == [
        "products[0].family",
        "contracts[0].family",
        "quotas[0].family",
    ]


def test_a_bad_currency_is_named() -> None:
    assert faults(lambda: intake(replace(cycle(), currency="Euro"), Policy())) == ["currency"]


def test_the_words_of_a_policy_are_held_to_the_same_rules() -> None:
    policy = Policy(
        id="p\n",
        tiers=(Tier("A", 1.0, 0.0), Tier("B\x00", 1.0, 0.0)),
        time_fence=TimeFencePolicy(1, off_tiers=("A", "C"), off_channels=("web", "\x1b")),
    )
    assert faults(lambda: intake(cycle(), policy)) == [
        "policy.id",
        "policy.tiers[1].id",
        "policy.time_fence.off_channels[1]",
        "policy.time_fence.off_tiers[1]",
    ]


@pytest.mark.parametrize("rate", [1e-20, 5e-324])
def test_bug_a_minimum_fill_of_next_to_nothing_asks_for_one_unit(rate: float) -> None:
    lines = Lines.of(id=["L"], product=["P"], quantity=[5], min_fill_rate=[rate])
    assert intake(cycle(lines=lines), Policy()).line.least.tolist() == [1]
