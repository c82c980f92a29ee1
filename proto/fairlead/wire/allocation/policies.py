"""`Policy` <-> the solver's policy."""

from __future__ import annotations

from fairlead.v1 import policy_pb2
from fairlead_solver.api.allocation import Policy

from ..shared.values import fill, read


def policy_of(message: policy_pb2.Policy) -> Policy:
    """The policy; what the message leaves out is the default policy's.

    Raises InvalidInput with every enum number that is none; ranges are checked at intake.
    """
    return read(Policy, message, "policy")


def policy_message(policy: Policy) -> policy_pb2.Policy:
    """The policy with every default filled in."""
    message = policy_pb2.Policy()
    fill(message, policy)
    return message
