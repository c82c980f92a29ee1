"""What a program is: columns and rows in blocks, its components, scaling, rounding, export.

Every room may use it; it uses no engine.
"""
