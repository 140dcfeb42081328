#!/usr/bin/env python3
"""Runs the project's commands."""

import json
import os
import sys


def main() -> None:
    """Start the embedded servers if the command needs them, then Django and the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "billingsync.settings")
    from devservers.autostart import start_missing_servers

    start_missing_servers(sys.argv)
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as trouble:
        if sys.argv[1:2] == ["doctor"] and "--json" in sys.argv:
            refused = {"name": "settings", "well": False, "text": str(trouble)}
            print(json.dumps({"well": False, "checks": [refused]}, indent=2))
        sys.exit(str(trouble))


if __name__ == "__main__":
    main()
