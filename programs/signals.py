"""What happened to programs, for apps further up that act upon it."""

from django.dispatch import Signal

# Sent inside the transaction of programs.services.save_program, with ``program`` and ``actor``.
program_saved = Signal()
