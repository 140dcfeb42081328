"""Imitations of the vendors' HTTP interfaces, for demonstrations and end-to-end tests.

Nothing here imports the product, and nothing in the product imports this package.
"""
