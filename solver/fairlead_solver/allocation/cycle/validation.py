"""From facts as given to a checked Problem: all faults at once, or canonical columns.

Faults stop the cycle (InvalidInput, every finding counted); suspicious but legal data comes back
as warnings. The rules that need business words stand here; the others in `..intake`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from ...finding_collector import Faults
from ...findings import Finding
from ...id_rules import CURRENCY_RULE, PATH_RULE, is_currency, is_family_path
from ...spelling_hints import Nearest
from ...table_checks import check_table, digest_parts, note_repeats, recoded, tidy, words_of
from ...tables import NO_DAY, NO_INT, Bools, Coded, Codes, Ints, Table
from ..policy.policy import Policy
from .eligibility import find_arcs
from .facts import Contracts, Facts, Quotas
from .line_facts import LineFacts
from .line_value import line_values
from .overflow import overflows
from .problem import Problem
from .quarantine import LeftOut, leave_out
from .warnings import warnings_about

Known = Mapping[str, frozenset[str]]  # the ids of the tables that were given


def intake(facts: Facts, policy: Policy, *, quarantine: bool = False) -> Problem:
    """Check a cycle and bring it into canonical form.

    `quarantine`: rows that break a rule are left out and listed in `Problem.left_out`.

    Raises InvalidInput with every fault found (at most 50 worded, all counted); with `quarantine`
    where one is of no single row.
    """
    faults, given = Faults(), _given(facts)

    def check(some: Facts, found: Faults) -> None:
        found.extend(policy.findings())
        _check_facts(some, given, found)
        _check_tiers(some, policy, found)

    left_out: LeftOut | None = None
    if quarantine:
        facts, left_out = leave_out(facts, check)
    else:
        check(facts, faults)
    faults.stop()
    problem = replace(_resolve(_canonical(facts), policy), left_out=left_out)
    faults.extend(overflows(problem))
    faults.stop()
    return problem


def facts_digest(facts: Facts) -> str:
    """SHA-256 of canonical facts alone, equal for permuted input.

    Raises InvalidInput with every fault that no policy could heal.
    """
    faults = Faults()
    _check_facts(facts, _given(facts), faults)
    faults.stop()
    return _hashed(_canonical(facts)).hexdigest()


def usable_facts(facts: Facts) -> tuple[Facts, LeftOut]:
    """The facts without the rows that no policy could heal, and what was left out.

    Raises InvalidInput where a fault is of no single row.
    """
    given = _given(facts)
    return leave_out(facts, lambda some, found: _check_facts(some, given, found))


def _given(facts: Facts) -> frozenset[str]:
    """The tables that must hold every row that is referred to (an order needs no row)."""
    return frozenset(t.NAME for t in facts.tables() if getattr(t, "id", ()) and t.NAME != "orders")


def _check_facts(facts: Facts, given: frozenset[str], faults: Faults) -> None:
    known = {name: frozenset(getattr(facts, name).id) for name in given}
    if not is_currency(facts.currency):
        faults.add(Finding("currency", "", facts.currency, CURRENCY_RULE))
    for table in facts.tables():
        check_table(table, known, faults)
    _check_rules(facts, known, faults)


def _canonical(facts: Facts) -> Facts:
    words = words_of(facts.tables())
    tables: dict[str, Any] = {f.name: _tidied(facts, f.name, words) for f in fields(facts)}
    return replace(facts, **tables)


def _tidied(facts: Facts, name: str, words: dict[str, tuple[str, ...]]) -> object:
    value = getattr(facts, name)
    if name == "orders":
        return tidy(value, {k: v for k, v in words.items() if k != "orders"})
    return tidy(value, words) if isinstance(value, Table) else value


def _check_rules(facts: Facts, known: Known, faults: Faults) -> None:
    lines, lots = facts.lines, facts.lots
    if len(lines) == 0:
        faults.add(Finding("lines", "", "", "at least one line", "a cycle decides on lines"))
    if len(lots) == 0:
        way = "a cycle without stock has a lot of quantity 0"
        faults.add(Finding("lots", "", "", "at least one lot", way))
    for table, names in (
        (facts.substitutes, ("product", "substitute")),
        (facts.usages, ("product", "resource")),
        (facts.resources, ("location", "resource")),
        (facts.line_usages, ("line", "location", "resource")),
        (facts.lanes, ("location", "destination")),
    ):
        note_repeats(table, names, faults)
    faults.where(
        facts.substitutes,
        "substitute",
        facts.substitutes.product.words() == facts.substitutes.substitute.words(),
        "another product than the one it stands in for",
    )
    for resource_table in (facts.usages, facts.resources, facts.line_usages):
        faults.where(resource_table, "resource", resource_table.resource.codes < 0, "is required")
    faults.where(facts.lanes, "destination", facts.lanes.destination.codes < 0, "is required")
    faults.where(
        lines,
        "latest_day",
        (lines.latest_day != NO_DAY) & (lines.requested_day > lines.latest_day),
        "is before requested_day",
    )
    faults.where(
        lots,
        "expiry_day",
        (lots.expiry_day != NO_DAY) & (lots.received_day > lots.expiry_day),
        "is before received_day",
    )
    faults.where(
        lines,
        "locked_quantity",
        (lines.locked_quantity != NO_INT) & (lines.locked_quantity > lines.quantity),
        "is more than quantity",
    )
    _check_scopes(facts, faults)
    _check_families(facts, faults)
    _check_one_customer(facts, known, faults)


def _check_tiers(facts: Facts, policy: Policy, faults: Faults) -> None:
    ids = [t.id for t in policy.tiers]
    for table, name in (
        (facts.lines, "tier"),
        (facts.customers, "tier"),
        (facts.protections, "group_tier"),
    ):
        column: Coded = getattr(table, name)
        unknown = np.array([n not in ids for n in column.names] + [False])
        tiers = f"one of policy.tiers: {', '.join(ids)}"
        faults.where(table, name, unknown[column.codes], tiers, hint=Nearest(ids).hint)


def _check_scopes(facts: Facts, faults: Faults) -> None:
    for scoped in (facts.contracts, facts.quotas):
        faults.where(
            scoped,
            "id",
            _no_selector(scoped),
            "has an empty scope: name at least one of customer, family, product, channel",
        )
    groups = facts.protections
    empty = (
        (groups.group_customer.codes < 0)
        & (groups.group_channel.codes < 0)
        & (groups.group_tier.codes < 0)
    )
    faults.where(groups, "id", empty, "has an empty group: name a customer, channel or tier")
    contracts = facts.contracts
    capped = contracts.cap_quantity != NO_INT
    faults.where(
        contracts,
        "cap_quantity",
        capped & (contracts.cap_quantity < contracts.floor_quantity),
        "is less than floor_quantity",
    )


def _no_selector(scoped: Contracts | Quotas) -> Bools:
    named = [scoped.customer, scoped.family, scoped.product, scoped.channel]
    nothing: Bools = np.all([column.codes < 0 for column in named], axis=0)
    return nothing


def _check_families(facts: Facts, faults: Faults) -> None:
    for table in (facts.products, facts.contracts, facts.quotas):
        families = table.family
        if not families.names:
            continue
        wrong = np.array([not is_family_path(name) for name in families.names] + [False])
        faults.where(table, "family", wrong[families.codes], PATH_RULE)


def _check_one_customer(facts: Facts, known: Known, faults: Faults) -> None:
    """An order has one customer and so one destination.

    A customer that is unknown is a fault of its own line: the others are not held to it.
    """
    lines = facts.lines
    if len(lines) == 0 or not lines.order.names:
        return
    ids = known.get("customers")
    strange = np.array([ids is not None and n not in ids for n in lines.customer.names] + [False])
    counts = (lines.order.codes >= 0) & ~strange[lines.customer.codes]
    row = np.full(len(lines.order.names), -1, dtype=np.int64)
    in_order = np.flatnonzero(counts)[::-1]
    row[lines.order.codes[in_order]] = in_order
    first = np.where(row < 0, -2, lines.customer.codes[row])
    other = counts & (np.append(first, -2)[lines.order.codes] != lines.customer.codes)
    orders = np.append(np.zeros(len(first), dtype=np.bool_), False)
    orders[lines.order.codes[other]] = True
    faults.where(
        lines,
        "customer",
        other,
        "the customer of the order's other lines",
        other=np.append(row, -1)[lines.order.codes],
        spoilt=orders[lines.order.codes],  # no one knows which customer is right
    )


def _resolve(facts: Facts, policy: Policy) -> Problem:
    lines = facts.lines
    destination = _destinations(facts)
    order, order_ids, order_max_sources = _orders(facts)
    cost = facts.lots.unit_cost_micros
    pack = np.where(lines.pack > 0, lines.pack, facts.products.pack[lines.product.codes])
    requested = np.where(lines.requested_day == NO_DAY, facts.cycle_day, lines.requested_day)
    line = LineFacts(
        product=lines.product.codes,
        customer=lines.customer.codes,
        channel=lines.channel.codes,
        tier=_tiers(facts, policy),
        order=order,
        destination=destination,
        quantity=lines.quantity,
        pack=pack,
        price_micros=lines.unit_price_micros,
        value_micros=line_values(facts),
        requested_day=requested.astype(np.int32),
        latest_day=lines.latest_day,
        least=_least(facts),
        previous=lines.previous_quantity,
        locked=lines.locked_quantity,
    )
    problem = Problem(
        facts=facts,
        policy=policy,
        line=line,
        order_ids=order_ids,
        order_max_sources=order_max_sources,
        lot_cost_micros=np.where(
            cost == NO_INT, facts.products.standard_cost_micros[facts.lots.product.codes], cost
        ),
        arcs=find_arcs(facts, pack, destination),
        warnings=(),
        digest=_digest(facts, policy),
        policy_digest=policy_digest(policy),
    )
    return replace(problem, warnings=tuple(warnings_about(problem)))


def _tiers(facts: Facts, policy: Policy) -> Codes:
    """The line's own tier, else its customer's, else the policy's default: a rank."""
    names = facts.lines.tier.names
    default = policy.tier_index("")
    rank = np.array([policy.tier_index(n) for n in names] + [default], dtype=np.int32)
    own, customers = facts.lines.tier.codes, facts.customers.tier
    of_customer = np.append(recoded(customers, names).codes, -1)[facts.lines.customer.codes]
    picked: Codes = rank[np.where(own >= 0, own, of_customer)]
    return picked


def _destinations(facts: Facts) -> Codes:
    """Each line's destination among the lanes' words: its customer's, else the customer's id."""
    names = facts.lanes.destination.names
    customers = facts.customers
    given = recoded(customers.destination, names).codes
    own = recoded(Coded.of(customers.id), names).codes
    chosen = np.where(customers.destination.codes >= 0, given, own)
    picked: Codes = np.append(chosen, -1)[facts.lines.customer.codes].astype(np.int32)
    return picked


def _orders(facts: Facts) -> tuple[Codes, tuple[str, ...], Ints]:
    """Order index per line; a line without order is an order of its own, named as the line."""
    lines, orders = facts.lines, facts.orders
    named = lines.order.names
    alone = np.flatnonzero(lines.order.codes < 0)
    order = lines.order.codes.astype(np.int64)
    order[alone] = len(named) + np.arange(len(alone))
    ids = (*named, *(lines.id[int(i)] for i in alone))
    limits = np.zeros(len(ids), dtype=np.int64)
    index = {n: i for i, n in enumerate(named)}
    for row, order_id in enumerate(orders.id):
        if order_id in index:
            limits[index[order_id]] = orders.max_sources[row]
    return order.astype(np.int32), ids, limits


def _least(facts: Facts) -> Ints:
    """ceil(phi_i q_i), computed on the decimal as written; q_i where ship-complete."""
    lines = facts.lines
    share = np.where(lines.ship_complete, 1.0, lines.min_fill_rate)
    least = np.zeros(len(lines), dtype=np.int64)
    for value in np.unique(share[share > 0]):
        top, bottom = _decimal_ratio(float(value))
        rows = share == value
        asked = lines.quantity[rows]
        if max(bottom, top * int(asked.max())) > np.iinfo(np.int64).max:
            asked = asked.astype(object)  # whole numbers of any size
        least[rows] = -(-asked * top // bottom)
    return least


def _decimal_ratio(value: float) -> tuple[int, int]:
    """A rate as the fraction its shortest decimal says: 0.1 is 1/10."""
    return Fraction(repr(value)).as_integer_ratio()


def _digest(facts: Facts, policy: Policy) -> str:
    digest = _hashed(facts)
    digest.update(policy_digest(policy).encode())
    return digest.hexdigest()


def _hashed(facts: Facts) -> hashlib._Hash:
    digest = hashlib.sha256()
    digest.update(f"{facts.cycle_day}|{facts.currency}|{facts.as_of_day}".encode())
    for part in digest_parts(facts.tables()):
        digest.update(part)
    return digest


def policy_digest(policy: Policy) -> str:
    """SHA-256 of the policy's canonical JSON."""
    return _policy_digest(repr(policy), policy)


@lru_cache(maxsize=128)
def _policy_digest(said: str, policy: Policy) -> str:
    """Remembered by what the policy says: equal numbers may be written differently."""
    text = json.dumps(asdict(policy), sort_keys=True, default=_enum_value, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _enum_value(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    raise TypeError(type(value))
