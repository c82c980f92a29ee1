"""Reads a server's metrics, as Prometheus does."""

from __future__ import annotations

from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from .live import Live


def value(server: Live, name: str, **labels: str) -> float:
    """One sample; 0 where it is not there yet."""
    with urlopen(f"http://127.0.0.1:{server.ports['metrics_port']}/metrics") as page:
        text = page.read().decode()
    return next(
        (
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and sample.labels.items() >= labels.items()
        ),
        0.0,
    )
