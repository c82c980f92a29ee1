"""The machinery: decides and solves again any mixed-integer program. Knows no business.

program: what a program is. engines: one call to OR-Tools. execution: who runs work in parallel.
decomposition: prices for what couples. resolve: parts solved again beside a plan. The files here
join them into one solve. Nothing of this room imports a kind of decision.
"""
