"""rhipe PRISM: a source of Microsoft CSP invoices."""
