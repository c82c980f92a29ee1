"""Scenario files, the `fairlead` command, importers and the seeded cycle recipe."""
