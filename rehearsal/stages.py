"""What is rehearsed, in the order of operations.md. Each step asserts what it is for."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from rehearsal.mailbox import Mailbox
from rehearsal.program import Program, install_oldest
from rehearsal.servers import Servers
from rehearsal.site import Site, new_key
from rehearsal.steps import Steps, require, wait_for
from rehearsal.vendors import Bill
from sandbox.demo_partner import LOGIN_EMAIL, LOGIN_WORDS, PARTNER

PACE = 240  # requests a minute while something is done in the middle of a sync
SOME_WRITES = 12
_FORM_KEY = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def rehearse(servers: Servers, program: Program, folder: Path, steps: Steps) -> None:
    """Everything, on these servers. Raises StepFailedError at the first step that does not hold."""
    with ExitStack() as stack:
        with steps.step(f"{folder.name}: servers", "PostgreSQL and Redis answer on ports of their own") as say:
            stack.callback(servers.stop)
            say(servers.start())
        mailbox = stack.enter_context(Mailbox())
        site = Site(servers, program, folder / "billingsync", mailbox.port)
        stack.callback(site.vendors.stop)
        site.vendors.start()
        _install(site, steps)
        _use(site, mailbox, steps)
        standing = _back_up_and_restore(site, steps)
        _rotate(site, steps)
        _upgrade(site, mailbox, standing, steps)


def _install(site: Site, steps: Steps) -> None:
    kind = site.servers.folder.name
    with steps.step(f"{kind}: install", "roles, schema and static files are made, and every part becomes ready"):
        site.install()
        with site.running():
            pass
    with steps.step(f"{kind}: doctor", "finds nothing wrong"), site.running():
        told = site.ask("doctor")
        wrong = [str(one) for one in told["checks"] if not one["well"]]
        require(not wrong, " / ".join(wrong))


def _use(site: Site, mailbox: Mailbox, steps: Steps) -> None:
    kind = site.servers.folder.name
    with steps.step(f"{kind}: partner", "is made by its file"):
        site.configure()
    with site.running():
        with steps.step(f"{kind}: sign-in", "works through nginx alone, which leads from http to https"):
            _sign_in(site)
        with steps.step(f"{kind}: e-mail", "arrives, one sent by hand and one from the outbox"):
            _send_mails(site, mailbox)
        with steps.step(f"{kind}: first sync", "writes each line once, and every invoice balances") as say:
            site.sync()
            require(site.vendors.count_writes(), "nothing was written")
            say(site.prove())


def _sign_in(site: Site) -> None:
    session = site.proxy.open_session()
    plain = session.get(f"http://127.0.0.1:{site.proxy.plain_port}/", allow_redirects=False, timeout=10)
    require(plain.status_code == 301 and plain.headers["Location"].startswith("https://"), "http is answered")
    inside = f"{site.proxy.url}/p/{PARTNER}/"
    require(session.get(inside, allow_redirects=False, timeout=30).status_code != 200, "a stranger reads a page")
    page = f"{site.proxy.url}/accounts/login/"
    key = _FORM_KEY.search(session.get(page, timeout=30).text)
    require(key, "the page for signing in has no form")
    sent = {"csrfmiddlewaretoken": key.group(1) if key else "", "login": LOGIN_EMAIL, "password": LOGIN_WORDS}
    session.post(page, data=sent, allow_redirects=False, timeout=30)
    answer = session.get(inside, allow_redirects=False, timeout=30)
    require(answer.status_code == 200, f"the partner's page answers {answer.status_code} after signing in")


def _send_mails(site: Site, mailbox: Mailbox) -> None:
    site.manage("mail_test", "somebody@example.com")
    require(mailbox.came_to("somebody@example.com") == 1, "the test e-mail did not arrive")
    before = mailbox.came_to(LOGIN_EMAIL)
    session = site.proxy.open_session()
    page = f"{site.proxy.url}/accounts/password/reset/"
    key = _FORM_KEY.search(session.get(page, timeout=30).text)
    session.post(page, data={"csrfmiddlewaretoken": key.group(1) if key else "", "email": LOGIN_EMAIL}, timeout=30)
    wait_for(lambda: mailbox.came_to(LOGIN_EMAIL) > before, 120, "the e-mail for a new password did not arrive")


def _back_up_and_restore(site: Site, steps: Steps) -> Counter[Bill]:
    """Returns what stood after the month's lines were written, before any template ran."""
    kind = site.servers.folder.name
    backup = site.folder / "ledger.backup"
    with steps.step(f"{kind}: backup", "is made in the middle of a sync, which goes on") as say:
        at_backup = _begin_month(site)
        with site.running(requests_a_minute=PACE):
            site.portal.sync_now()
            wait_for(lambda: site.vendors.count_writes() >= at_backup + SOME_WRITES, 300, "the sync wrote too little")
            site.manage("backup", str(backup))
            written = site.vendors.count_writes() - at_backup
            site.finish()
            later = site.vendors.count_writes() - at_backup - written
            require(later, "everything was written before the backup was made")
            say(f"{written} lines were written until then and {later} after it")
            site.prove()
        standing = site.vendors.standing()
        site.vendors.run_templates()
        billed = site.vendors.billed_once()
    with steps.step(f"{kind}: restore", "bills nothing twice of what was written, and billed, after the backup") as say:
        site.use_database("restored")
        site.make_database()
        site.manage("restore", str(backup))
        with site.running():
            site.sync()
            site.finish()
            say(site.prove())
        now = site.vendors.billed_once()
        require(now == billed, f"one-time lines: more {dict(now - billed)}, fewer {dict(billed - now)}")
    return standing


def _rotate(site: Site, steps: Steps) -> None:
    kind = site.servers.folder.name
    with steps.step(f"{kind}: rotation", "seals everything with the new key, and the old one can go"):
        old = site.env["FIELD_ENCRYPTION_KEYS"]
        new = new_key("k2")
        site.env["FIELD_ENCRYPTION_KEYS"] = f"{new},{old}"
        with site.running():
            site.manage("rotate_keys")
        site.env["FIELD_ENCRYPTION_KEYS"] = new
        with site.running():
            _sign_in(site)
            site.sync()
            site.prove()
        site.env["FIELD_ENCRYPTION_KEYS"] = old
        site.manage("rotate_keys", codes=(1,))  # it opens nothing any more, and says so
        site.env["FIELD_ENCRYPTION_KEYS"] = new


def _begin_month(site: Site) -> int:
    """A month passes; returns how often something was written before."""
    site.vendors.pass_month()
    return site.vendors.count_writes()


def _upgrade(new: Site, mailbox: Mailbox, standing: Counter[Bill], steps: Steps) -> None:
    """``new``: the installation that was never an older version; ``standing``: what stood there after the month."""
    kind, folder = new.servers.folder.name, new.servers.folder
    with ExitStack() as stack:
        with steps.step(f"{kind}: schema-1", "is installed, and syncs its first month") as say:
            site = Site(new.servers, install_oldest(folder, new.program), folder / "upgraded", mailbox.port)
            stack.callback(site.vendors.stop)
            site.vendors.start()
            site.install()
            site.configure()
            with site.running():
                site.sync()
            say(f"{site.vendors.count_writes()} writes")
        with steps.step(
            f"{kind}: upgrade", "in the middle of a run: the new version ends it, and writes nothing twice"
        ) as say:
            before = _begin_month(site)
            with site.running(requests_a_minute=PACE):
                site.portal.sync_now()
                wait_for(lambda: site.vendors.count_writes() >= before + SOME_WRITES, 300, "the sync wrote too little")
            written = site.vendors.count_writes() - before
            site.program = new.program
            site.install()
            with site.running():
                site.finish()
                later = site.vendors.count_writes() - before - written
                require(later, "everything was written before the upgrade")
                say(f"{written} writes by the old version and {later} by the new")
                site.sync()
                say(site.prove())
        with steps.step(f"{kind}: money", "of the upgraded installation is that of the one that was new"):
            found = site.vendors.standing()
            surplus, lacking = found - standing, standing - found
            require(not surplus and not lacking, f"too much: {dict(surplus)}; lacking: {dict(lacking)}")
