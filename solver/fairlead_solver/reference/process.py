"""The door to the reference: asks it in a process of its own.

HiGHS's Python library and OR-Tools cannot live in one process, so Pyomo and its solvers are
imported only by `python -m fairlead_solver.reference`. The child reads one pickled list of
questions, answers each with one line of JSON, and ends by itself as soon as its parent is gone.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from ..allocation.cycle.problem import Problem
from ..tables import Ints
from .answer import Flow, Held, OutOfTime, Question, ReferenceFailed, ReferenceStatus, Reply

PREFIX = "pyomo:"


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceAnswer:
    """What the reference decided.

    `packs`: one entry per arc of the problem, None without a plan. `objective_micros`: of that
    plan, recomputed from its whole packs. `bound_micros`: what the solver proved, if anything.
    `version`: of the libraries that answered.
    """

    status: ReferenceStatus
    packs: Ints | None
    objective_micros: int | None
    bound_micros: float | None
    version: str


def solver_of(engine: str) -> str | None:
    """The Pyomo solver an engine's name asks for: "highs" for "pyomo:highs", else None."""
    return engine.removeprefix(PREFIX) if engine.startswith(PREFIX) else None


def solve_apart(
    problem: Problem, solver: str = "highs", gap: float = 0.0, seconds: float | None = None
) -> ReferenceAnswer:
    """Solve one problem with the Pyomo solver of that name, in a process of its own.

    Raises ReferenceFailed where this site has no such solver, the process fails, or the reference
    and the problem do not see the same arcs.
    """
    return solve_all_apart([problem], solver, gap, seconds)[0]


def solve_all_apart(
    problems: Iterable[Problem],
    solver: str = "highs",
    gap: float = 0.0,
    seconds: float | None = None,
) -> list[ReferenceAnswer]:
    """Solve many problems one after the other in a single process; `seconds` is for each."""
    asked = list(problems)
    questions = [Question(p.facts, p.policy, solver, gap, seconds) for p in asked]
    replies = _converse(questions)
    failed = next((r["error"] for r in replies if "error" in r), None)
    if failed is not None:
        raise ReferenceFailed(failed)
    return [_read(p, reply) for p, reply in zip(asked, replies, strict=True)]


def ask_apart(
    questions: Iterable[Question], seconds: float | None = None
) -> list[Reply | ReferenceFailed]:
    """The reply to each question, all out of one process; a failure where one has none.

    `seconds`: what all of them may take; what is not answered by then is OutOfTime. Raises
    ReferenceFailed where the process itself fails.
    """
    asked = list(questions)
    replies = _converse(asked, seconds)
    found: list[Reply | ReferenceFailed] = [
        ReferenceFailed(reply["error"]) if "error" in reply else _reply(reply) for reply in replies
    ]
    words = "the seconds for all questions ran out"
    return found + [OutOfTime(words) for _ in range(len(asked) - len(found))]


def _reply(reply: dict[str, Any]) -> Reply:
    return Reply(
        ReferenceStatus(reply["status"]),
        tuple(Flow(*flow) for flow in reply["flows"]),
        reply["objective_micros"],
        reply["bound_micros"],
        reply["cash_micros"],
    )


def _converse(questions: Sequence[Question], seconds: float | None = None) -> list[dict[str, Any]]:
    """The answers, in order; fewer than questions where the seconds ran out."""
    ended = threading.Event()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        with subprocess.Popen(
            [sys.executable, "-m", "fairlead_solver.reference"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_environment(),
        ) as child:
            assert child.stdin is not None and child.stdout is not None
            with _ending(child, ended, seconds):
                _ask(child.stdin, questions)
                lines = child.stdout.read().decode().splitlines(keepends=True)
        whole = (line for line in lines if line.endswith("\n"))
        replies: list[dict[str, Any]] = [json.loads(line) for line in whole]
        if len(replies) < len(questions) and not ended.is_set():
            errors.seek(0)
            tail = errors.read()[-2000:].strip()
            words = f"the reference process ended with code {child.returncode}: {tail}"
            raise ReferenceFailed(words)
    return replies


@contextmanager
def _ending(
    child: subprocess.Popen[bytes], ended: threading.Event, seconds: float | None
) -> Iterator[None]:
    """Ends the child where this fails, and after so many seconds; `ended` is set then."""

    def end() -> None:
        ended.set()
        child.kill()

    timer = threading.Timer(seconds or 0.0, end)
    timer.daemon = True
    if seconds is not None:
        timer.start()
    try:
        yield
    except BaseException:
        child.kill()
        raise
    finally:
        timer.cancel()


def _ask(stdin: IO[bytes], questions: Sequence[Question]) -> None:
    """Send the questions and leave the pipe open: its end tells the child to stop."""
    try:
        pickle.dump(list(questions), stdin)
        stdin.flush()
    except BrokenPipeError:  # the child ended early; its exit code and words tell why
        with suppress(BrokenPipeError):
            stdin.close()  # drops what is still to be written


def _environment() -> dict[str, str]:
    """This process's, with the places this package and its libraries were found in."""
    here = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(dict.fromkeys([here, *(p for p in sys.path if p)]))
    return {**os.environ, "PYTHONPATH": path}


def _read(problem: Problem, reply: dict[str, Any]) -> ReferenceAnswer:
    return ReferenceAnswer(
        status=ReferenceStatus(reply["status"]),
        packs=_packs(problem, reply["flows"]) if reply["objective_micros"] is not None else None,
        objective_micros=reply["objective_micros"],
        bound_micros=reply["bound_micros"],
        version=reply["version"],
    )


def _packs(problem: Problem, flows: list[list[Any]]) -> Ints:
    """The reference's packs in the order of the problem's arcs, which must be the same arcs."""
    facts, arcs = problem.facts, problem.arcs
    known = {(line, lot): packs for line, lot, packs in flows}
    keys = [
        (facts.lines.id[i], facts.lots.id[s])
        for i, s in zip(arcs.line.tolist(), arcs.lot.tolist(), strict=True)
    ]
    differing = known.keys() ^ set(keys)
    if differing:
        raise ReferenceFailed(f"reference and problem differ in the arcs {sorted(differing)[:10]}")
    return np.array([known[key] for key in keys], dtype=np.int64)


__all__ = [
    "PREFIX",
    "Held",
    "OutOfTime",
    "Question",
    "ReferenceAnswer",
    "ReferenceFailed",
    "ReferenceStatus",
    "Reply",
    "ask_apart",
    "solve_all_apart",
    "solve_apart",
    "solver_of",
]
