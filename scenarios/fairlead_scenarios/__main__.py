"""`python -m fairlead_scenarios` is the command `fairlead`."""

from .cli.main import app

app()
