"""Faults of a cycle that was not read whole: what intake finds in the rows that were read well.

So that all faults of a file are told in one list, and not the malformed ones first.
"""

from __future__ import annotations

from collections.abc import Sequence

from fairlead.v1 import facts_pb2
from fairlead.wire.allocation.cycle import facts_of
from fairlead_solver.api.allocation import Finding, InvalidInput, facts_digest

MAX_ROWS = 5_000_000


def faults_beside(cycle: facts_pb2.Cycle, malformed: Sequence[Finding]) -> list[Finding]:
    """Faults that no policy could heal, of rows without a malformed cell.

    A fault that a malformed cell may have caused is not told: one of its own row, or a reference to
    a table some of whose rows could not be read.
    """
    try:
        facts_digest(facts_of(cycle, max_rows=MAX_ROWS))
    except InvalidInput as error:
        spoilt = {finding.path.partition(".")[0] for finding in malformed}
        spoilt |= {row.replace("_date", "_day") for row in spoilt}  # as the contract spells it
        tables = {row.partition("[")[0] for row in spoilt}
        words = ("an id", "a list of ids")
        doubtful = {f"{word} of {table}" for table in tables for word in words}
        return [
            finding
            for finding in error.findings
            if finding.path.partition(".")[0] not in spoilt and finding.rule not in doubtful
        ]
    return []
