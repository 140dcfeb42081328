"""The product's settings on servers that belong to the tests, with names that belong to this process.

The servers themselves start when the first test asks for a database or Redis.
"""

import os

from devservers.keys import make_keys
from devservers.places import data_folder
from devservers.ports import choose_ports

os.environ["BILLINGSYNC_ENV"] = "test"
for _name in ("DATABASE_URL", "MIGRATE_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "EMAIL_URL"):
    os.environ.pop(_name, None)
os.environ["REDIS_KEY_PREFIX"] = f"test-{os.getpid()}:"

make_keys(data_folder())
choose_ports(data_folder())

from billingsync.settings import *  # noqa: E402, F403  # the environment had to be set first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose
UNKNOWN_LIMIT_REQUESTS_PER_MINUTE = 0  # the imitated vendors answer at once
