"""For development the local inbox of e-mails."""
