"""What e-mails say and how they look; for development the local inbox of them."""
