"""Pages: sizes within limits, and tokens a client can neither read nor reuse elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass

from ..foundation.errors import ServiceError, Violation, invalid
from ..foundation.reasons import Reason

_MOST_DIGITS = 18  # of a row


_PLACE = re.compile(r"[0-9A-Za-z._-]{1,64}")  # an id, or a row


@dataclass(frozen=True, slots=True)
class Pages:
    """Cuts lists into pages of `default` rows where none is asked for, `most` at most."""

    default: int
    most: int

    def size(self, asked: int, field: str = "page_size") -> int:
        """Rows of one page. Raises ServiceError for a negative size."""
        if asked < 0:
            rule = Violation(field, f"{asked}: 0 or more")
            raise invalid(Reason.PAGE_SIZE_INVALID, f"{field} is negative", rule)
        return min(asked or self.default, self.most)


def encode_token(place: str, *query: str) -> str:
    """A token for the place after which the next page of this query begins."""
    text = json.dumps([place, _mark(query)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_token(token: str, *query: str) -> str:
    """The place a token stands for; "" for the first page.

    Raises ServiceError where it is no token, or one of another query.
    """
    if not token:
        return ""
    try:
        padded = token + "=" * (-len(token) % 4)
        place, mark = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
    except (ValueError, TypeError, RecursionError):  # whatever a client made up
        raise _foreign_token() from None
    if not isinstance(place, str) or not _PLACE.fullmatch(place) or mark != _mark(query):
        raise _foreign_token()
    return place


def decode_row(token: str, *query: str) -> int:
    """The row that a page begins at. Raises as `decode_token` does."""
    place = decode_token(token, *query) or "0"
    if not place.isascii() or not place.isdigit() or len(place) > _MOST_DIGITS:
        raise _foreign_token()
    return int(place)


def _foreign_token() -> ServiceError:
    rule = Violation("page_token", "a token the same query gave before")
    return invalid(Reason.PAGE_TOKEN_INVALID, "page_token is none of this query", rule)


def _mark(query: tuple[str, ...]) -> str:
    return hashlib.sha256("\n".join(query).encode()).hexdigest()[:12]
