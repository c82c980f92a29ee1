"""`python -m fairlead_server --port 8585 …`: every setting is a flag or FAIRLEAD_<SETTING>."""

from __future__ import annotations

import argparse
import logging
import sys

from pydantic import ValidationError

from .foundation.settings import ENVIRONMENT_PREFIX, Settings


def parser() -> argparse.ArgumentParser:
    """One flag for each setting."""
    flags = argparse.ArgumentParser(prog="fairlead_server", description=__doc__)
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        flags.add_argument(
            f"--{name.replace('_', '-')}",
            help=f"{field.description or name.replace('_', ' ')} [{default}]",
            metavar=f"${ENVIRONMENT_PREFIX}{name.upper()}",
        )
    return flags


def main(arguments: list[str] | None = None) -> int:
    """Serve; exit code 0 after a drain, 1 if the server cannot start, 2 for wrong settings."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    given = vars(parser().parse_args(arguments))
    try:
        settings = Settings.load(**given)
    except ValidationError as error:
        for fault in error.errors():
            where = ".".join(str(part) for part in fault["loc"]) or "settings"
            print(f"{where}: {fault['msg']}", file=sys.stderr)
        return 2
    from .serve import run  # imported late: --help and a wrong flag answer at once

    return run(settings)


if __name__ == "__main__":
    sys.exit(main())
