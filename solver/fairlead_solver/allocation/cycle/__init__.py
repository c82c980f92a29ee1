"""A checked cycle: its tables, what is derived from them once, and what is refused.

Every room of allocation reads it; it reads none of them.
"""
