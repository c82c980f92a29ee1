from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from google.protobuf import json_format

from fairlead.v1 import decision_pb2
from fairlead_scenarios.files.scenario import read_scenario
from fairlead_scenarios.running import remote
from fairlead_scenarios.running.decision_check import faults_of
from fairlead_scenarios.running.local import problem_of, solve_local
from fairlead_scenarios.running.solve_arguments import Asking
from tests.scenarios.commands import LIBRARY, fairlead
from tests.serving import running_server

BAD = """\
cycle_date: 2026-11-24
products: [{id: P}]
lots: [{id: L, product: Q, location: W, quantity: -5}]
contracts: [{id: K, floor_quantity: 9, cap_quantity: 3}]
lines:
  - {id: X, product: P, quantity: 0}
  - {id: X, product: P, quantity: 4, min_fill_rate: .nan}
  - {id: Z, product: P, quantity: 4, requested_date: 2026-12-01, latest_date: 2026-11-28}
"""
SVG = "{http://www.w3.org/2000/svg}"
FREE_LOT = "{id: L9, product: PIPE, location: DC-1, quantity: 5}, "
SHORT = LIBRARY / "02_supply_short"


def test_solve_shows_status_objective_the_short_line_and_what_binds() -> None:
    done = fairlead("solve", SHORT)
    assert done.exit_code == 0
    for words in ("OPTIMAL", "3,654.00", "SO-902", "22 went to SO-881", "supply"):
        assert words in done.stdout


def test_a_library_scenario_is_found_by_its_name_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "3,654.00" in fairlead("solve", "02_supply_short").stdout


def test_solve_as_json_is_a_decision_of_the_contract() -> None:
    done = fairlead("solve", SHORT, "--json")
    decision = json_format.Parse(done.stdout, decision_pb2.Decision())
    assert decision.objective_micros == 3_654_000_000
    assert [line.confirmed_quantity for line in decision.lines] == [22, 8]


def test_a_conflict_is_an_answer_with_an_exit_code_of_its_own() -> None:
    done = fairlead("solve", LIBRARY / "23_conflict")
    assert done.exit_code == 3
    assert "INFEASIBLE" in done.stdout
    assert "SO-2 gets 20 instead of 40." in " ".join(done.stdout.split())


def test_a_conflict_shows_no_figures_of_a_cycle_it_did_not_decide(tmp_path: Path) -> None:
    done = fairlead("solve", LIBRARY / "23_conflict", "--out", tmp_path)
    assert "Nothing is decided" in done.stdout
    for page in (done.stdout, (tmp_path / "report.html").read_text(encoding="utf-8")):
        assert "policy value" not in page and "cash" not in page


def test_figures_beside_a_conflict_say_what_they_are_about(tmp_path: Path) -> None:
    text = (LIBRARY / "23_conflict" / "cycle.yaml").read_text(encoding="utf-8")
    text = text.replace("lots: [", "lots: [" + FREE_LOT, 1)
    text = text.replace("products: [", "products: [{id: PIPE}, ", 1)
    file = tmp_path / "cycle.yaml"
    file.write_text(text + "  - {id: SO-9, product: PIPE, quantity: 5}\n", encoding="utf-8")
    done = fairlead("solve", file)
    assert done.exit_code == 3
    words = " ".join(done.stdout.split())
    assert "Apart from the conflict: 1 line is decided, the 2 in the conflict are not" in words


def test_cash_and_policy_value_are_told_by_tier_and_by_contract() -> None:
    shown = fairlead("solve", LIBRARY / "24_all_pull").stdout
    for words in ("no tier", "3,316.00", "K-CLINICS", "no one contract", "559.00", "4,233.00"):
        assert words in shown


def test_the_report_draws_waterfalls_and_what_binds(tmp_path: Path) -> None:
    fairlead("solve", LIBRARY / "24_all_pull", "--out", tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    drawn = [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]
    assert len(drawn) == 1 + 6  # what binds, and a waterfall for every short line
    binding, first = drawn[0], drawn[1]
    words = {element.text for element in binding.iter(f"{SVG}text")}
    assert {"capacity DC-1/pick_minutes", "154 of 170"} <= words
    floor = "\N{MINUS SIGN}1: cash +2.00 EUR, +19.50 points"  # less of a floor loosens it
    assert {floor, "+1: cash -1.60 EUR, +33.60 points"} <= words
    bars = list(first.iter(f"{SVG}rect"))
    assert [float(bar.get("width", 0)) for bar in bars] == [430.0, 14.3, 71.7, 344.0]
    assert sum(float(bar.get("width", 0)) for bar in bars[1:]) == 430.0  # all of it goes somewhere


def test_the_report_says_which_worths_are_prices_or_the_least(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text("lines: 600\n", encoding="utf-8")
    done = fairlead("solve", tmp_path, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    drawn = next(iter(re.findall(r"<svg.*?</svg>", page, re.DOTALL)))
    words = [element.text or "" for element in ElementTree.fromstring(drawn).iter(f"{SVG}text")]
    worths = [text for text in words if text.startswith("+1: ")]
    assert any(text.endswith(" in all (price)") for text in worths)
    assert any(text.endswith(" or more") for text in worths)


def test_a_written_decision_is_checked_against_its_cycle(tmp_path: Path) -> None:
    assert fairlead("solve", SHORT, "--out", tmp_path).exit_code == 0
    rows = list(csv.DictReader((tmp_path / "lines.csv").open(encoding="utf-8")))
    assert [row["confirmed_quantity"] for row in rows] == ["22", "8"]
    assert "SO-902" in (tmp_path / "report.html").read_text(encoding="utf-8")
    done = fairlead("check", tmp_path / "decision.json", "--cycle", SHORT)
    assert done.exit_code == 0
    assert "holds" in done.stdout


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("objectiveMicros",), "3654000001", "objective_micros"),
        (("terms", "marginMicros"), "182400001", "terms.margin"),
        (("termsOfNoTier", "overtimeMicros"), "-31999999", "tiers.terms.overtime"),
        (("contracts", 0, "terms", "serviceMicros"), "1", "contracts.terms.service"),
        (("worth", "cashMicros"), "182400001", "decision.worth"),
        (("tiers", 0, "worth", "policyValueMicros"), "1", "tiers.worth"),
        (("lines", 0, "worth", "cashMicros"), "1", "lines.worth"),
        (("boundMicros",), "3653999999", "bound_micros"),
        (("lines", 1, "confirmedQuantity"), "9", "confirmed_quantity"),
        (("lines", 1, "sources", 0, "quantity"), "9", "rules.supply"),
        (("lines", 1, "explanation", "waterfall", 0, "units"), "31", "waterfall"),
    ],
)
def test_a_decision_that_was_tampered_with_does_not_hold(
    tmp_path: Path, path: tuple[str | int, ...], value: str, told: str
) -> None:
    file = tmp_path / "decision.json"
    cycle = LIBRARY / "24_all_pull" if "s.terms" in told else SHORT
    fairlead("solve", cycle, "--out", tmp_path)
    whole = json.loads(file.read_text(encoding="utf-8"))
    inner = whole
    for step in path[:-1]:
        inner = inner[step]
    assert path[-1] in inner
    inner[path[-1]] = value
    file.write_text(json.dumps(whole), encoding="utf-8")
    done = fairlead("check", file, "--cycle", cycle)
    assert done.exit_code == 1
    assert told in done.stdout


def test_a_decision_of_another_cycle_is_refused_with_both_digests(tmp_path: Path) -> None:
    fairlead("solve", SHORT, "--out", tmp_path)
    done = fairlead("check", tmp_path / "decision.json", "--cycle", LIBRARY / "13_protection")
    assert done.exit_code == 2
    assert "input_digest" in done.stderr


def test_explain_tells_one_line_and_all_short_lines() -> None:
    one = fairlead("explain", SHORT, "SO-902")
    assert one.exit_code == 0
    for words in ("8 of 20", "given to others", "a tier A order got it", "127.80", "82.50"):
        assert words in one.stdout
    every = fairlead("explain", LIBRARY / "24_all_pull")
    assert every.stdout.count("Stock in reach") == 6
    unknown = fairlead("explain", SHORT, "SO-1")
    assert unknown.exit_code == 2
    assert "SO-1" in unknown.stderr


def test_a_line_that_is_asked_for_gets_its_fix_whatever_the_others_are_worth(
    tmp_path: Path,
) -> None:
    (tmp_path / "recipe.yaml").write_text("lines: 600\n", encoding="utf-8")
    shown = json.loads(fairlead("explain", tmp_path, "--json").stdout)["lines"]
    (*_, last) = [line["line"] for line in shown if "fix" not in line["explanation"]]
    assert "To fill it:" in fairlead("explain", tmp_path, last).stdout


def test_explain_as_json_is_a_line_of_the_contract() -> None:
    done = fairlead("explain", SHORT, "SO-902", "--json")
    line = json_format.Parse(done.stdout, decision_pb2.DecisionLine())
    assert sum(reason.units for reason in line.explanation.reasons) == 12


def test_explain_reads_a_written_decision_and_refuses_it_for_another_cycle(tmp_path: Path) -> None:
    file = tmp_path / "decision.json"
    file.write_text(fairlead("solve", SHORT, "--json").stdout, encoding="utf-8")
    told = fairlead("explain", file, "SO-902", "--cycle", SHORT)
    assert told.exit_code == 0
    assert told.stdout == fairlead("explain", SHORT, "SO-902").stdout
    as_json = fairlead("explain", file, "SO-902", "--json")
    assert as_json.stdout == fairlead("explain", SHORT, "SO-902", "--json").stdout
    other = fairlead("explain", file, "SO-902", "--cycle", LIBRARY / "13_protection")
    digest = json.loads(file.read_text(encoding="utf-8"))["inputDigest"]
    assert other.exit_code == 2 and digest in other.stderr
    assert problem_of(read_scenario(LIBRARY / "13_protection")).digest in other.stderr
    assert fairlead("explain", file, "SO-1").exit_code == 2


def test_explain_tells_of_a_decision_on_a_server_by_its_name(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        where = ("--server", server.calls)
        made = json.loads(fairlead("solve", SHORT, "--json", *where).stdout)["name"]
        told = fairlead("explain", made, "SO-902", *where, "--cycle", SHORT)
        assert told.exit_code == 0, told.stderr
        assert told.stdout == fairlead("explain", SHORT, "SO-902").stdout
        assert fairlead("explain", made, *where).stdout == fairlead("explain", SHORT).stdout
        assert fairlead("explain", made, "SO-902").exit_code == 2  # which server?
        other = fairlead("explain", made, "SO-902", *where, "--cycle", LIBRARY / "13_protection")
        assert other.exit_code == 2 and "was made from input" in other.stderr
        for path, line in ((made, "SO-1"), ("tenants/default/decisions/none", "SO-902")):
            unknown = fairlead("explain", path, line, *where)
            assert unknown.exit_code == 2
            assert len(unknown.stderr.splitlines()) == 1 and "NOT_FOUND" in unknown.stderr


def test_what_each_weight_cost_is_told_here_and_by_a_server_alike(tmp_path: Path) -> None:
    cycle = LIBRARY / "24_all_pull"
    shown = fairlead("explain", cycle, "--weights")
    assert shown.exit_code == 0, shown.stderr
    assert "policy.tiers.service_rate" in shown.stdout and "policy.aging" in shown.stdout
    told = json.loads(fairlead("explain", cycle, "--weights", "--json").stdout)["weights"]
    plain = json_format.Parse(fairlead("solve", cycle, "--json").stdout, decision_pb2.Decision())
    assert not plain.weights  # only on request
    for weight in told:
        own, others = int(weight.get("termMicros", 0)), int(weight["otherTermsMicros"])
        assert own + others == plain.objective_micros
        without = int(weight["otherTermsWithoutMicros"])
        assert int(weight.get("costMicros", 0)) == without - others >= 0
    with running_server(tmp_path) as server:
        there = fairlead("explain", cycle, "--weights", "--json", "--server", server.calls)
    assert json.loads(there.stdout)["weights"] == told


def test_a_weight_s_cost_is_that_of_the_cycle_decided_without_it() -> None:
    scenario = read_scenario(LIBRARY / "24_all_pull")
    asking = Asking(relative_gap=0.0, weigh=True)
    weighed = {w.leaf: w for w in solve_local(scenario, asking).weights}
    for tier in scenario.policy.tiers:
        tier.service_rate = 0.0
    free = solve_local(scenario, Asking(relative_gap=0.0))
    cost = weighed["policy.tiers.service_rate"]
    assert cost.other_terms_without_micros == free.objective_micros
    assert cost.cost_micros > 0 and cost.lines_changed > 0


def test_an_exported_model_has_the_optimum_of_the_decision(tmp_path: Path) -> None:
    from ortools.linear_solver.python import model_builder

    file = tmp_path / "model.mps"
    assert fairlead("export-mps", LIBRARY / "24_all_pull", "--out", file).exit_code == 0
    model = model_builder.ModelBuilder()
    assert model.import_from_mps_string(file.read_text(encoding="utf-8"))
    solver = model_builder.ModelSolver("scip")
    solver.solve(model)
    assert -solver.objective_value == pytest.approx(4792.0)


def test_strict_tiers_have_no_mps_file(tmp_path: Path) -> None:
    done = fairlead("export-mps", LIBRARY / "20_strict_tiers", "--out", tmp_path / "model.mps")
    assert done.exit_code == 2
    assert "policy.tier_mode" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("solve", "no/such/folder"), "an existing scenario folder"),
        (("solve", SHORT, "--engine", "abacus"), "options.engine"),
        (("solve", SHORT, "--gap", "2"), "options.relative_gap"),
        (("solve", SHORT, "--time-limit", "0"), "options.time_limit"),
    ],
)
def test_bad_arguments_end_with_exit_code_2(arguments: tuple[str | Path, ...], told: str) -> None:
    done = fairlead(*arguments)
    assert done.exit_code == 2
    assert told in done.stderr


def test_the_reference_engine_goes_the_same_way() -> None:
    done = fairlead("solve", LIBRARY / "24_all_pull", "--engine", "pyomo:highs", "--json")
    decision = json_format.Parse(done.stdout, decision_pb2.Decision())
    assert decision.solve.engine == "pyomo:highs"
    assert decision.objective_micros == 4_792_000_000
    assert all(line.explanation.sentence for line in decision.lines)
    unknown = fairlead("solve", SHORT, "--engine", "pyomo:abacus")
    assert unknown.exit_code == 2
    assert "options.engine" in unknown.stderr


def test_version_and_the_list_of_commands_are_there() -> None:
    assert "fairlead" in fairlead("version").stdout
    listed = fairlead("--help").stdout
    for name in ("serve", "solve", "explain", "check", "export-mps", "import", "health"):
        assert name in listed


def test_a_cycle_too_large_for_one_message_is_uploaded_and_its_lines_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = solve_local(read_scenario(LIBRARY / "25_distributor"), Asking())
    monkeypatch.setattr(remote, "INLINE_BYTES", 10_000)
    with running_server(tmp_path) as server:
        where = remote.Server(server.calls)
        there = remote.solve_remote(read_scenario(LIBRARY / "25_distributor"), Asking(), where)
    assert there.snapshot
    assert there.digest == here.digest
    assert [(a.line, a.confirmed_quantity) for a in there.lines] == [
        (b.line, b.confirmed_quantity) for b in here.lines
    ]
    assert [a.explanation.sentence for a in there.lines] == [
        b.explanation.sentence for b in here.lines
    ]
    assert len(there.binding_constraints) == len(here.binding_constraints)
    assert not faults_of(problem_of(read_scenario(LIBRARY / "25_distributor")), there)
    assert all(line.explanation.waterfall for line in there.lines)


def test_a_server_decides_as_the_command_does_alone(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(BAD, encoding="utf-8")
    with running_server(tmp_path) as server:
        for name in ("02_supply_short", "24_all_pull", "25_distributor"):
            there = fairlead("solve", LIBRARY / name, "--json", "--server", server.calls)
            here = fairlead("solve", LIBRARY / name, "--json")
            assert there.exit_code == 0, there.stderr
            digests = [json.loads(done.stdout)["digest"] for done in (there, here)]
            assert digests[0] == digests[1]
        refused = fairlead("solve", bad, "--server", server.calls)
        assert refused.exit_code == 2
        assert refused.stderr == fairlead("solve", bad).stderr
        assert len(refused.stderr.splitlines()) >= 6
        assert fairlead("health", "--server", server.calls).exit_code == 0
    gone = fairlead("solve", SHORT, "--server", server.calls)
    assert gone.exit_code == 1
    assert "UNAVAILABLE" in gone.stderr
