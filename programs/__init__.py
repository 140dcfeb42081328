"""What a partner syncs, when and how."""
