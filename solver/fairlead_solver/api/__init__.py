"""The solver's facades, one module a kind of decision: all that other packages may use of it."""
