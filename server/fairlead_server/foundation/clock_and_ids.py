"""Time, ids and names. The one place where the server reads the date or rolls dice."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from .errors import Violation, invalid
from .reasons import Reason

_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")


Clock = Callable[[], int]
"""Says what time it is, micro-seconds since 1970-01-01 UTC."""


def now_micros() -> int:
    """Micro-seconds since 1970-01-01 UTC."""
    return time.time_ns() // 1000


def new_id() -> str:
    """A fresh id. Ids made later sort later (by milli-second)."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(6)}"


@dataclass(frozen=True, slots=True)
class Name:
    """A resource name: tenants/{tenant}/{collection}/{id}."""

    tenant: str
    collection: str
    id: str

    def __str__(self) -> str:
        return f"tenants/{self.tenant}/{self.collection}/{self.id}"


def check_id(value: str, field: str) -> str:
    """An id a client chose. Raises ServiceError INVALID_ARGUMENT."""
    if not _ID.fullmatch(value):
        rule = "1 to 64 of letters, digits, '.', '_' and '-', first and last a letter or digit"
        raise invalid(
            Reason.NAME_INVALID, f"{field} is no id", Violation(field, f"{value!r}: {rule}")
        )
    return value


def parse_parent(value: str, field: str = "parent") -> str:
    """The tenant of `tenants/{tenant}`. Raises ServiceError INVALID_ARGUMENT."""
    words = value.split("/")
    if len(words) != 2 or words[0] != "tenants" or not _ID.fullmatch(words[1]):
        raise _bad_name(value, field, "tenants/{tenant}")
    return words[1]


def parse_name(value: str, collection: str, field: str = "name") -> Name:
    """The parts of `tenants/{tenant}/{collection}/{id}`. Raises ServiceError INVALID_ARGUMENT."""
    words = value.split("/")
    if (
        len(words) != 4
        or (words[0], words[2]) != ("tenants", collection)
        or not _ID.fullmatch(words[1])
        or not _ID.fullmatch(words[3])
    ):
        raise _bad_name(value, field, f"tenants/{{tenant}}/{collection}/{{id}}")
    return Name(words[1], collection, words[3])


def _bad_name(value: str, field: str, form: str) -> Exception:
    return invalid(
        Reason.NAME_INVALID, f"{field} is no {form}", Violation(field, f"{value!r}: {form}")
    )
