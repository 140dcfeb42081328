"""Which lines a period asks for, whatever stands in the target: one file per motion."""
