"""Programs too large to be solved whole: prices for coupling rows, repair, and true bounds.

Entered through `price_and_repair` by the batches of a solve.
"""
