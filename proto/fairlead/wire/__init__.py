"""The one converter between the contract's messages and the solver's values.

Everything that can be wrong with a message's form raises InvalidInput with the paths of all
faults; what its values mean is checked at the solver's intake.
"""

from __future__ import annotations

from .allocation.cycle import MAX_ROWS, cycle_in_rows, cycle_of, facts_of
from .allocation.decision_lines import decision_of_lines, lines_of
from .allocation.decisions import decision_message, validation_message, write_left_out
from .allocation.line_filter import LineFilter
from .allocation.packed_lines import (
    CHUNK_LINES,
    DecidedLines,
    decided_lines,
    line_chunks,
    line_columns,
)
from .allocation.plans import packs_of
from .allocation.policies import policy_message, policy_of
from .allocation.upload import Upload, chunk_of, upload_of
from .shared.column_selection import EXPLAINED, picked
from .shared.durations import DURATION_RULE, is_duration, seconds_of, written
from .shared.field_paths import CyclePlaces, Places, places_of, table_path
from .shared.options import Asked, options_of
from .shared.values import fill, read

__all__ = [
    "CHUNK_LINES",
    "DURATION_RULE",
    "EXPLAINED",
    "MAX_ROWS",
    "Asked",
    "CyclePlaces",
    "DecidedLines",
    "LineFilter",
    "Places",
    "Upload",
    "chunk_of",
    "cycle_in_rows",
    "cycle_of",
    "decided_lines",
    "decision_message",
    "decision_of_lines",
    "facts_of",
    "fill",
    "is_duration",
    "line_chunks",
    "line_columns",
    "lines_of",
    "options_of",
    "packs_of",
    "picked",
    "places_of",
    "policy_message",
    "policy_of",
    "read",
    "seconds_of",
    "table_path",
    "upload_of",
    "validation_message",
    "write_left_out",
    "written",
]
