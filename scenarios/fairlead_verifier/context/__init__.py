"""The cycle and the plan as plain values, worked out anew."""
