"""Whole engines and the service's own solve on the same generated cycles, side by side."""
