"""Every limit and address of the server: one frozen object, from flags and the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, model_validator

from .machine import share_bytes
from .tls import TlsFiles, is_loopback

Retained = Annotated[float, Field(ge=0, allow_inf_nan=False)]
RetainedCount = Annotated[int, Field(ge=0)]
ENVIRONMENT_PREFIX = "FAIRLEAD_"
MIB = 1024 * 1024


class Settings(BaseModel):
    """What the server is told at its start. Unknown names and senseless values are refused.

    Each field is also the environment variable `FAIRLEAD_<FIELD>` (upper case); see `load`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Where it listens
    host: str = "127.0.0.1"
    port: int = Field(default=8585, ge=0, le=65535, description="0: any free port")
    admin_host: str = "127.0.0.1"
    admin_port: int = Field(default=8586, ge=0, le=65535, description="health and reflection alone")
    metrics_port: int = Field(default=8587, ge=0, le=65535, description="Prometheus, HTTP")
    ready_file: Path | None = Field(default=None, description="JSON with the ports, once bound")
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_client_ca: Path | None = Field(default=None, description="set: clients must be certified")

    # What it keeps
    database: str = Field(default="fairlead.db", description="path, :memory: or SQLAlchemy URL")
    database_busy_seconds: PositiveFloat = Field(
        default=30.0, description="wait for a database that another process has locked"
    )
    snapshot_max_bytes: PositiveInt = Field(
        default=1024 * MIB, description="of one upload, and of all under way together"
    )
    snapshot_chunk_bytes: PositiveInt = 32 * MIB
    decision_part_lines: PositiveInt = Field(default=10_000, description="lines stored together")

    storage_probe_seconds: PositiveFloat = Field(
        default=2.0, description="between looks whether anything can be stored"
    )
    storage_probe_bytes: PositiveInt = Field(
        default=MIB, description="health is NOT_SERVING while so much cannot be stored"
    )
    decision_retention_days: Retained = Field(default=0, description="0: kept for ever")
    decision_retention_count: RetainedCount = Field(default=0, description="a tenant; 0: any")
    operation_retention_days: Retained = Field(default=0, description="once done; 0: for ever")
    operation_retention_count: RetainedCount = Field(default=0, description="a tenant; 0: any")
    snapshot_retention_days: Retained = Field(
        default=0, description="from its last upload; 0: for ever"
    )
    snapshot_retention_count: RetainedCount = Field(default=0, description="a tenant; 0: any")
    request_retention_days: PositiveFloat = Field(
        default=30.0, description="a request id is known for so long"
    )
    deleted_retention_days: PositiveFloat = Field(
        default=365.0, description="the digest of a deleted decision is known for so long"
    )
    sweep_seconds: PositiveFloat = Field(
        default=3600.0, description="between deletions of what is kept no longer"
    )
    sweep_hold_seconds: PositiveFloat = Field(
        default=0.1, description="of one transaction that deletes; then calls go first"
    )

    # How big a call may be
    max_message_bytes: PositiveInt = 64 * MIB
    max_rows: PositiveInt = Field(default=20_000, description="of a table given as rows")
    max_answer_rows: PositiveInt = Field(
        default=100_000, description="lines of a decision answered as rows"
    )
    max_lines: PositiveInt = Field(default=2_000_000, description="lines of any cycle")
    default_page_size: PositiveInt = 50
    max_page_size: PositiveInt = 1000
    max_line_page_size: PositiveInt = Field(default=10_000, description="of ListDecisionLines")
    download_chunk_lines: PositiveInt = 20_000
    max_download_chunk_lines: PositiveInt = 100_000

    # How much is solved again to explain a decision
    max_competitors: PositiveInt = Field(
        default=100, description="competing lines told of a short line; the others are counted"
    )
    max_proofs: int = Field(default=10_000, ge=0, description="short lines that are proven")
    max_values: int = Field(default=50, ge=0, description="binding limits valued both ways")
    max_limits: int = Field(default=1000, ge=0, description="limits tried that no reason names")
    max_fixes: int = Field(default=10, ge=0, description="lines fixed, of a small cycle")
    max_fixes_beside: int = Field(default=20, ge=0, description="lines fixed, of a larger one")

    # Who waits, and how long
    queue_length: int = Field(default=64, ge=0, description="calls waiting for a worker")
    retry_delay_seconds: PositiveFloat = Field(default=1.0, description="the least RetryInfo")
    max_retry_delay_seconds: PositiveFloat = Field(default=60.0, description="the most RetryInfo")
    solve_limit_seconds: PositiveFloat = Field(default=600.0, description="of any solve")
    deadline_margin_seconds: float = Field(default=0.25, ge=0, description="kept to answer in")
    solve_restarts: int = Field(
        default=2, ge=0, description="of a long-running solve whose worker died"
    )
    wait_limit_seconds: PositiveFloat = Field(
        default=86_400.0, description="longest WaitOperation, whatever is asked"
    )
    heartbeat_seconds: PositiveFloat = 10.0
    drain_grace_seconds: float = Field(default=30.0, ge=0)
    stop_grace_seconds: float = Field(default=2.0, ge=0, description="from stop to SIGKILL")
    keepalive_seconds: PositiveFloat = 30.0

    # Worker processes
    workers: PositiveInt = Field(default_factory=lambda: os.cpu_count() or 1)
    worker_threads: PositiveInt = Field(default=1, description="most threads of one solve")
    cluster: str | None = Field(
        default=None, description="HOST:PORT of a Ray head whose nodes share large solves"
    )
    worker_jobs: PositiveInt = Field(default=50_000, description="a worker is replaced after these")
    worker_recycle_bytes: PositiveInt = Field(
        default=2048 * MIB, description="… or when it holds more than this after a job"
    )
    solve_memory_bytes: int = Field(
        default=0,
        ge=0,
        description="a cycle that would take more is refused; 0: a worker's share of the machine",
    )
    worker_memory_bytes: int = Field(default=0, ge=0, description="hard limit; 0: none")
    worker_start_seconds: PositiveFloat = 60.0

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **flags: Any) -> Self:
        """Settings from the environment, overridden by the flags that are not None.

        Raises pydantic.ValidationError naming every wrong value.
        """
        source = os.environ if environ is None else environ
        named = {name: source.get(ENVIRONMENT_PREFIX + name.upper()) for name in cls.model_fields}
        given = {name: value for name, value in named.items() if value is not None}
        given.update({name: value for name, value in flags.items() if value is not None})
        return cls.model_validate(given)

    @property
    def memory_of_a_solve(self) -> int:
        """Bytes a solve may be estimated to take."""
        return self.solve_memory_bytes or share_bytes(self.workers)

    @property
    def tls(self) -> TlsFiles | None:
        """The certificate files, or None for plain text."""
        if self.tls_cert is None or self.tls_key is None:
            return None
        return TlsFiles(self.tls_cert, self.tls_key, self.tls_client_ca)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key go together")
        if self.tls_client_ca is not None and self.tls_cert is None:
            raise ValueError("tls_client_ca needs tls_cert and tls_key")
        for name in ("host", "admin_host"):
            address = getattr(self, name)
            if self.tls_cert is None and not is_loopback(address):
                raise ValueError(
                    f"{name} {address} is not a loopback address: without TLS the server binds "
                    "loopback only; give tls_cert and tls_key"
                )
        if self.default_page_size > min(self.max_page_size, self.max_line_page_size):
            raise ValueError("default_page_size is above max_page_size or max_line_page_size")
        if self.retry_delay_seconds > self.max_retry_delay_seconds:
            raise ValueError("retry_delay_seconds is above max_retry_delay_seconds")
        return self
