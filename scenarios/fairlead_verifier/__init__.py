"""Checks every statement of a decision anew: by arithmetic over the facts, and by solving again.

Shares no code with what it judges: it reads the decision, and the cycle as plain values.
statements: what is judged. text: what sentences must say. trials: changed cycles. context: facts.
"""
