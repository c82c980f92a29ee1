"""What a server does for a call, whatever protocol it came by: solve, run long, store, repeat."""
