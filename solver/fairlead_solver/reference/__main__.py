"""The reference's own process: questions in by stdin, one line of JSON per answer out."""

from __future__ import annotations

import json
import os
import pickle
import sys
import threading
from importlib.metadata import version
from typing import Any

from .answer import Question, ReferenceFailed, Reply
from .solve import answer


def main() -> None:
    """Answer every question; end as soon as the asking process does."""
    # solvers print where they like: what they write to stdout must not reach the answers
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)
        questions: list[Question] = pickle.load(sys.stdin.buffer)
        threading.Thread(target=_end_with_parent, daemon=True).start()
        for question in questions:
            try:
                words = _encode(answer(question))
            except ReferenceFailed as error:
                words = {"error": str(error)}
            out.write(json.dumps(words) + "\n")
            out.flush()


def _end_with_parent() -> None:
    os.read(0, 1)  # returns only when the parent closes the pipe, or dies
    os._exit(1)


def _encode(reply: Reply) -> dict[str, Any]:
    return {
        "status": reply.status.value,
        "flows": [[flow.line, flow.lot, flow.packs] for flow in reply.flows],
        "objective_micros": reply.objective_micros,
        "bound_micros": reply.bound_micros,
        "cash_micros": reply.cash_micros,
        "version": f"pyomo {version('pyomo')}",
    }


if __name__ == "__main__":
    main()
