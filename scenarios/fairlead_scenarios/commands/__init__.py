"""The commands of `fairlead`, one a file."""
