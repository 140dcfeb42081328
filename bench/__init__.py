"""``make bench``: how many calls, how fast, how much memory. Counts and ratios against stated goals.

Runs the product in this process (and in fresh ones where memory or several workers are measured)
against imitated vendors. Nothing of the product imports it.
"""
