"""`fairlead explain`: why lines are as they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...terminal.exit_codes import Exit, command, exit_of
from ...terminal.terminal import terminal
from .options import (
    AsJson,
    Certificates,
    EngineName,
    Gap,
    IntakeName,
    ServerAddress,
    is_quarantine,
    server_of,
)

if TYPE_CHECKING:
    from fairlead.v1 import decision_pb2

    from ...running.remote import Server


@command
def explain(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="DECISION|PATH",
            help="A decision.json, a decision's name on a server, or a scenario to decide.",
        ),
    ],
    line: Annotated[
        str | None, typer.Argument(metavar="[LINE]", help="One line; else all short ones.")
    ] = None,
    json: AsJson = False,
    cycle: Annotated[
        Path | None, typer.Option(help="The cycle you have: refused if another was decided.")
    ] = None,
    weights: Annotated[
        bool, typer.Option("--weights", help="Of a scenario: what each weight of the policy cost.")
    ] = False,
    server: ServerAddress = None,
    ca: Certificates = None,
    engine: EngineName = "auto",
    gap: Gap = None,
    intake: IntakeName = "refuse",
) -> Exit:
    """Tell the story of one line, or of every short line.

    Of a scenario, which is decided first; of a decision.json; or, with --server, of the decision of
    that name, tenants/TENANT/decisions/ID.
    """
    from ...presenting.decision import conflict_told
    from ...presenting.story import show_story
    from ...running.load_decision import decision_at
    from ...running.solve_arguments import Asking
    from ...spelling.planner_words import word

    where = server_of(server, ca)
    if path.parts[:1] == ("tenants",):
        decision = _stored(str(path), line, cycle, where)
    else:
        first = () if line is None else (line,)
        quarantine = is_quarantine(intake)
        asking = Asking(engine, gap, weigh=weights, explain_first=first, quarantine=quarantine)
        decision = decision_at(path, asking, where)
        if cycle is not None:
            _refuse_another(cycle, decision)
    if weights:
        _tell_weights(decision, json=json)
        return exit_of(decision)
    chosen = _chosen(decision, line)
    if json:
        typer.echo(_json(chosen, single=line is not None))
        return exit_of(decision)
    console = terminal().out()
    in_conflict = set(decision.conflict.lines)
    if any(one.line in in_conflict for one in chosen):
        console.print(*conflict_told(decision.conflict), sep="\n")
        console.rule(style="dim")
    for number, one in enumerate(chosen):
        if number:
            console.rule(style="dim")
        show_story(console, one, decision)
    if not chosen:
        found = "No line is short." if decision.lines else f"No plan: {word(decision, 'status')}."
        console.print(found)
    return exit_of(decision)


def _tell_weights(decision: decision_pb2.Decision, *, json: bool) -> None:
    from fairlead.v1 import decision_pb2

    from ...presenting.money import show_weights
    from ...presenting.report import as_json

    if json:
        typer.echo(as_json(decision_pb2.Decision(weights=decision.weights)))
    else:
        show_weights(terminal().out(), decision)


def _stored(
    name: str, line: str | None, cycle: Path | None, server: Server | None
) -> decision_pb2.Decision:
    """A decision on a server, by its name."""
    from ...files.scenario import read_scenario
    from ...running.decision_check import under_its_policy
    from ...running.local import problem_decided
    from ...running.remote import stored_decision
    from ...spelling.yaml_documents import refuse

    if server is None:
        raise refuse("--server", name, "the server that has this decision")
    mine = None if cycle is None else read_scenario(cycle)

    def digest_of(decision: decision_pb2.Decision) -> str:
        return (
            ""
            if mine is None
            else problem_decided(under_its_policy(mine, decision), decision).digest
        )

    decision = stored_decision(name, line, digest_of, server)
    if cycle is not None:
        _refuse_another(cycle, decision)
    return decision


def _refuse_another(cycle: Path, decision: decision_pb2.Decision) -> None:
    from ...files.scenario import read_scenario
    from ...running.decision_check import refuse_other_input, under_its_policy
    from ...running.local import problem_decided

    scenario = under_its_policy(read_scenario(cycle), decision)
    refuse_other_input(problem_decided(scenario, decision), decision)


def _chosen(
    decision: decision_pb2.Decision, line: str | None
) -> Sequence[decision_pb2.DecisionLine]:
    from ...presenting.decision import short_lines
    from ...spelling.yaml_documents import refuse

    if line is None:
        return short_lines(decision)
    found = [one for one in decision.lines if one.line == line]
    if not found:
        raise refuse("line", line, "a line of the decision")
    return found


def _json(lines: Sequence[decision_pb2.DecisionLine], *, single: bool) -> str:
    from google.protobuf import json_format

    from fairlead.v1 import decision_pb2

    from ...presenting.report import as_json

    if single:
        return as_json(lines[0])
    whole = decision_pb2.Decision()
    whole.lines.extend(lines)
    return json_format.MessageToJson(whole, indent=2)
