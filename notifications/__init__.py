"""The outbox of e-mails, and notices."""
