"""A crew of the nodes of a running Ray cluster. The only file that knows Ray, an optional extra.

Pieces without state are tasks, which Ray does again elsewhere where a node is lost. Warm programs
are spread in fixed shares over actors, one for each processor. An actor that is lost is made again
from its models and asked everything it was asked before, so that its answers stay the same to the
last bit: a simplex that started elsewhere could end at another vertex of equal worth.
"""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, TypeVar

import numpy as np

from ..engines.mathopt import Raw
from ..program.draft import Floats, Model
from .executor import Programs
from .warm_programs import Answers, Shape, Share

T = TypeVar("T")
R = TypeVar("R")

REVIVALS = 3  # of one share; a share that is lost again is what ends its node
CONNECT_SECONDS = 5.0
LOOK_SECONDS = 5.0  # between looks at the nodes, while nothing comes
MUST_AGREE = ("fairlead", "ortools", "numpy", "scipy")

# HTTP/2's first words with empty settings (RFC 9113, 3.4): every Ray head answers with its own.
_GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
_SETTINGS, _TLS_ALERT = b"\x04", b"\x15"


class ClusterError(RuntimeError):
    """The cluster cannot be used: the message says which, why, and what to do."""


class ClusterLost(ClusterError):
    """It does not answer, or too much of it ended; the same call may succeed later."""


class Cluster:
    """The cluster at `address`, HOST:PORT of its head, for one solve: connects when first needed.

    This machine must be a node of it (one without processors will do). Raises ClusterError where
    the address is malformed or Ray is not installed here.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._host, self._port = parsed(address)
        if find_spec("ray") is None:
            raise ClusterError(
                "a cluster needs Ray, which is not installed here: pip install 'fairlead[ray]'"
            )
        self._ray: Any = None
        self._nodes: list[str] = []  # one entry for each processor
        self._apply: Any = None
        self._share: Any = None

    def close(self) -> None:
        """Give up the connection, and all that was held with it."""
        if self._ray is not None:
            self._ray.shutdown()
            self._ray = None

    def map(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """`work` of every item, in order, each on any node. Raises ClusterLost, and what `work`
        raises."""
        self.connect()
        return [self.take(done) for done in [self._apply.remote(work, item) for item in items]]

    def programs(self, models: Sequence[Model], seed: int) -> Programs:
        """The relaxations of `models`, each kept warm by one node. Raises ClusterLost."""
        self.connect()
        count = min(len(models), len(self._nodes))
        cuts = np.linspace(0, len(models), count + 1).astype(np.int64)
        return _Spread(
            [_Kept(self, models[cuts[k] : cuts[k + 1]], seed, self._nodes[k]) for k in range(count)]
        )

    def connect(self) -> None:
        """Connect, unless that is done, and see that all nodes can do the same work.

        Raises ClusterLost where nobody answers, ClusterError where nodes differ from this machine.
        """
        if self._ray is not None:
            return
        self._greet()
        import ray

        try:
            ray.init(
                address=f"{self._host}:{self._port}",
                log_to_driver=False,
                logging_level=logging.ERROR,
                configure_logging=False,
            )
        except Exception as error:
            ray.shutdown()
            raise ClusterLost(f"cluster {self.address}: cannot be joined: {error}") from error
        self._ray = ray
        self._apply = ray.remote(num_cpus=1, scheduling_strategy="SPREAD")(_apply)
        self._share = ray.remote(num_cpus=0)(Share)
        self._nodes = [node for node, size in self._alive() for _ in range(size)]
        self._compare()

    def held(self, models: Any, seed: int, node: str) -> Any:
        """An actor on `node`, or where that is gone on another, that holds a share."""
        return self._share.options(scheduling_strategy=self._on(node, soft=True)).remote(
            models, seed
        )

    def put(self, value: object) -> Any:
        """A value where every node can fetch it."""
        return self._ray.put(value)

    def take(self, reference: Any) -> Any:
        """What a task or actor made. Raises what its work raised, ClusterLost where none can."""
        ray = self._ray
        try:
            while not ray.wait([reference], timeout=LOOK_SECONDS)[0]:
                self._alive()
            return ray.get(reference)
        except ray.exceptions.ActorDiedError:
            raise
        except ray.exceptions.RayTaskError as error:
            raise error.cause from None
        except ray.exceptions.RayError as error:
            raise ClusterLost(f"cluster {self.address}: a piece was lost: {error}") from error

    def lost(self) -> type[Exception]:
        """What `take` raises where an actor has ended."""
        ended: type[Exception] = self._ray.exceptions.ActorDiedError
        return ended

    def _alive(self) -> list[tuple[str, int]]:
        """(node, processors) of all nodes that work. Raises ClusterLost where there is none."""
        nodes = [
            (n["NodeID"], int(n["Resources"].get("CPU", 0)))
            for n in self._ray.nodes()
            if n["Alive"]
        ]
        working = [(node, size) for node, size in sorted(nodes) if size]
        if not working:
            raise ClusterLost(f"cluster {self.address}: no node with a processor is left")
        return working

    def _greet(self) -> None:
        """See that a Ray head is there: Ray itself would try for minutes, then end the process."""
        where = f"cluster {self.address}"
        try:
            with socket.create_connection((self._host, self._port), CONNECT_SECONDS) as link:
                link.sendall(_GREETING)
                head = link.recv(9)
        except OSError as error:
            raise ClusterLost(f"{where}: cannot be reached: {error}") from error
        if head[3:4] != _SETTINGS and head[:1] != _TLS_ALERT:
            raise ClusterError(f"{where}: what answers there is no Ray cluster")

    def _compare(self) -> None:
        """See that every node has this machine's versions: others could decide otherwise."""
        ask = self._ray.remote(num_cpus=0)(versions)
        nodes = dict.fromkeys(self._nodes)
        told = [ask.options(scheduling_strategy=self._on(node)).remote() for node in nodes]
        for node, reference in zip(nodes, told, strict=True):
            try:
                there = self.take(reference)
            except ImportError as error:
                raise ClusterError(
                    f"cluster {self.address}: node {node[:8]} has no Fairlead: {error}"
                ) from error
            if there != versions():
                raise ClusterError(
                    f"cluster {self.address}: node {node[:8]} has {there}, here is {versions()}; "
                    "install the same everywhere"
                )

    def _on(self, node: str, *, soft: bool = False) -> Any:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        return NodeAffinitySchedulingStrategy(node, soft=soft)


@contextmanager
def crew_at(address: str | None) -> Iterator[Cluster | None]:
    """The cluster at that address for the block, or None where no address is given.

    Raises ClusterError as `Cluster` does.
    """
    if address is None:
        yield None
        return
    cluster = Cluster(address)
    try:
        yield cluster
    finally:
        cluster.close()


class _Kept:
    """A share in an actor, and what it takes to make it again."""

    def __init__(self, cluster: Cluster, models: Sequence[Model], seed: int, node: str) -> None:
        self.shape = Shape.of(models)
        self.programs = len(models)
        self._cluster = cluster
        self._models = cluster.put(list(models))
        self._seed = seed
        self._node = node
        self._asked: list[Any] = []  # costs of every round, in the cluster's store
        self._actor = cluster.held(self._models, seed, node)
        self._revivals = 0

    def ask(self, costs: Sequence[Floats]) -> Any:
        """Begin a round; `answers` takes its result."""
        self._asked.append(self._cluster.put(np.concatenate(costs)))
        return self._actor.solve.remote(self._asked[-1])

    def answers(self, reference: Any) -> list[Raw]:
        """The round's answers, from a new actor where the old one has ended."""
        while True:
            try:
                answers: Answers = self._cluster.take(reference)
                return answers.raws(self.shape)
            except self._cluster.lost() as error:
                if self._revivals == REVIVALS:
                    raise ClusterLost(
                        f"cluster {self._cluster.address}: nodes end again and again: {error}"
                    ) from error
                self._revivals += 1
                self._actor = self._cluster.held(self._models, self._seed, self._node)
                reference = self._actor.solve.remote(*self._asked)


class _Spread:
    """Programs in shares, all asked at once."""

    def __init__(self, shares: list[_Kept]) -> None:
        self._shares = shares

    def solve(self, costs: Sequence[Floats]) -> list[Raw]:
        """Maximise each program's costs from its last basis."""
        begun, first = [], 0
        for share in self._shares:
            begun.append(share.ask(costs[first : first + share.programs]))
            first += share.programs
        return [
            raw
            for share, reference in zip(self._shares, begun, strict=True)
            for raw in share.answers(reference)
        ]


def parsed(address: str) -> tuple[str, int]:
    """(host, port) of HOST:PORT. Raises ClusterError where it is not of that form."""
    host, _, port = address.rpartition(":")
    known = host and not any(c.isspace() or c == "/" for c in host)
    if not known or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise ClusterError(
            f"cluster {address!r}: not HOST:PORT, the address `ray start --head` tells"
        )
    return host.strip("[]"), int(port)


def versions() -> str:
    """All that must be the same for the same decision, as a text."""
    python = ".".join(map(str, sys.version_info[:2]))
    return ", ".join([f"python {python}", *(f"{name} {version(name)}" for name in MUST_AGREE)])


def _apply(work: Callable[[T], R], item: T) -> R:
    return work(item)
