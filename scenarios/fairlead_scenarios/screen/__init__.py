"""What a planner sees: tables of a decision and of one line's story."""
