"""Allocation: who gets the scarce stock."""
