"""Billing Sync: settings, queue, addresses and the commands that run it."""
