"""The same model in plain Pyomo algebra: the oracle in tests, and the way to a site's own solver.

Written from the mathematics alone (docs/mathematics), in plain Python values and one rule a
function, so that an error in the families and an error here would have to agree to go unnoticed.
It always runs in a process of its own: `process` is the door, and the only part others use.
"""
