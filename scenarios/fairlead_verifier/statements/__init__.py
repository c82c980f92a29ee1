"""What a decision states, kind by kind, and how each is judged."""
