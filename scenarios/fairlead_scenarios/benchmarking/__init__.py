"""Whole engines and the service's own solve on the same generated cycles, side by side.

A recipe is written to a file once (`prepare`); every contender reads that file in a process of its
own (`apart`, `measure`), so that all decide the same cycle and each has its own peak of memory.
"""
