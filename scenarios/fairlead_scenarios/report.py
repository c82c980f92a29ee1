"""Writes a decision to a folder: the message itself, its lines as a table, and a page to read."""

from __future__ import annotations

import csv
from pathlib import Path

from google.protobuf import json_format
from google.protobuf.message import Message
from jinja2 import Environment, PackageLoader, StrictUndefined

from fairlead.v1 import decision_pb2

from . import pictures
from .screen.decision import apart, short_lines, something_decided
from .screen.money import columns_of, total
from .screen.words import count, money, percent, scaled, spoken, terms, word
from .sugar import as_date

SHOWN_LINES = 500
DRAWN = 20
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
)


def as_json(message: Message) -> str:
    """A message as proto JSON."""
    return json_format.MessageToJson(message, indent=2)


def write_decision(decision: decision_pb2.Decision, folder: Path, title: str) -> None:
    """Write decision.json, lines.csv and report.html."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "decision.json").write_text(as_json(decision) + "\n", encoding="utf-8")
    with (folder / "lines.csv").open("w", encoding="utf-8", newline="") as sink:
        rows = csv.writer(sink, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows(_row(line) for line in decision.lines)
    (folder / "report.html").write_text(page(decision, title), encoding="utf-8")


def page(decision: decision_pb2.Decision, title: str) -> str:
    """The report as one self-contained HTML page."""
    environment = Environment(
        loader=PackageLoader("fairlead_scenarios"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        money=money, count=count, percent=percent, spoken=spoken, date=as_date, scaled=scaled
    )
    short = short_lines(decision)
    return environment.get_template("report.html").render(
        decision=decision,
        title=title,
        short=[(line, pictures.waterfall(environment, line)) for line in short[:SHOWN_LINES]],
        short_count=len(short),
        binding_picture=pictures.binding(
            environment, decision.binding_constraints[:DRAWN], decision.currency
        ),
        columns=columns_of(decision),
        total=total,
        apart=apart(decision),
        decided=something_decided(decision),
        terms=terms,
        word=word,
    )


def _row(line: decision_pb2.DecisionLine) -> list[object]:
    confirmed = as_date(line.confirmed_day) if line.HasField("confirmed_day") else ""
    return [
        line.line,
        line.order,
        line.product,
        line.customer,
        line.channel,
        line.tier,
        word(line, "outcome"),
        word(line, "change"),
        line.requested_quantity,
        line.confirmed_quantity,
        as_date(line.requested_day),
        confirmed,
        ";".join(f"{source.lot}:{source.quantity}" for source in line.sources),
        line.x12_ack_code,
        line.edifact_4221_code,
        ";".join(word(reason, "code") for reason in line.explanation.reasons),
        line.explanation.sentence,
    ]
