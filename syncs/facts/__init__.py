"""From our rows to the facts that planning is told. Loads only: no write, no call to a vendor."""
