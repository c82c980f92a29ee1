"""Writes a decision to a folder: the message itself, its lines as a table, and a page to read."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from google.protobuf import json_format
from google.protobuf.message import Message
from jinja2 import Environment, PackageLoader, StrictUndefined

from fairlead.v1 import decision_pb2
from fairlead.v1.allocation_service_pb2 import SolveAllocationResponse
from fairlead.wire.allocation.decision_lines import lines_of

from ..files.decision_file import COLUMNS_FILE, Decided, Parts, Shortest
from ..spelling.message_reader import as_date
from ..spelling.planner_words import (
    count,
    exact,
    in_currency,
    is_cash,
    money,
    named,
    parts,
    percent,
    spoken,
    terms,
    word,
    worth_of,
)
from . import pictures
from .decision import apart, short_count, short_lines, something_decided, with_unit
from .money import POINTS_HEADING, cash_heading, columns_of, fill_of
from .remarks import above_figures

if TYPE_CHECKING:
    from _csv import Writer

SHOWN_LINES = 500
DRAWN = 20
WRITTEN = ("decision.json", COLUMNS_FILE, "lines.csv", "report.html")
COLUMNS = (
    "line",
    "order",
    "product",
    "customer",
    "channel",
    "tier",
    "outcome",
    "change",
    "requested_quantity",
    "confirmed_quantity",
    "requested_date",
    "confirmed_date",
    "sources",
    "x12_ack_code",
    "edifact_4221_code",
    "reasons",
    "sentence",
    "customer_name",
    "product_name",
    "cash",
    "currency",
    "policy_value_points",
)


def as_json(message: Message) -> str:
    """A message as proto JSON."""
    return json_format.MessageToJson(message, indent=2)


def write_decision(decided: Decided, folder: Path, title: str) -> decision_pb2.Decision:
    """Write decision.json, lines.csv and report.html; many lines as decision.binpb, in columns.

    Returns the decision as it is shown: with its lines, or of many with those most short.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lines.csv").open("w", encoding="utf-8", newline="") as sink:
        rows = csv.writer(sink, lineterminator="\n")
        rows.writerow(COLUMNS)
        if decided.parts is None:
            decision = decided.message
            rows.writerows(_row(line, decision) for line in decision.lines)
            (folder / "decision.json").write_text(as_json(decision) + "\n", encoding="utf-8")
        else:
            decision = _write_parts(decided.message, decided.parts, folder / COLUMNS_FILE, rows)
    (folder / "report.html").write_text(page(decision, title), encoding="utf-8")
    return decision


def written_to(folder: Path) -> str:
    """Which files `write_decision` has written."""
    names = sorted(path.name for path in folder.iterdir() if path.name in WRITTEN)
    return f"wrote {', '.join(names)} to {folder}"


def _write_parts(
    message: decision_pb2.Decision, parts: Parts, path: Path, rows: Writer
) -> decision_pb2.Decision:
    """Write part after part: together they are one SolveAllocationResponse."""
    shortest = Shortest(SHOWN_LINES)
    with path.open("wb") as sink:
        sink.write(SolveAllocationResponse(decision=message).SerializeToString())
        for part in parts():
            sink.write(SolveAllocationResponse(line_columns=[part]).SerializeToString())
            lines = lines_of(part)
            rows.writerows(_row(line, message) for line in lines)
            shortest.add(lines)
    return shortest.beside(message)


def page(decision: decision_pb2.Decision, title: str) -> str:
    """The report as one self-contained HTML page."""
    environment = Environment(
        loader=PackageLoader("fairlead_scenarios.presenting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        money=money,
        named=named,
        count=count,
        percent=percent,
        spoken=spoken,
        date=as_date,
        parts=parts,
        in_currency=in_currency,
    )
    short = short_lines(decision)
    return environment.get_template("report.html").render(
        decision=decision,
        title=title,
        short=[(line, pictures.waterfall(environment, line)) for line in short[:SHOWN_LINES]],
        short_count=short_count(decision),
        binding_picture=pictures.binding(
            environment, decision.binding_constraints[:DRAWN], decision.currency
        ),
        columns=columns_of(decision),
        worth_of=worth_of,
        is_cash=is_cash,
        fill_of=fill_of,
        with_unit=with_unit,
        cash_heading=cash_heading(decision.currency),
        points_heading=POINTS_HEADING,
        apart=apart(decision),
        remarks=above_figures(decision),
        decided=something_decided(decision),
        terms=terms,
        word=word,
    )


def _change(line: decision_pb2.DecisionLine) -> str:
    """Nothing of a line that had nothing and gets nothing: there is nothing that it keeps."""
    change = word(line, "change")
    return "" if change == "KEPT" and not line.confirmed_quantity else change


def _row(line: decision_pb2.DecisionLine, decision: decision_pb2.Decision) -> list[object]:
    confirmed = as_date(line.confirmed_day) if line.HasField("confirmed_day") else ""
    worth = worth_of(line.terms)
    return [
        line.line,
        line.order,
        line.product,
        line.customer,
        line.channel,
        line.tier,
        word(line, "outcome"),
        _change(line),
        line.requested_quantity,
        line.confirmed_quantity,
        as_date(line.requested_day),
        confirmed,
        ";".join(f"{source.lot}:{source.shipped_quantity}" for source in line.sources),
        line.x12_ack_code,
        line.edifact_4221_code,
        ";".join(word(reason, "code") for reason in line.explanation.reasons),
        line.explanation.sentence,
        decision.customer_names.get(line.customer, ""),
        decision.product_names.get(line.product, ""),
        exact(worth.cash_micros),
        decision.currency,
        exact(worth.policy_value_micros),
    ]
