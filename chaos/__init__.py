"""Breaks the running product on purpose and compares what it wrote with the truth of the sandbox.

Imports nothing of the product: it drives it through ``manage.py``, its web pages and process signals.
"""
