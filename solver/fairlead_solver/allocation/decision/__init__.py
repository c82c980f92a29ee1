"""From a checked cycle to a decision: the program, the plan, its price, and what a later cycle
may start from.

Entered through `decide` by the facade.
"""
