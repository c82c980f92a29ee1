"""One call to an engine of OR-Tools: parameters, limits, goals in turn, and the checked answer.

Used by the solve and by what is solved again; no rule or sentence calls an engine.
"""
