"""What every room of the server uses: settings, clock, ids, error reasons, metrics, TLS."""
