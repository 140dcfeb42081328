"""What the product does today on its way to the database, done here with a record in memory.

The product's pure functions are called wherever there are some. The rest repeats in plain Python what loaders and SQL
do (each function names what it repeats), so that no server is needed. A later move that makes one of them pure replaces
the repetition here by a call. ``python -m tests.replay record`` and ``tests/end_to_end/test_replay.py`` compare it with
the real engine.
"""
