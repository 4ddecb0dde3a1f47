"""nginx with the README's configuration, on a port and with a certificate of its own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.operations.machine import HOST

#: Debian installs it where only root looks.
PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
LETSENCRYPT = f"/etc/letsencrypt/live/{HOST}"


def program() -> str | None:
    return PROGRAM


@contextmanager
def running(block: str, folder: Path, port: int) -> Iterator[Path]:
    """The folder then holds ``fullchain.pem``, which clients have to trust, and ``accord.log``."""
    _certificate(folder)
    ours = {"listen 443": f"listen 127.0.0.1:{port}", LETSENCRYPT: folder, "/var/log/nginx": folder}
    for example, place in ours.items():
        assert example in block
        block = block.replace(example, str(place))
    file = folder / "nginx.conf"
    temporary = "".join(
        f"{word}_temp_path {folder}/{word};\n"
        for word in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;\n"
        f"events {{}}\nhttp {{\n{temporary}{block}}}\n"
    )
    assert PROGRAM
    process = subprocess.Popen([PROGRAM, "-p", str(folder), "-c", str(file)])
    try:
        yield folder
    finally:
        process.terminate()
        process.wait(30)


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
