"""The operations document knows every setting, error reason and metric of the server."""

from __future__ import annotations

import re
from collections import Counter

from fairlead_server.foundation.settings import Settings
from tests.house.tree import ROOT

DOCUMENT = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
SERVER = "".join(
    path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "server/fairlead_server").rglob("*.py"))
)


def test_every_setting_is_described() -> None:
    assert not [name for name in Settings.model_fields if f"`{name}`" not in DOCUMENT]


def test_every_error_reason_is_described() -> None:
    given = set(re.findall(r'grpc\.StatusCode\.\w+,\s+"([A-Z_]+)"', SERVER))
    given |= set(re.findall(r'invalid\(\s*"([A-Z_]+)"', SERVER))
    given |= {f"{kind.upper()}_NOT_FOUND" for kind in re.findall(r'not_found\("(\w+)"', SERVER)}
    assert len(given) > 15
    assert not [reason for reason in sorted(given) if f"`{reason}`" not in DOCUMENT]


def test_bug_no_error_reason_is_described_twice() -> None:
    rows = re.findall(r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|", DOCUMENT, re.MULTILINE)
    described = Counter(reason for row in rows for reason in re.findall(r"[A-Z_]+", row))
    assert len(described) > 15
    assert not [reason for reason, times in described.items() if times > 1]


def test_every_metric_is_described() -> None:
    given = set(re.findall(r'"(fairlead_\w+)", "', SERVER))
    assert len(given) > 5
    assert not [metric for metric in sorted(given) if f"`{metric}" not in DOCUMENT]
