"""Rules that cannot hold together: a minimal set, and the cheapest way out."""
