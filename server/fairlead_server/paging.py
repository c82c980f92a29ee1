"""Pages: sizes within limits, and tokens a client can neither read nor reuse elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass

from .errors import Violation, invalid


@dataclass(frozen=True, slots=True)
class Pages:
    """Cuts lists into pages of `default` rows where none is asked for, `most` at most."""

    default: int
    most: int

    def size(self, asked: int) -> int:
        """Rows of one page. Raises ServiceError for a negative size."""
        if asked < 0:
            rule = Violation("page_size", f"{asked}: 0 or more")
            raise invalid("PAGE_SIZE_INVALID", "page_size is negative", rule)
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
    except ValueError:
        place, mark = None, None
    if not isinstance(place, str) or mark != _mark(query):
        rule = Violation("page_token", "a token the same query gave before")
        raise invalid("PAGE_TOKEN_INVALID", "page_token is none of this query", rule)
    return place


def _mark(query: tuple[str, ...]) -> str:
    return hashlib.sha256("\n".join(query).encode()).hexdigest()[:12]
