"""One line's story, put together from the columns when it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fairlead_solver.tables import Ints

from ...rules.explanation import ReasonCode
from ..evidence.competitors import Competing, competitors_of
from ..evidence.evidence import Case
from ..reasons.attribution import Reasons
from ..reasons.proof import Proof
from ..vocabulary.values import Certainty, Competitor, Fix, LineStory, Reason
from .alternatives import alternatives
from .lateness_text import late
from .location_text import places_had
from .rule_text import wording
from .sentence import line_sentence
from .stock_text import untold_of_stock

COMPETITORS = 100  # that are told of one line, where nothing else is asked for


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What was found out by solving again, by line. `competitors`: how many lines are told that
    competed with a line."""

    proofs: Mapping[int, Proof] = field(default_factory=dict)
    fixes: Mapping[int, Fix] = field(default_factory=dict)
    competitors: int = COMPETITORS


def line_stories(case: Case, reasons: Reasons, lines: Ints, found: Findings) -> Iterator[LineStory]:
    """Everything that is said about each line given (ascending rows of `facts.lines`)."""
    nobody = Competing()
    lost = reasons.lost_to_rivals()[lines]
    rivals = competitors_of(case, lines[lost], found.competitors)
    first = int(lines[0]) if len(lines) else 0
    days = late(case, first, int(lines[-1]) + 1) if len(lines) else []
    for line, to_rivals in zip(lines.tolist(), lost.tolist(), strict=True):
        competing = next(rivals) if to_rivals else nobody
        yield _story(case, reasons, line, found, competing, days[line - first])


def _story(
    case: Case,
    reasons: Reasons,
    line: int,
    found: Findings,
    competing: Competing,
    comes_late: str,
) -> LineStory:
    steps = case.waterfall.steps(line)
    rivals = competing.told
    given, proof = int(case.given[line]), found.proofs.get(line)
    told = [_told(case, reasons, k, rivals, proof) for k in _rows(reasons, line)]
    short = given < int(case.problem.line.quantity[line])
    fix = found.fixes.get(line)
    return LineStory(
        line=case.problem.facts.lines.id[line],
        waterfall=steps,
        reasons=tuple(reason for reason, _ in told),
        competitors=rivals,
        fix=fix,
        alternatives=alternatives(case, line, [reason for reason, _ in told]) if short else (),
        sentence=line_sentence(
            int(case.problem.line.quantity[line]),
            given,
            told,
            competing,
            fix,
            places_had(case, line) if short else "",
            untold_of_stock(case, line, [r.code for r, _ in told if r.units]) if short else "",
            comes_late,
            case.problem.facts.currency,
        ),
        competitors_left_out=competing.lines_left_out(),
    )


def _rows(reasons: Reasons, line: int) -> range:
    part = reasons.of_line(line)
    return range(part.start, part.stop)


def _told(
    case: Case, reasons: Reasons, k: int, rivals: Sequence[Competitor], proof: Proof | None
) -> tuple[Reason, str]:
    code = ReasonCode(int(reasons.code[k]))
    certainty = Certainty(int(reasons.certainty[k]))
    own = certainty is Certainty.EXACT  # what a rival keeps is never arithmetic
    rule, words = wording(case, int(reasons.line[k]), code, int(reasons.row[k]), rivals, own=own)
    units = int(reasons.units[k])
    if proof is None or certainty is not Certainty.PROVEN:
        return Reason(code, units, certainty, rule), words
    reason = Reason(
        code=code,
        units=units,
        certainty=certainty,
        rule=rule,
        delta_micros=proof.delta_micros,
        delta_at_least=proof.at_least,
        scope=proof.scope,
        delta_cash_micros=proof.cash_micros,
    )
    return reason, words
