"""Cycles with something changed or forced, and what came of solving them."""
