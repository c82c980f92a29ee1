"""Generated cycles: parameters, their draws, the tables made of them.

`parameters` is light and describes the options of `fairlead bench`; `generator` makes the cycle.
"""
