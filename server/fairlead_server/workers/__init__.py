"""Worker processes: one job each at a time, replaced when old, big or dead."""
