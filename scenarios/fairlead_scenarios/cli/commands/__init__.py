"""One file a command: its options, and what it does.

A command imports what it needs inside its function. Importing OR-Tools and NumPy takes two seconds,
and `fairlead COMMAND --help` needs neither.
"""
