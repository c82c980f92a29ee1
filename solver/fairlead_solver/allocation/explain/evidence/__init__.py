"""What the facts and the plan say by arithmetic: stock, packs, room in rows, rivals, fixed costs.

Read by the other rooms of the explanation; solves nothing.
"""
