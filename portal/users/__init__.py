"""Who works for a partner."""
