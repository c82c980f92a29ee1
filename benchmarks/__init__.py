"""What architects run: time and memory of every phase, on generated cycles."""
