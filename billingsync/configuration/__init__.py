"""Make a partner look like a YAML file: read, check, ask the vendors, then write it all at once."""
