"""The command `fairlead`: its groups, options, terminal, configuration file and exit codes.

`commands` has one file a command; each calls the other rooms and holds no rule of its own.
"""
