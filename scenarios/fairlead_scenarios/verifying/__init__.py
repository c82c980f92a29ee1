"""Checks every statement of a decision anew: by arithmetic over the facts, and by solving again.

It shares no code with what made the statements. The facts are read as plain values, and every
solve is done by the reference model in a process of its own.
"""
