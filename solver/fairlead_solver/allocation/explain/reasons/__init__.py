"""Why a short line is short: units of shortage shared out among reasons, and their proofs."""
