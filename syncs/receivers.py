"""What syncs do when something else happens."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from core.audit import Actor
from programs.models import Program
from programs.signals import program_saved
from syncs.enums import ACTIVE_STATES
from syncs.models import Run
from syncs.running.starting import cancel_run, enabled_kinds


@receiver(program_saved)
def stop_what_is_off(*, program: Program, actor: Actor, **_kwargs: Any) -> None:
    """Cancel what is under way of a program or a kind of sync that is off: nothing more is written."""
    on = enabled_kinds(program) if program.enabled else []
    active = Run.objects.filter(program=program, state__in=ACTIVE_STATES, cancel_requested=False)
    for run in active.exclude(kind__in=on):
        cancel_run(run=run, actor=actor)
