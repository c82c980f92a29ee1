"""The rules of allocation: one file a rule in `families`, and the sums and terms they share.

`family` states what a rule offers; `families` registers them.
"""
