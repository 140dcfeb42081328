"""Syncro: a PSA, target of products and invoice template lines."""
