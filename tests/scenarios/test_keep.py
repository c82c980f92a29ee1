"""`fairlead solve --keep` and `--start`: one cycle starts from the one before it."""

from __future__ import annotations

import json
from pathlib import Path

from fairlead import wire
from fairlead.v1 import facts_pb2
from fairlead_scenarios.recipe.following import following
from fairlead_scenarios.recipe.generator import Recipe
from tests.serving import running_server

from .commands import LIBRARY, fairlead

RECIPE = Recipe(lines=1500, contracts_per_line=0.005, tiers=3)


def written(path: Path, cycle: facts_pb2.Cycle) -> Path:
    path.write_bytes(cycle.SerializeToString())
    return path


def test_the_next_cycle_starts_from_what_a_solve_kept(tmp_path: Path) -> None:
    first = written(tmp_path / "first.binpb", RECIPE.cycle())
    facts = following(wire.facts_of(RECIPE.cycle()))
    second = written(tmp_path / "second.binpb", wire.cycle_of(facts))
    kept, again = tmp_path / "kept", tmp_path / "again"
    gap = ("--gap", "0.001")
    done = fairlead("solve", first, *gap, "--keep", kept)
    assert done.exit_code == 0, done.output
    warm = fairlead("solve", second, *gap, "--start", kept, "--keep", again, "--json")
    fresh = fairlead("solve", second, *gap, "--json")
    assert (warm.exit_code, fresh.exit_code) == (0, 0), warm.output
    one, other = (json.loads(done.stdout) for done in (warm, fresh))
    assert one["status"] == other["status"] == "DECISION_STATUS_OPTIMAL"
    worth, best = int(one["objectiveMicros"]), int(other["objectiveMicros"])
    assert abs(worth - best) <= 0.001 * best
    assert int(one["boundMicros"]) >= best
    assert again.stat().st_size > 0


def test_a_solve_that_leaves_nothing_says_so_and_a_start_from_it_is_one_from_nothing(
    tmp_path: Path,
) -> None:
    scenario, kept = LIBRARY / "24_all_pull", tmp_path / "kept"
    done = fairlead("solve", scenario, "--keep", kept)
    assert done.exit_code == 0
    assert "nothing to start from" in done.stderr
    again = fairlead("solve", scenario, "--start", kept)
    assert (again.exit_code, again.stdout) == (0, done.stdout)


def test_what_cannot_be_started_from_or_kept_is_refused(tmp_path: Path) -> None:
    scenario, bad = LIBRARY / "24_all_pull", tmp_path / "bad"
    bad.write_bytes(b"PK no archive")
    for flags, words in (
        (("--start", bad), "a file that --keep wrote"),
        (("--start", tmp_path / "none"), "a file that --keep wrote"),
        (("--keep", tmp_path / "no" / "folder"), "a file that can be written"),
        (("--engine", "pyomo:highs", "--keep", bad), "an engine of Fairlead's own"),
        (("--server", "127.0.0.1:1", "--keep", bad), "--start takes"),
    ):
        done = fairlead("solve", scenario, *flags)
        assert done.exit_code == 2, done.output
        assert words in done.stderr


def test_a_server_starts_from_a_decision_it_has_stored(tmp_path: Path) -> None:
    scenario = LIBRARY / "24_all_pull"
    with running_server(tmp_path) as server:
        first = fairlead("solve", scenario, "--server", server.calls, "--json")
        name = json.loads(first.stdout)["name"]
        again = fairlead("solve", scenario, "--server", server.calls, "--start", name)
        assert again.exit_code == 0, again.output
        unknown = fairlead("solve", scenario, "--server", server.calls, "--start", name + "0")
        assert "NOT_FOUND" in unknown.stderr
