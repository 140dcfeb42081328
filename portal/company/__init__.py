"""Settings of the partner itself."""
