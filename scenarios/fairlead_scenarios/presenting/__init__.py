"""What a planner sees: the screen, the report, pictures."""
