"""What survives a restart: snapshots, decisions, operations with their events, request ids."""
