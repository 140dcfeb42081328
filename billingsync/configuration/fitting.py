"""Whether a file fits to what the database holds already."""

from __future__ import annotations

from collections.abc import Iterable

from billingsync.configuration.places import Known
from billingsync.configuration.problems import ConfigurationInvalid, FileProblem, did_you_mean
from billingsync.configuration.shape import CUSTOMER_KEYS
from billingsync.configuration.stored import ProgramKey, Stored, all_programs, load_stored, programs_meant
from billingsync.configuration.wishes import ConnectionWish, MappingWish, Wishes
from connections.selectors import known_systems, known_targets


def read_stored(wishes: Wishes) -> Stored:
    """What is there; raises ``ConfigurationInvalid`` where the file does not fit to it."""
    stored = load_stored(wishes)
    problems = [*_partner_problems(wishes, stored), *_connection_problems(wishes, stored)]
    problems += [*_program_problems(wishes, stored), *_mapping_problems(wishes, stored)]
    if problems:
        raise ConfigurationInvalid(wishes.document.file, problems)
    return stored


def _partner_problems(wishes: Wishes, stored: Stored) -> Iterable[FileProblem]:
    if stored.partner_id is None and not wishes.partner.name:
        text = (
            f"“name” is missing: there is no partner “{wishes.partner.slug}” yet. Give it a name, or correct the slug."
        )
        yield wishes.document.problem(("partner",), text)


def _connection_problems(wishes: Wishes, stored: Stored) -> Iterable[FileProblem]:
    for wish in wishes.connections:
        known = stored.of_wish(wish)
        if taken := next((one for one in stored.connections if _takes_name(one, known)), None):
            text = f"“{known.name}” is the {known_systems()[taken.system].label} connection already."
            yield wishes.document.problem((*wish.path, "name"), f"{text} Choose another name.")
        elif text := _name_missing(wish, known, stored) or _keys_missing(wish, known):
            yield wishes.document.problem(wish.path, text)


def _takes_name(one: Known, known: Known) -> bool:
    return bool(known.name) and one is not known and one.name == known.name and known.before != known.name


def _name_missing(wish: ConnectionWish, known: Known, stored: Stored) -> str:
    if known.before is not None or wish.name:
        return ""
    others = [one.name for one in stored.connections if one.system == wish.system and one.name]
    told = f"“name” is missing: this partner has several {wish.definition.label} connections: {', '.join(others)}."
    return told if others else ""


def _keys_missing(wish: ConnectionWish, known: Known) -> str:
    missing = [] if known.connected else wish.missing_keys()
    keys = " and ".join(f"“{key}”" for key in missing)
    verb = "are" if len(missing) > 1 else "is"
    return f"{keys} {verb} missing: {wish.definition.label} is not connected yet." if missing else ""


def _program_problems(wishes: Wishes, stored: Stored) -> Iterable[FileProblem]:
    for program in wishes.programs:
        for side in ("source", "target"):
            written = getattr(program.shape, side)
            if text := _not_a(side, written, stored) or _not_one(written, stored):
                yield wishes.document.problem((*program.path, side), text)


def _not_a(side: str, written: str, stored: Stored) -> str:
    """Why what is written is nothing on that side, "" where it is."""
    of_side = {name for name, definition in known_systems().items() if definition.role == side}
    if {written, *(known.system for known in stored.meant_by(written))} & of_side:
        return ""
    names = [known.name for known in stored.connections if known.name]
    return f"There is no {side} “{written}”. {did_you_mean(written, [*sorted(of_side), *names])}"


def _not_one(written: str, stored: Stored) -> str:
    """Why what is written is not one connection that can be used, "" where it is."""
    usable = [known for known in stored.meant_by(written) if known.connected or known.wish]
    if len(usable) > 1:
        names = [known.name or "one without a name" for known in usable]
        return f"“{written}” means {len(usable)} connections: {', '.join(names)}. Write the name of one."
    return "" if usable else f"“{written}” is not connected. Add it to “connections”."


def _mapping_problems(wishes: Wishes, stored: Stored) -> Iterable[FileProblem]:
    for mapping in wishes.mappings:
        meant = programs_meant(mapping, wishes, stored)
        if len(meant) == 1:
            yield from _foreign_word(mapping, meant[0].target[0], wishes)
        elif meant:
            yield wishes.document.problem(mapping.path, _too_many(meant))
        else:
            yield _none_meant(mapping, wishes, stored)


def _too_many(meant: list[ProgramKey]) -> str:
    if len({program.slug for program in meant}) > 1:
        return "“program” is missing: this partner has several."
    side = "source" if len({program.source for program in meant}) > 1 else "target"
    return f"“{side}” is missing: this partner has several programs of this name. Write the connection’s name."


def _none_meant(mapping: MappingWish, wishes: Wishes, stored: Stored) -> FileProblem:
    slugs = [program.slug for program in all_programs(wishes, stored)]
    if not slugs:
        return wishes.document.problem(mapping.path, "There is no program to map for. Add one to “programs”.")
    wanted = mapping.shape.program
    if wanted is not None and wanted not in slugs:
        text = f"There is no program “{wanted}” here. {did_you_mean(wanted, slugs)}"
        return wishes.document.problem((*mapping.path, "program"), text)
    return wishes.document.problem(mapping.path, "There is no program from this “source” to this “target”.")


def _foreign_word(mapping: MappingWish, target: str, wishes: Wishes) -> Iterable[FileProblem]:
    """A word of one target means nothing at another."""
    key, everywhere = mapping.customer_key, CUSTOMER_KEYS[0]
    definition = next((each for each in known_targets() if each.name == target), None)
    if definition and key not in (everywhere, *definition.customer_keys):
        text = f"“{key}” is not a word of {definition.label}. Write “{everywhere}”."
        yield wishes.document.problem((*mapping.path, key), text, key=True)
