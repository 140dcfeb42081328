"""Planning is pure: records in, a list of changes out; no database, no clock, no network."""
