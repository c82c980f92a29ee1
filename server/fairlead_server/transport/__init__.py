"""gRPC itself: what a call must look like, how errors become a status, pages, TLS, reflection."""
