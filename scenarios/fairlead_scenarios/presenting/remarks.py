"""What is said of the input: of the cycle as a whole above the figures, of single rows below."""

from __future__ import annotations

from fairlead.v1 import decision_pb2
from fairlead_solver.api.allocation import Finding

from ..spelling.planner_words import count

SHOWN = 20


def above_figures(decision: decision_pb2.Decision) -> list[str]:
    """What a reader must know before any figure: rows that were left out, and remarks on the cycle
    as a whole, such as that no line has a price."""
    rows = decision.quarantined_count
    left_out = [f"{count(rows)} {'row is' if rows == 1 else 'rows are'} left out:"] if rows else []
    listed = [f"  {_sentence(remark)}" for remark in decision.quarantined[:SHOWN]]
    more = len(decision.quarantined) - SHOWN
    rest = [f"  … and {count(more)} more (--json or --out for all)"] if more > 0 else []
    whole = [_sentence(remark) for remark in decision.warnings if not remark.id]
    return [*left_out, *listed, *rest, *whole]


def below_figures(decision: decision_pb2.Decision) -> list[str]:
    """Remarks on single rows, a sentence each, under a line that counts them."""
    single = [_sentence(remark) for remark in decision.warnings if remark.id]
    if not single:
        return []
    of_all = decision.warning_count - (len(decision.warnings) - len(single))
    return [f"{count(of_all)} remarks on the input:", *(f"  {text}" for text in single[:SHOWN])]


def _sentence(remark: decision_pb2.Finding) -> str:
    return str(Finding(remark.path, remark.id, remark.value, remark.rule))
