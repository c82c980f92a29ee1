"""`fairlead verify-explanations`: check every statement of a decision by solving again."""

from __future__ import annotations

import json as encoder
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...terminal.exit_codes import Exit, command
from ...terminal.terminal import terminal
from .options import AsJson, IntakeName, is_quarantine

if TYPE_CHECKING:
    from fairlead_verifier.trials.trial import Verdict
    from fairlead_verifier.verify import Case

    from ...files.scenario import Scenario
    from ...running.solve_arguments import Asking

LARGE = 500  # lines: above, statements are tried on the part that each is about


@command
def verify_explanations(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH", help="A decision's file, a scenario, or a folder of scenarios."
        ),
    ],
    cycle: Annotated[
        Path | None, typer.Option(help="The scenario or cycle a decision's file was made from.")
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Solve again for so many lines and constraints of each cycle; 0: arithmetic "
            "alone. Default: all of them.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the sample.")] = 0,
    time_limit: Annotated[float, typer.Option(help="Seconds each solve may take.")] = 60.0,
    budget: Annotated[
        float, typer.Option(min=0, help="Seconds after which nothing more is solved.")
    ] = 900.0,
    gap: Annotated[
        float | None,
        typer.Option(help=f"Decide a scenario to this share. Default: 0 up to {LARGE} lines."),
    ] = None,
    intake: IntakeName = "refuse",
    json: AsJson = False,
) -> Exit:
    """Check every statement of a decision: by arithmetic, and by solving its opposite.

    The solving is done by the reference model in a process of its own, which shares no code with
    what made the statements: on the whole of a cycle of up to 500 lines, in a larger one on what
    each statement is about, 5,000 lines in a few minutes. What could not be tried, or not within
    the budget, is told, and counts neither as held nor as failed. Exit code 0: nothing failed.
    1: something did. 2: bad input.
    """
    from fairlead_solver.api.allocation import EngineError
    from fairlead_solver.reference.process import ReferenceFailed
    from fairlead_verifier.trials.trial import Outcome
    from fairlead_verifier.verify import Effort, unexplained, verify

    from ...presenting.verdicts import show_verdicts

    quarantine = is_quarantine(intake)
    cases = list(_cases(path, cycle, gap, time_limit, quarantine=quarantine))
    try:
        verdicts = verify(cases, Effort(sample, seed, time_limit, budget))
    except ReferenceFailed as error:
        raise EngineError(str(error)) from error
    none = sum(unexplained(case.decision) for case in cases)
    lines = sum(len(case.decision.lines) for case in cases)
    if json:
        typer.echo(_json(verdicts, none, lines))
    else:
        show_verdicts(terminal().out(), verdicts, none, lines)
    failed = any(v.outcome is Outcome.FAILED for v in verdicts)
    return Exit.ERROR if failed else Exit.OK


def _cases(
    path: Path, cycle: Path | None, gap: float | None, seconds: float, *, quarantine: bool
) -> Iterator[Case]:
    from fairlead_verifier.verify import Case

    from ...files.scenario import read_scenario
    from ...running.decision_check import refuse_other_input, under_its_policy
    from ...running.load_decision import decide, decided_at
    from ...running.local import problem_decided
    from ...spelling.yaml_documents import refuse

    found = decided_at(path)
    if found is not None:
        if cycle is None:
            raise refuse("--cycle", path, "the cycle this decision was made from")
        decision = found.in_rows()
        scenario = under_its_policy(read_scenario(cycle), decision)
        problem = problem_decided(scenario, decision)
        refuse_other_input(problem, decision)
        yield Case(scenario.name, problem, decision)
        return
    for scenario in _scenarios(path):
        how = asking(scenario, gap, seconds, quarantine=quarantine)
        decision = decide(scenario, how, None)
        yield Case(scenario.name, problem_decided(scenario, decision), decision)


def asking(
    scenario: Scenario, gap: float | None, seconds: float, *, quarantine: bool = False
) -> Asking:
    """How a scenario is decided that is to be verified: to the end, unless it is large and nobody
    asks for that. To the last micro-unit a large cycle may take for ever."""
    from ...files.decision_file import lines_in
    from ...running.solve_arguments import Asking

    small = lines_in(scenario.cycle) <= LARGE
    wanted = 0.0 if gap is None and small else gap
    return Asking(relative_gap=wanted, time_limit_seconds=seconds, quarantine=quarantine)


def _scenarios(path: Path) -> Iterator[Scenario]:
    from ...files.scenario import is_scenario, read_scenario

    inner = sorted(p for p in path.iterdir() if p.is_dir()) if path.is_dir() else []
    many = [folder for folder in inner if is_scenario(folder)]
    if is_scenario(path) or not many:
        yield read_scenario(path)
    else:
        yield from map(read_scenario, many)


def _json(verdicts: Sequence[Verdict], unexplained: int, lines: int) -> str:
    rows = [
        {
            "scenario": v.scenario,
            "kind": v.statement.kind.value,
            "about": v.statement.about,
            "statement": v.statement.says,
            "outcome": v.outcome.value,
            "note": v.note,
        }
        for v in verdicts
    ]
    whole = {"statements": rows, "lines": lines, "unexplained_lines": unexplained}
    return encoder.dumps(whole, indent=2, ensure_ascii=False)
