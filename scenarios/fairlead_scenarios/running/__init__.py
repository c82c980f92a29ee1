"""Deciding a scenario: here, by a server, or by the reference; and checking what was decided."""
