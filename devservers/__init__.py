"""Real PostgreSQL and Valkey servers for development, the demo and the tests; never in production."""
