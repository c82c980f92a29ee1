"""The command `fairlead`."""

from __future__ import annotations

import typer

from .commands.bench import bench
from .commands.check import check
from .commands.explain import explain
from .commands.export_mps import export_mps
from .commands.health import health
from .commands.import_ import import_
from .commands.serve import serve
from .commands.solve import solve
from .commands.verify_explanations import verify_explanations
from .commands.version import version

app = typer.Typer(
    name="fairlead",
    help="Decide who gets the scarce stock, and say why.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command(
    "serve",
    add_help_option=False,  # --help is the server's own
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)(serve)
app.command("solve")(solve)
app.command("explain")(explain)
app.command("check")(check)
app.command("verify-explanations")(verify_explanations)
app.command("export-mps")(export_mps)
app.command("import")(import_)
app.command("bench")(bench)
app.command("health")(health)
app.command("version")(version)

if __name__ == "__main__":
    app()
