"""A person's own pages: profile, joining by invitation, e-mail preferences."""
