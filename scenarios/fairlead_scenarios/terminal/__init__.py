"""The terminal a command writes to, and how a command ends: exit codes, errors, processes."""
