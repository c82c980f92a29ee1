"""The benchmark on the screen: runs, phases, ratios, growth."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from .figures import Growth, Ratio
from .goals import Verdict
from .load import Load
from .spread import Mean, Profile, Spread, TimeToGap
from .task import BROKEN, Ending, Phases, Run

MIB = 2**20
NONE = "–"
PROFILE_FACTORS = (1.0, 2.0, 5.0, 10.0)
_COLOURS = {Ending.OPTIMAL: "green", Ending.MEASURED: "dim", Ending.REFUSED: "dim"}


def runs_table(runs: Sequence[Run]) -> Table:
    """A row for every run."""
    table = _table(
        "Runs",
        (
            "cycle",
            "engine",
            "seconds",
            "cpu s",
            "gap",
            "recomputed",
            "objective",
            "bound",
            "peak MiB",
            "status",
        ),
    )
    for run in runs:
        colour = "red" if run.status in BROKEN else _COLOURS.get(run.status, "yellow")
        peak = None if run.peak_memory_bytes is None else run.peak_memory_bytes / MIB
        table.add_row(
            _named(run),
            run.engine.value,
            shown(run.seconds, ",.2f"),
            shown(run.cpu_seconds, ",.2f"),
            shown(run.gap, ".4%"),
            shown(run.recomputed_gap, ".4%"),
            shown(run.objective, ",.2f"),
            shown(run.bound, ",.2f"),
            shown(peak, ",.0f"),
            f"[{colour}]{run.status.value.replace('_', ' ')}",
        )
    return table


def phases_table(runs: Sequence[Run]) -> Table:
    """Seconds of every phase, and the size of the program."""
    names = [n for n in Phases.model_fields if any(getattr(r.phases, n) is not None for r in runs)]
    table = _table("Phases, seconds", ("cycle", "engine", "columns", "rows", "components", *names))
    for run in runs:
        sizes = (shown(size, ",") for size in (run.columns, run.rows, run.components))
        seconds = (shown(getattr(run.phases, name), ",.3f") for name in names)
        table.add_row(_named(run), run.engine.value, *sizes, *seconds)
    return table


def ratios_table(ratios: Sequence[Ratio]) -> Table:
    """The service's solve beside whole engines, the floor and the physical limit."""
    table = _table(
        "fairlead compared",
        ("cycle", "best whole", "faster by", "cpu", "cold passes", "cpu", "codecs", "cpu",
         "around", "in rows", "explain", "warm", "cpu"),
    )  # fmt: skip
    for ratio in ratios:
        least = "≥ " if ratio.at_least else ""
        whole = (ratio.faster_than_whole, ratio.faster_than_whole_cpu)
        floors = (ratio.times_cold_pass, ratio.times_cold_pass_cpu)
        limits = (ratio.times_codec, ratio.times_codec_cpu)
        table.add_row(
            _kind(ratio.cycle, ratio.lines),
            NONE if ratio.best_whole is None else ratio.best_whole.value,
            *(_after(least, shown(figure, ",.1f"), "×") for figure in whole),
            *(_after("", shown(figure, ",.1f"), "×") for figure in (*floors, *limits)),
            shown(ratio.service_over_solve, ".0%"),
            shown(ratio.service_in_rows_over_solve, ".0%"),
            shown(ratio.explain_over_solve, ".0%"),
            shown(ratio.warm_over_anew, ".0%"),
            shown(ratio.warm_over_anew_cpu, ".0%"),
        )
    table.caption = (
        "faster by: seconds of the best whole engine over ours; cpu: in processor seconds\n"
        "cold passes, codecs: our seconds over the floor's\n"
        "around: read, check and encode over solve; in rows: with the lines as rows;"
        " explain: over solve\n"
        "warm: the next cycle, 1 % changed, from this one's prices and plan, over it from nothing"
    )
    table.caption_justify = "left"
    return table


def spread_table(spreads: Sequence[Spread]) -> Table:
    """How seconds differ over seeds and repeats."""
    names = ("cycle", "engine", "runs", "done", "least s", "median s", "most s")
    table = _table("Spread over seeds and repeats", names)
    for one in spreads:
        table.add_row(
            _kind(one.cycle, one.lines),
            one.engine.value,
            str(one.runs),
            str(one.done),
            *(shown(figure, ",.2f") for figure in (one.least, one.median, one.most)),
        )
    return table


def means_table(means: Sequence[Mean], profiles: Sequence[Profile]) -> Table:
    """Every contender over all cycles: its mean, and how often it is the fastest or nearly so."""
    headings = [f"≤ {factor:g}×" for factor in PROFILE_FACTORS]
    table = _table("Over all cycles", ("engine", "cycles", "done", "mean s", *headings))
    shares = {profile.engine: profile for profile in profiles}
    for mean in means:
        profile = shares.get(mean.engine)
        table.add_row(
            mean.engine.value,
            str(mean.cycles),
            str(mean.done),
            f"{mean.seconds:,.2f}",
            *(NONE if profile is None else f"{profile.at(f):.0%}" for f in PROFILE_FACTORS),
        )
    table.caption = (
        "mean: shifted geometric, shift 1 s; a cycle that was not done counts the time limit\n"
        "≤ τ×: share of cycles done within τ times the seconds of the fastest"
    )
    table.caption_justify = "left"
    return table


def gaps_table(times: Sequence[TimeToGap]) -> Table:
    """Seconds until a gap was proven."""
    gaps = list(dict.fromkeys(one.gap for one in times))
    table = _table("Seconds to a gap", ("cycle", "seed", "engine", *(f"{g:.1%}" for g in gaps)))
    rows: dict[tuple[str, str, str], dict[float, float | None]] = {}
    for one in times:
        seed = NONE if one.seed is None else str(one.seed)
        row = rows.setdefault((_kind(one.cycle, one.lines), seed, one.engine.value), {})
        row[one.gap] = one.seconds
    for key, row in rows.items():
        table.add_row(*key, *(shown(row[gap], ",.2f") for gap in gaps))
    return table


def growth_table(growths: Sequence[Growth]) -> Table:
    """How time and memory grow with lines."""
    table = _table("Growth", ("engine", "from", "to lines", "seconds", "memory", "bytes a line"))
    for growth in growths:
        table.add_row(
            growth.engine.value,
            f"{growth.from_lines:,}",
            f"{growth.to_lines:,}",
            _after("lines^", shown(growth.seconds_exponent, ".2f"), ""),
            _after("lines^", shown(growth.memory_exponent, ".2f"), ""),
            shown(growth.bytes_per_line, ",.0f"),
        )
    return table


def load_table(loads: Sequence[Load]) -> Table:
    """Latency and throughput of small cycles."""
    names = ("explanation", "clients", "calls", "errors", "median ms", "p95 ms", "p99 ms")
    table = _table("Under load", (*names, "calls a second", "server cores", "client cores"))
    for load in loads:
        table.add_row(
            load.explanation,
            str(load.clients),
            f"{load.calls:,}",
            f"[red]{load.errors:,}" if load.errors else "0",
            *(shown(figure, ",.1f") for figure in (load.median_ms, load.p95_ms, load.p99_ms)),
            f"{load.calls_per_second:,.0f}",
            f"{load.server_cores:.2f}",
            f"{load.client_cores:.2f}",
        )
    return table


def goals_table(goals: Sequence[Verdict]) -> Table:
    """What was aimed at, and what was measured."""
    table = _table("The design's goals, as measured here", ("goal", "wanted", "measured", "status"))
    for verdict in goals:
        status = "[green]met" if verdict.met else "[red]missed"
        table.add_row(verdict.goal, verdict.wanted, verdict.measured, status)
    return table


def _named(run: Run) -> str:
    seed = "" if run.seed is None else f" seed {run.seed}"
    repeat = f" #{run.repeat}" if run.repeat > 1 else ""
    return f"{_kind(run.cycle, run.lines)}{seed}{repeat}"


def _kind(cycle: str, lines: int) -> str:
    return f"{cycle} ({lines:,})" if cycle else f"{lines:,}"


def shown(value: float | None, form: str) -> str:
    """The value in that format, or a dash."""
    return NONE if value is None else format(value, form)


def _after(before: str, text: str, after: str) -> str:
    return text if text == NONE else before + text + after


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    for name in columns:
        left = name in ("cycle", "engine", "goal", "status", "best whole", "explanation")
        table.add_column(name, justify="left" if left else "right", no_wrap=True)
    return table
