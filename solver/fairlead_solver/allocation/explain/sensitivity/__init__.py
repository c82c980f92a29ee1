"""Which limits bind, whom they hold back, and what one step more of each is worth."""
