"""The product's settings with a stopwatch around every request, and Django's admin as the yardstick."""

from billingsync.settings import *  # noqa: F403  # all of them, but for what follows
from billingsync.settings import INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.admin"]
MIDDLEWARE = ["bench.large.stopwatch.Stopwatch", *MIDDLEWARE]
ROOT_URLCONF = "bench.large.urls"
