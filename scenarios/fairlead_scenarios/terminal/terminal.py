"""The terminal a command writes to: one answer on stdout, notices and progress on stderr."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the user asked of the output. `quiet`: no notices, no progress."""

    quiet: bool = False
    color: bool = True

    def out(self) -> Console:
        """Where the answer goes."""
        return Console(no_color=not self.color, highlight=self.color)

    def errors(self) -> Console:
        """Where errors go: `quiet` does not silence them."""
        return Console(stderr=True, no_color=not self.color, highlight=self.color)

    def note(self, words: str) -> None:
        """Print a remark, such as which files were written."""
        self.progress().print(Text(words), soft_wrap=True)

    def progress(self) -> Console:
        """Where progress and remarks go; silent where `quiet` is asked for."""
        return Console(stderr=True, quiet=self.quiet, no_color=not self.color)


_PLAIN = Terminal()
_CURRENT: ContextVar[Terminal] = ContextVar("terminal", default=_PLAIN)


def use(terminal: Terminal) -> None:
    """Let the commands of this process write to `terminal`."""
    _CURRENT.set(terminal)


def terminal() -> Terminal:
    """The terminal of this command."""
    return _CURRENT.get()
