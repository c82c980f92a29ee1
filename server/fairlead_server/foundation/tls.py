"""TLS: credentials from files, and the addresses that may go without."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

import grpc


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files: certificate chain, private key, and the authority clients must be signed by."""

    cert: Path
    key: Path
    client_ca: Path | None = None


def is_loopback(host: str) -> bool:
    """Whether an address reaches this machine only. Names other than localhost do not count."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def server_credentials(files: TlsFiles) -> grpc.ServerCredentials:
    """Credentials of the listening side; with a client authority, mutual TLS.

    Raises OSError where a file cannot be read.
    """
    client_ca = files.client_ca.read_bytes() if files.client_ca else None
    return grpc.ssl_server_credentials(
        [(files.key.read_bytes(), files.cert.read_bytes())],
        root_certificates=client_ca,
        require_client_auth=client_ca is not None,
    )
