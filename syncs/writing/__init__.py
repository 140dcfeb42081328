"""The ledger: claim, call, record what came back, resolve what got lost."""
