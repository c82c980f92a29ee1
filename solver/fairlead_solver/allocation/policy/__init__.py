"""The policy of a cycle: weights and switches, put together from the knobs of single rules.

Knows no cycle: every other room may read it, and it reads none of them.
"""
