"""Messages of allocation <-> the solver's values."""
