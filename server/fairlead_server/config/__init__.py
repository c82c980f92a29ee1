"""Settings, the machine, the clock and ids: what is known when a server is composed."""
