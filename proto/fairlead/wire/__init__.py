"""The one converter between the contract's messages and the solver's values.

Everything that can be wrong with a message's form raises InvalidInput with the paths of all
faults; what its values mean is checked at the solver's intake.
"""

from __future__ import annotations

from .cycle import MAX_ROWS, cycle_in_rows, cycle_of, facts_of
from .decisions import decision_message, validation_message, write_left_out
from .durations import DURATION_RULE, is_duration, seconds_of, written
from .lines import CHUNK_LINES, DecidedLines, decided_lines, line_chunks, line_columns
from .options import Asked, options_of
from .picking import EXPLAINED, picked
from .places import CyclePlaces, Places, places_of, table_path
from .plans import packs_of
from .policies import policy_message, policy_of
from .reading import decision_of_lines, lines_of, matching
from .upload import Upload, chunk_of, upload_of
from .values import fill, read

__all__ = [
    "CHUNK_LINES",
    "DURATION_RULE",
    "EXPLAINED",
    "MAX_ROWS",
    "Asked",
    "CyclePlaces",
    "DecidedLines",
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
    "matching",
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
