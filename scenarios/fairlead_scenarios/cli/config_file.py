"""Defaults of options from a TOML file: `[solve]` with `gap = 1e-3` is `fairlead solve --gap 1e-3`.

Keys are the long names of options. What the command line gives wins.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

FILE = "fairlead.toml"  # in the current folder
NO_DEFAULT = frozenset({"config", "version", "help"})


class BadConfig(ValueError):
    """The file cannot be used: what is wrong, with its place."""


def read_defaults(named: str, commands: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Command -> option -> default; empty where no file is named and there is none here.

    Raises BadConfig for a file that is not there, is no TOML, or has a table that is no command.
    """
    path = Path(named or FILE)
    if not named and not path.is_file():
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(f"{path}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"{path}: {error}") from error
    for name, table in found.items():
        if name not in commands:
            raise BadConfig(f"{path}: [{name}] is no command{_near(name, commands)}")
        if not isinstance(table, dict):
            raise BadConfig(f"{path}: {name}: a table of options is wanted, [{name}]")
    return found


def option_defaults(path: str, table: dict[str, Any], options: dict[str, str]) -> dict[str, Any]:
    """Parameter name -> default; `options` maps long option names to parameters.

    Raises BadConfig for a key that is no option of the command.
    """
    for key in table:
        if key not in options or key in NO_DEFAULT:
            raise BadConfig(f"{path}: {key} is no option{_near(key, options)}")
    return {options[key]: value for key, value in table.items()}


def _near(name: str, names: Sequence[str] | dict[str, str]) -> str:
    near = get_close_matches(name, list(names), 1)
    return f": did you mean {near[0]}?" if near else f": one of {', '.join(names)}"
