"""Parts of a program solved again beside a plan: many at a time, each with a true bound.

Entered by explanations, of any kind of decision; knows rows and columns only.
"""
