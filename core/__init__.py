"""What every app stands on: partner scope, row security, sealed secrets, audit log."""
