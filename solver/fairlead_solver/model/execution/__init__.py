"""Who runs independent pieces of work: threads of this process, or the nodes of a Ray cluster.

No method asks where it runs.
"""
