"""Cycles to send: an easy one with a known answer, and one no engine finishes."""

from __future__ import annotations

import random

from google.protobuf.duration_pb2 import Duration

from fairlead import wire
from fairlead.v1 import allocation_service_pb2 as pb
from fairlead.v1 import facts_pb2, snapshot_service_pb2

PARENT = "tenants/acme"
DAY = 20_000


def easy(lines: int = 3, stock: int = 10) -> facts_pb2.Cycle:
    """Line i asks for 5 at price i + 1: the last lines get the stock."""
    cycle = facts_pb2.Cycle(cycle_day=DAY)
    cycle.lots.add(id="LOT", product="P", location="W", quantity=stock)
    for i in range(lines):
        cycle.lines.add(
            id=f"L{i:04}",
            product="P",
            quantity=5,
            unit_price_micros=(i + 1) * 1_000_000,
            order=f"O{i % 2}",
        )
    return cycle


def hard(lines: int = 250, resources: int = 10) -> facts_pb2.Cycle:
    """A multidimensional knapsack of all-or-nothing lines: proving it takes hours."""
    draw = random.Random(7)
    cycle = facts_pb2.Cycle(cycle_day=DAY)
    cycle.locations.add(id="W")
    totals = [0] * resources
    for i in range(lines):
        cycle.products.add(id=f"P{i}")
        cycle.lots.add(id=f"S{i}", product=f"P{i}", location="W", quantity=1)
        uses = [draw.randint(1, 1000) for _ in range(resources)]
        price = sum(uses) // resources + draw.randint(0, 500)
        cycle.lines.add(
            id=f"L{i}",
            product=f"P{i}",
            quantity=1,
            ship_complete=True,
            unit_price_micros=price * 1_000_000,
        )
        for r, use in enumerate(uses):
            cycle.usages.add(product=f"P{i}", resource=f"R{r}", usage_micros=use)
            totals[r] += use
    for r, total in enumerate(totals):
        cycle.resources.add(location="W", resource=f"R{r}", capacity_micros=total // 2)
    return cycle


def request(
    cycle: facts_pb2.Cycle | None = None, seconds: float = 0, **fields: object
) -> pb.SolveAllocationRequest:
    """A request for PARENT."""
    made = pb.SolveAllocationRequest(parent=PARENT, **fields)  # type: ignore[arg-type]
    if cycle is not None:
        made.cycle.CopyFrom(cycle)
    if seconds:
        made.options.time_limit.CopyFrom(Duration(nanos=0, seconds=int(seconds)))
    return made


def endless() -> pb.SolveAllocationRequest:
    """A request whose solve ends only when it is stopped."""
    made = request(hard())
    made.options.relative_gap = 0.0
    return made


def upload(
    cycle: facts_pb2.Cycle, rows_per_chunk: int = 2, request_id: str = ""
) -> list[snapshot_service_pb2.UploadSnapshotRequest]:
    """The messages that upload a cycle, in chunks of so many rows."""
    facts = wire.facts_of(cycle)
    return list(wire.upload_of(facts, PARENT, request_id, rows_per_chunk))


def in_columns(cycle: facts_pb2.Cycle) -> facts_pb2.Cycle:
    """The same cycle in packed columns."""
    return wire.cycle_of(wire.facts_of(cycle, max_rows=len(cycle.lines) + 1))
