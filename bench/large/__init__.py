"""A partner as large as they come, for looking at the portal and measuring it."""
