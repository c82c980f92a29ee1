"""Why a decision is what it is: statements that can be checked, each with how it is known."""
