"""What a server does by itself while it serves."""
