"""What would fill a short line: candidates, trials, least amounts, and who loses by it."""
