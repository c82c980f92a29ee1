"""What came of a decision's statements: a table by kind, then every failure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from fairlead_verifier.trials.trial import Kind, Outcome, Verdict

from ..spelling.planner_words import count, percent


def show_verdicts(
    console: Console, verdicts: Sequence[Verdict], unexplained: int, lines: int
) -> None:
    """Print them for a planner. `unexplained` of `lines` lines have no reason."""
    console.print(Group(*_parts(verdicts)))
    tried = sum(verdict.outcome is not Outcome.SKIPPED for verdict in verdicts)
    console.print(f"\n{count(tried)} of {count(len(verdicts))} statements checked")
    share = percent(unexplained / max(1, lines), 2)
    console.print(f"{count(unexplained)} of {count(lines)} lines unexplained ({share})")


def _parts(verdicts: Sequence[Verdict]) -> Iterator[RenderableType]:
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("statement")
    for column in ("checked", *(outcome.value for outcome in Outcome)):
        table.add_column(column, justify="right")
    found = Counter((v.statement.kind, v.outcome) for v in verdicts)
    for kind in Kind:
        _row(table, kind.value, [found[kind, outcome] for outcome in Outcome])
    totals = Counter(v.outcome for v in verdicts)
    _row(table, "together", [totals[outcome] for outcome in Outcome], style="bold")
    yield table
    yield from _skipped(verdicts)
    for verdict in verdicts:
        if verdict.outcome is Outcome.FAILED:
            yield _failure(verdict)


def _row(table: Table, name: str, counts: Sequence[int], style: str | None = None) -> None:
    held, failed, skipped = counts
    if held + failed + skipped:
        table.add_row(name, count(held + failed), *map(count, counts), style=style)


def _skipped(verdicts: Sequence[Verdict]) -> Iterator[Text]:
    reasons = Counter(v.note for v in verdicts if v.outcome is Outcome.SKIPPED)
    for reason, times in reasons.most_common():
        yield Text(f"{count(times)} skipped: {reason}", style="dim")


def _failure(verdict: Verdict) -> Text:
    said = verdict.statement
    return Text.assemble(
        ("FAILED ", "bold red"),
        f"{verdict.scenario} {said.about}: {said.kind.value}: {said.says}; found: {verdict.note}",
    )
