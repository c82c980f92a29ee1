"""The cycle with one fact changed, as a program again."""
