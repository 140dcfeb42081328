#!/usr/bin/env python3
"""Runs the project's commands."""

import os
import sys


def main() -> None:
    """Start Django and run the command that the arguments name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "billingsync.settings")
    from billingsync.embedded.autostart import start_missing_servers

    start_missing_servers(sys.argv)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
