"""Every statement of the library's decisions holds when tried anew; a false one is found out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from fairlead.v1 import decision_pb2, explanation_pb2
from fairlead.wire.allocation.decisions import decision_message
from fairlead_scenarios.files.scenario import Scenario, read_scenario
from fairlead_scenarios.recipe.generator import Recipe
from fairlead_scenarios.running.local import problem_of, solve_local
from fairlead_scenarios.running.solve_arguments import Asking
from fairlead_solver.api.allocation import Options, explain, intake, solve
from fairlead_verifier.trials.trial import Kind, Outcome, Verdict
from fairlead_verifier.trials.trial_scope import LARGE
from fairlead_verifier.verify import Case, Effort, unexplained, verify
from tests.reference.test_agreement import drawn_cycles
from tests.scenarios.commands import LIBRARY, fairlead
from tests.strategies import cycles

SHORT = LIBRARY / "02_supply_short"
DISTRIBUTOR = "25_distributor"
ALLOWED_UNEXPLAINED = 0.005


def case_of(folder: Path) -> Case:
    scenario = read_scenario(folder)
    return Case(folder.name, problem_of(scenario), solve_local(scenario, Asking(relative_gap=0.0)))


def failures(verdicts: list[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict.outcome is Outcome.FAILED]


def test_every_statement_of_the_library_holds() -> None:
    folders = sorted(p for p in LIBRARY.iterdir() if p.is_dir() and p.name != DISTRIBUTOR)
    cases = [case_of(folder) for folder in folders]
    verdicts = verify(cases)
    assert not failures(verdicts)
    held = Counter(v.statement.kind for v in verdicts if v.outcome is Outcome.HELD)
    assert all(held[kind] for kind in Kind if kind is not Kind.BINDS), held
    none, lines = (
        sum(map(count, cases)) for count in (lambda c: unexplained(c.decision), _lines_of)
    )
    assert none <= ALLOWED_UNEXPLAINED * lines


def _lines_of(case: Case) -> int:
    return len(case.decision.lines)


def large_case(**parameters: object) -> Case:
    """A cycle of more lines than are solved whole for every statement."""
    recipe = Recipe.of({"lines": LARGE + 100, **parameters})
    scenario = Scenario("large", recipe.cycle(), recipe.policy())
    return Case("large", problem_of(scenario), solve_local(scenario, Asking()))


def held_of_large(**parameters: object) -> Counter[Kind]:
    """Statements held by kind, in a large cycle where none fails and what is proven is tried."""
    verdicts = verify([large_case(**parameters)], Effort(seconds=60.0))
    assert not failures(verdicts)
    skipped = {v.statement.kind for v in verdicts if v.outcome is Outcome.SKIPPED}
    assert skipped <= {Kind.BINDS, Kind.MARGINAL, Kind.UNLISTED}
    return Counter(v.statement.kind for v in verdicts if v.outcome is Outcome.HELD)


def test_every_statement_of_a_large_cycle_is_tried_and_holds() -> None:
    held = held_of_large()
    assert held[Kind.STATUS] == 1
    assert held[Kind.PROVEN] > 50 and held[Kind.BINDS] > 20 and held[Kind.MARGINAL] > 20


@pytest.mark.slow
def test_every_statement_of_a_large_cycle_with_quotas_and_credit_is_tried_and_holds() -> None:
    held = held_of_large(
        lines_per_product=10.0, credit_share=0.1, quotas_per_line=0.005, quota_tightness=0.95
    )
    assert held[Kind.PROVEN] > 20


@pytest.mark.slow
def test_a_false_difference_in_a_large_cycle_is_found_out() -> None:
    case = large_case()
    reason = _reason(case.decision, explanation_pb2.CERTAINTY_PROVEN)
    reason.delta_micros += 10_000_000
    case.decision.limits_untried = len(case.decision.binding_constraints)
    del case.decision.binding_constraints[:]
    case.decision.limits_untried = 1  # so that the list does not claim to be complete
    (failed,) = failures(verify([case]))
    assert failed.statement.kind is Kind.PROVEN


@pytest.mark.slow
def test_every_statement_of_a_distributor_s_decision_holds() -> None:
    scenario = read_scenario(LIBRARY / DISTRIBUTOR)
    decision = solve_local(scenario, Asking())
    verdicts = verify([Case(DISTRIBUTOR, problem_of(scenario), decision)], Effort(seconds=60.0))
    assert not failures(verdicts)
    tried = Counter(v.statement.kind for v in verdicts if v.outcome is Outcome.HELD)
    proven = sum(
        r.certainty == explanation_pb2.CERTAINTY_PROVEN
        for line in decision.lines
        for r in line.explanation.reasons
    )
    assert tried[Kind.PROVEN] == proven > 500
    assert tried[Kind.WATERFALL] == tried[Kind.REASONS_SUM] == len(decision.lines)


def _delta(decision: decision_pb2.Decision) -> None:
    _reason(decision, explanation_pb2.CERTAINTY_PROVEN).delta_micros += 10_000_000


def _delta_less(decision: decision_pb2.Decision) -> None:
    _reason(decision, explanation_pb2.CERTAINTY_PROVEN).delta_micros -= 10_000


def _bound_apart(decision: decision_pb2.Decision) -> None:
    decision.bound_micros += abs(decision.objective_micros)
    decision.relative_gap = 1.0


def _stopped(decision: decision_pb2.Decision) -> None:
    decision.status = decision_pb2.DECISION_STATUS_FEASIBLE_LIMIT


def _stopped_below(decision: decision_pb2.Decision) -> None:
    """A plan that could be worth more than the bound told, of a run that stopped."""
    _stopped(decision)
    decision.bound_micros -= 1_000_000
    ours = decision.objective_micros
    decision.relative_gap = (decision.bound_micros - ours) / abs(ours)
    decision.solve.relative_gap_asked = -1.0


def _units(decision: decision_pb2.Decision) -> None:
    _reason(decision, explanation_pb2.CERTAINTY_EXACT).units += 1


def _waterfall(decision: decision_pb2.Decision) -> None:
    steps = {step.kind: step for step in decision.lines[1].explanation.waterfall}
    steps[explanation_pb2.WATERFALL_KIND_UNUSED].units += 1
    steps[explanation_pb2.WATERFALL_KIND_GIVEN_TO_OTHERS].units -= 1


def _competitor(decision: decision_pb2.Decision) -> None:
    _first_rival(decision).units += 1


def _value(decision: decision_pb2.Decision) -> None:
    _first_rival(decision).own_unit_value.margin_micros += 1
    _first_rival(decision).own_unit_worth.cash_micros += 1


def _parts(decision: decision_pb2.Decision) -> None:
    """A unit that passes from cash to policy value."""
    _first_rival(decision).unit_worth.cash_micros -= 1
    _first_rival(decision).unit_worth.policy_value_micros += 1


def _fix_amount(decision: decision_pb2.Decision) -> None:
    _fix(decision).amount -= 1


def _fix_gain(decision: decision_pb2.Decision) -> None:
    _fix(decision).gain_micros += 10_000


def _fix_loser(decision: decision_pb2.Decision) -> None:
    _fix(decision).losers.add(line=decision.lines[0].line, units=1)


def _fix_cash(decision: decision_pb2.Decision) -> None:
    _fix(decision).effect.gain.cash_micros += 10_000


def _fix_not_least(decision: decision_pb2.Decision) -> None:
    """One more than is needed fills the line as well."""
    fix = _fix(decision)
    for told in (fix, decision.lines[1].explanation):
        told.sentence = told.sentence.replace(f"{fix.amount} more of", f"{fix.amount + 1} more of")
    fix.amount += 1


def _marginal(decision: decision_pb2.Decision) -> None:
    decision.binding_constraints[0].marginal_up.value_micros += 10_000


def _marginal_parts(decision: decision_pb2.Decision) -> None:
    """The same sum, split otherwise."""
    worth = decision.binding_constraints[0].marginal_up.worth
    worth.cash_micros += 10_000
    worth.policy_value_micros -= 10_000


def _marginal_without_parts(decision: decision_pb2.Decision) -> None:
    decision.binding_constraints[0].marginal_up.ClearField("worth")


def _cash_of_the_opposite(decision: decision_pb2.Decision) -> None:
    _reason(decision, explanation_pb2.CERTAINTY_PROVEN).delta_cash_micros += 10_000


def _no_cash_of_the_opposite(decision: decision_pb2.Decision) -> None:
    _reason(decision, explanation_pb2.CERTAINTY_PROVEN).ClearField("delta_cash_micros")


def _sentence_figure(decision: decision_pb2.Decision) -> None:
    told = decision.lines[1].explanation
    told.sentence = told.sentence.replace("22 went", "21 went")


def _sentence_rival(decision: decision_pb2.Decision) -> None:
    told = decision.lines[1].explanation
    told.sentence = told.sentence.replace("SO-881", "SO-902")


def _sentence_gain(decision: decision_pb2.Decision) -> None:
    told = decision.lines[1].explanation
    told.sentence = told.sentence.replace("policy value +", "policy value -")


def _limit(decision: decision_pb2.Decision) -> None:
    decision.binding_constraints[0].limit += 1


def _bound(decision: decision_pb2.Decision) -> None:
    decision.objective_micros -= 2_000_000
    decision.bound_micros = decision.objective_micros


def _reason(
    decision: decision_pb2.Decision, certainty: explanation_pb2.Certainty
) -> explanation_pb2.Reason:
    return next(
        reason
        for line in decision.lines
        for reason in line.explanation.reasons
        if reason.certainty == certainty
    )


def _first_rival(decision: decision_pb2.Decision) -> explanation_pb2.CompetingLine:
    return next(r for line in decision.lines for r in line.explanation.competitors)


def _fix(decision: decision_pb2.Decision) -> explanation_pb2.Fix:
    return next(line.explanation.fix for line in decision.lines if line.explanation.HasField("fix"))


@pytest.mark.parametrize(
    ("scenario", "falsify", "kind"),
    [
        ("02_supply_short", _delta, Kind.PROVEN),
        ("02_supply_short", _delta_less, Kind.PROVEN),
        ("03_pack_multiple", _units, Kind.EXACT),
        ("02_supply_short", _waterfall, Kind.WATERFALL),
        ("02_supply_short", _competitor, Kind.COMPETITOR),
        ("02_supply_short", _value, Kind.COMPETITOR),
        ("02_supply_short", _parts, Kind.COMPETITOR),
        ("02_supply_short", _marginal_parts, Kind.SPLIT),
        ("02_supply_short", _marginal_without_parts, Kind.SPLIT),
        ("02_supply_short", _cash_of_the_opposite, Kind.SPLIT),
        ("02_supply_short", _no_cash_of_the_opposite, Kind.SPLIT),
        ("02_supply_short", _fix_amount, Kind.FIX),
        ("02_supply_short", _fix_gain, Kind.FIX),
        ("02_supply_short", _fix_loser, Kind.FIX),
        ("02_supply_short", _fix_cash, Kind.FIX),
        ("02_supply_short", _fix_not_least, Kind.FIX_LEAST),
        ("02_supply_short", _marginal, Kind.MARGINAL),
        ("02_supply_short", _limit, Kind.LIMIT),
        ("02_supply_short", _sentence_figure, Kind.SENTENCE),
        ("02_supply_short", _sentence_rival, Kind.SENTENCE),
        ("02_supply_short", _sentence_gain, Kind.SENTENCE),
        ("02_supply_short", _bound, Kind.STATUS),
        ("02_supply_short", _bound_apart, Kind.STATUS),
        ("02_supply_short", _stopped, Kind.STATUS),
        ("02_supply_short", _stopped_below, Kind.STATUS),
    ],
)
def test_a_false_statement_is_found_out(
    scenario: str, falsify: Callable[[decision_pb2.Decision], None], kind: Kind
) -> None:
    case = case_of(LIBRARY / scenario)
    falsify(case.decision)
    assert kind in {verdict.statement.kind for verdict in failures(verify([case]))}


def test_a_decision_of_another_cycle_s_lines_is_judged_no_further() -> None:
    case = case_of(SHORT)
    _first_rival(case.decision).line = "SO-0"
    (verdict,) = verify([case])
    assert (verdict.statement.kind, verdict.outcome) == (Kind.NAMES, Outcome.FAILED)
    assert verdict.note == "there is no line 'SO-0'"


def test_a_conflict_set_that_is_not_minimal_is_found_out() -> None:
    case = case_of(LIBRARY / "23_conflict")
    case.decision.conflict.rules.add(family="lot_size", key="SO-1")
    assert Kind.CONFLICT in {v.statement.kind for v in failures(verify([case]))}
    del case.decision.conflict.rules[1:]
    assert Kind.CONFLICT in {v.statement.kind for v in failures(verify([case]))}


def test_a_relaxation_by_more_or_less_than_needed_is_found_out() -> None:
    for more in (1, -1):
        case = case_of(LIBRARY / "23_conflict")
        case.decision.conflict.relaxations[0].amount += more
        assert Kind.RELAXATION in {v.statement.kind for v in failures(verify([case]))}


@pytest.mark.parametrize("scenario", ["02_supply_short", "12_cap_and_quota", "19_strategies"])
def test_a_limit_that_binds_and_is_not_listed_is_found_out(scenario: str) -> None:
    case = case_of(LIBRARY / scenario)
    del case.decision.binding_constraints[0]
    assert Kind.UNLISTED in {v.statement.kind for v in failures(verify([case]))}


def test_a_sample_leaves_the_others_out_and_says_so() -> None:
    case = case_of(LIBRARY / "24_all_pull")
    full, none = verify([case]), verify([case], Effort(sample=0))
    assert len(none) < len(full)  # of the limits not listed it says at once that none is tried
    left_out = [v for v in none if v.outcome is Outcome.SKIPPED]
    assert {Kind.STATUS, Kind.UNLISTED} <= {v.statement.kind for v in left_out}
    assert {v.note for v in left_out} == {"not in the sample"}
    assert verify([case], Effort(sample=1)) == verify([case], Effort(sample=1))


def test_the_command_verifies_a_scenario_and_prints_a_table() -> None:
    done = fairlead("verify-explanations", SHORT)
    assert done.exit_code == 0, done.output
    for words in ("proven reason", "marginal value", "held", "unexplained"):
        assert words in done.stdout


def test_the_command_verifies_a_written_decision_and_fails_on_a_false_one(tmp_path: Path) -> None:
    assert fairlead("solve", SHORT, "--out", tmp_path).exit_code == 0
    file = tmp_path / "decision.json"
    done = fairlead("verify-explanations", file, "--cycle", SHORT, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert {row["outcome"] for row in told["statements"]} == {"held"}
    assert told["lines"] == 2 and told["unexplained_lines"] == 0
    whole = json.loads(file.read_text(encoding="utf-8"))
    whole["bindingConstraints"][0]["marginalUp"]["valueMicros"] = "1000000"
    file.write_text(json.dumps(whole), encoding="utf-8")
    failed = fairlead("verify-explanations", file, "--cycle", SHORT)
    assert failed.exit_code == 1
    assert "FAILED" in failed.stdout and "+1: +1.000000" in failed.stdout


def test_a_decision_is_not_verified_against_another_cycle(tmp_path: Path) -> None:
    fairlead("solve", SHORT, "--out", tmp_path)
    file = tmp_path / "decision.json"
    other = fairlead("verify-explanations", file, "--cycle", LIBRARY / "13_protection")
    assert other.exit_code == 2 and "input_digest" in other.stderr
    assert fairlead("verify-explanations", file).exit_code == 2


@pytest.mark.slow
def test_every_statement_of_200_random_cycles_holds() -> None:
    cases = []
    for number, drawn in enumerate(drawn_cycles(cycles(), 200)):
        solved = solve(intake(drawn.facts(), drawn.policy), Options(relative_gap=0.0))
        decision = decision_message(solved, explain(solved))
        cases.append(Case(str(number), solved.problem, decision))
    assert not failures(verify(cases))
    lines = sum(map(_lines_of, cases))
    assert sum(unexplained(c.decision) for c in cases) <= ALLOWED_UNEXPLAINED * lines


@pytest.mark.slow
def test_a_limit_left_out_of_the_complete_list_of_a_large_cycle_is_found_out() -> None:
    case = large_case(lines_per_product=10.0)
    decision = case.decision
    assert not decision.limits_untried
    for line in decision.lines:
        line.ClearField("explanation")
    listed = list(decision.binding_constraints)
    lots = [one for one in listed if one.rule.family == "supply" and one.HasField("marginal_up")]
    decision.binding_constraints.remove(lots[0])
    (failed,) = failures(verify([case], Effort(seconds=60.0)))
    assert (failed.statement.kind, failed.statement.about) == (
        Kind.UNLISTED,
        f"supply {lots[0].rule.key}",
    )
    decision.limits_untried = 1
    assert not failures(verify([case], Effort(seconds=60.0)))
