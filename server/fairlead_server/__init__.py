"""Fairlead's server: the contract over gRPC, solves in worker processes, answers kept."""
