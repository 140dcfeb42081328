"""nginx by the example of the documentation, and a browser's way through it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from rehearsal.processes import Processes, free_port
from rehearsal.servers import listens
from rehearsal.steps import require, wait_for

NAME = "billing.example.com"
ORIGIN = f"https://{NAME}"


class Proxy:
    """The documented example with ports, paths and a certificate of its own."""

    def __init__(self, example: str, folder: Path, web_port: int) -> None:
        self.folder = folder
        self.port, self.plain_port = free_port(), free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self._processes = Processes(folder)
        self.certificate = folder / f"{NAME}.pem"
        self._configuration = folder / "nginx.conf"
        self._configuration.write_text(self._fit(example, web_port))

    @contextmanager
    def running(self) -> Iterator[None]:
        """While the block lasts."""
        self._make_certificate()
        binary = shutil.which("nginx", path="/usr/sbin:/usr/bin") or ""
        words = [binary, "-e", "stderr", "-p", str(self.folder), "-c", str(self._configuration), "-g", "daemon off;"]
        self._processes.start("nginx", words, cwd=self.folder, env={})
        try:
            wait_for(lambda: listens(self.port), 20, "nginx does not answer")
            yield
        finally:
            self._processes.stop()

    def open_session(self) -> requests.Session:
        """A visitor who trusts the certificate and calls the service by its name."""
        session = requests.Session()
        session.trust_env = False  # neither a proxy nor an authority of the host's
        session.verify = str(self.certificate)
        session.headers.update({"Host": NAME, "Referer": f"{ORIGIN}/"})
        return session

    def _fit(self, example: str, web_port: int) -> str:
        changes = (
            ("/etc/ssl/", f"{self.folder}/"),
            ("/var/log/nginx/", f"{self.folder}/"),
            ("listen 80;", f"listen 127.0.0.1:{self.plain_port};"),
            ("listen 443 ssl;", f"listen 127.0.0.1:{self.port} ssl;"),
            ("server 127.0.0.1:8000;", f"server 127.0.0.1:{web_port};"),
        )
        for documented, ours in changes:
            require(documented in example, f"the example of the proxy has no {documented!r} any more")
            example = example.replace(documented, ours)
        return example

    def _make_certificate(self) -> None:
        key = self.certificate.with_suffix(".key")
        words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
        words += ["-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1", "-keyout", str(key)]
        subprocess.run([*words, "-out", str(self.certificate)], capture_output=True, check=True)
