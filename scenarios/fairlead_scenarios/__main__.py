"""`python -m fairlead_scenarios` is the command `fairlead`."""

from .main import app

app()
