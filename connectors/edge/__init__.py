"""The HTTP side of every connector: exchange, answers, retrying, rate limit, network guard, redaction."""
