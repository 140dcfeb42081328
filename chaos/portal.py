"""The product's web pages as a person uses them: sign in, sync now, see whether something runs."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import requests

PATIENCE = 60.0
_FORM_KEY = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_RUN = re.compile(r"/runs/(\d+)/")
_APPLY = re.compile(r'action="(/p/[^"]*/apply/)"')
_RETRY = re.compile(r'action="(/p/[^"]*/retry/)"')
_PROGRAM = re.compile(r"/programs/(\d+)/")


class PortalDownError(Exception):
    """The pages did not answer for a minute."""


class Portal:
    """One signed-in person at one partner's pages."""

    def __init__(
        self,
        url: str,
        slug: str,
        email: str,
        words: str,
        open_session: Callable[[], requests.Session] = requests.Session,
    ) -> None:
        self.url = url
        self._open_session = open_session
        self.slug = slug
        self._login = (email, words)
        self._session = open_session()
        self._programs: list[str] = []

    def sync_now(self, *, times: int = 1) -> None:
        """Press the button of each program; several times at once when asked to."""
        self._sign_in_if_needed()
        threads = [threading.Thread(target=self._press, args=[one]) for one in self._programs for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def is_idle(self) -> bool | None:
        """Whether no run is active; None when the page cannot tell now."""
        try:
            answer = self._session.get(f"{self.url}/p/{self.slug}/running/", timeout=10, allow_redirects=False)
        except requests.RequestException:
            return None
        if answer.status_code == 302:
            self._programs = []
            self._sign_in_if_needed()
        if answer.status_code != 200:
            return None
        return 'class="running"' not in answer.text

    def wait_until_idle(self, seconds: float) -> bool:
        """True when every run ended within that time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.is_idle():
                return True
            time.sleep(0.15)
        return False

    def count_runs(self) -> int:
        """How many runs the first page of each program's history shows."""
        self._sign_in_if_needed()
        return sum(len(set(self._newest_runs(program))) for program in self._programs)

    def _newest_runs(self, program: str) -> list[str]:
        history = f"{self.url}/p/{self.slug}/programs/{program}/history/"
        return _RUN.findall(self._session.get(history, timeout=30).text)

    def approve(self) -> int:
        """Apply every plan that waits for a person; how many there were."""
        return self._send_forms(f"{self.url}/p/{self.slug}/inbox/", _APPLY)

    def retry_failed(self) -> int:
        """Press “Try again what failed” on the newest run of each program that shows it; how many there were."""
        self._sign_in_if_needed()
        return sum(self._retry_failed_of(program) for program in self._programs)

    def _retry_failed_of(self, program: str) -> bool:
        with suppress(requests.RequestException):
            newest = list(dict.fromkeys(self._newest_runs(program)))[:2]
            return any(self._send_forms(f"{self.url}/p/{self.slug}/runs/{number}/", _RETRY) for number in newest)
        return False

    def _send_forms(self, page: str, pattern: re.Pattern[str]) -> int:
        """Send the forms of a page whose addresses are of that kind; none when the page does not answer."""
        self._sign_in_if_needed()
        sent = 0
        with suppress(requests.RequestException):
            for path in dict.fromkeys(pattern.findall(self._session.get(page, timeout=30).text)):
                words = {"csrfmiddlewaretoken": _form_key(self._session)}
                self._session.post(f"{self.url}{path}", data=words, timeout=30, allow_redirects=False)
                sent += 1
        return sent

    def _press(self, program: str) -> None:
        session = self._open_session()
        session.cookies.update(self._session.cookies)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(requests.RequestException):
                path = f"{self.url}/p/{self.slug}/programs/{program}/sync/"
                sent = {"csrfmiddlewaretoken": _form_key(session)}
                answer = session.post(path, data=sent, timeout=30, allow_redirects=False)
                if answer.status_code == 302 and _RUN.search(answer.headers["Location"]):
                    return
            time.sleep(0.2)
        raise PortalDownError("“Sync now” did not work")

    def _sign_in_if_needed(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._programs and time.monotonic() < deadline:
            with suppress(requests.RequestException):
                self._sign_in()
            if not self._programs:
                time.sleep(0.5)  # a proxy's limit is for people
        if not self._programs:
            raise PortalDownError("signing in did not work")

    def _sign_in(self) -> None:
        page = f"{self.url}/accounts/login/"
        key = _FORM_KEY.search(self._session.get(page, timeout=30).text)
        email, words = self._login
        sent = {"csrfmiddlewaretoken": key.group(1) if key else "", "login": email, "password": words}
        self._session.post(page, data=sent, timeout=30, allow_redirects=False)
        found = _PROGRAM.findall(self._session.get(f"{self.url}/p/{self.slug}/", timeout=30).text)
        self._programs = list(dict.fromkeys(found))


def _form_key(session: requests.Session) -> str:
    """What a form sends along; production gives its cookie another name, and the newest one counts."""
    names = [name for name in session.cookies.keys() if name.endswith("csrftoken")]  # noqa: SIM118  # of a jar
    return session.cookies.get(names[-1]) or "" if names else ""
