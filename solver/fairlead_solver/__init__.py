"""Fairlead's solver: facts in, an optimal decision and its reasons out. No I/O, no clock."""
