"""What an explanation can say: codes and frozen values, with the numbers of the contract.

Every other room of the explanation reads it, and it reads none of them.
"""
