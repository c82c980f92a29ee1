"""`google.protobuf.Duration` as seconds, and what makes one invalid."""

from __future__ import annotations

from google.protobuf.duration_pb2 import Duration

NANOS = 1_000_000_000
MAX_SECONDS = 315_576_000_000  # 10,000 years, as google.protobuf.Duration states
DURATION_RULE = f"seconds within ±{MAX_SECONDS}, nanos within ±{NANOS - 1}, both of the same sign"


def seconds_of(duration: Duration) -> float:
    """The duration in seconds."""
    return duration.seconds + duration.nanos / NANOS


def is_duration(duration: Duration) -> bool:
    """Whether it keeps the limits that google.protobuf.Duration states."""
    seconds, nanos = duration.seconds, duration.nanos
    in_range = abs(seconds) <= MAX_SECONDS and abs(nanos) < NANOS
    return in_range and seconds * nanos >= 0


def written(duration: Duration) -> str:
    """The duration as a message shows it."""
    return f"{duration.seconds} s and {duration.nanos} ns"
