"""What stands between syncd and a server: something that ends TLS, by a CA of its own, and a
forward proxy. Both on loopback, both real."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A CA of somebody's own, and a server's certificate by it, as files."""

    ca: Path
    server: Path


def authority(folder: Path) -> Authority:
    """A CA that nobody knows, and by it a certificate for this machine, with its key."""
    now = datetime.now(UTC)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("Ours", "localhost")
    ]
    made = []
    for n in range(2):
        builder = (
            x509.CertificateBuilder()
            .subject_name(names[n])
            .issuer_name(names[0])
            .public_key(keys[n].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=n == 0, path_length=None), critical=True)
        )
        if n == 1:
            here = [
                x509.DNSName("localhost"),
                *(x509.IPAddress(ipaddress.ip_address(each)) for each in ("127.0.0.1", "::1")),
            ]
            builder = builder.add_extension(x509.SubjectAlternativeName(here), critical=False)
        signed = builder.sign(keys[0], hashes.SHA256())
        made.append(signed.public_bytes(serialization.Encoding.PEM))
    private = keys[1].private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    found = Authority(ca=folder / "ca.pem", server=folder / "server.pem")
    found.ca.write_bytes(made[0])
    found.server.write_bytes(private + made[1])
    return found


@dataclass
class Tunnel:
    """`port` on `host`; `asked` is where a proxy was asked to go."""

    host: str = "127.0.0.1"
    port: int = 0
    asked: list[str] = field(default_factory=list)


@contextmanager
def ending_tls(to: int, by: Authority, host: str = "127.0.0.1") -> Iterator[Tunnel]:
    """Speaks TLS on `host`, and what it is told in plain to the port `to`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(by.server)

    def serve(client: socket.socket) -> None:
        with (
            context.wrap_socket(client, server_side=True) as plain,
            socket.create_connection(("127.0.0.1", to)) as server,
        ):
            _relayed(plain, server)

    with _listening(serve, Tunnel(host=host)) as tunnel:
        yield tunnel


@contextmanager
def proxy() -> Iterator[Tunnel]:
    """A forward proxy: CONNECT, and requests for whole addresses, one a connection (RFC 9112)."""
    tunnel = Tunnel()

    def serve(client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = client.recv(65536)
            if not piece:
                return
            head += piece
        method, target, rest = head.split(b" ", 2)
        tunnel.asked.append(f"{method.decode()} {target.decode()}")
        whole = target.partition(b"://")[2]
        host, _, path = (whole or target).partition(b"/")
        name, _, port = host.decode().rpartition(":")
        with socket.create_connection((name.strip("[]"), int(port))) as server:
            if method == b"CONNECT":
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                rest = rest.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
                server.sendall(b" ".join((method, b"/" + path, rest)))
            _relayed(client, server)

    with _listening(serve, tunnel):
        yield tunnel


@contextmanager
def _listening(serve: Callable[[socket.socket], None], tunnel: Tunnel) -> Iterator[Tunnel]:
    family = socket.AF_INET6 if ":" in tunnel.host else socket.AF_INET
    with socket.create_server((tunnel.host, 0), family=family) as listener:
        tunnel.port = listener.getsockname()[1]

        def one(client: socket.socket) -> None:
            with suppress(OSError), client:
                serve(client)

        def loop() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    threading.Thread(target=one, args=(client,), daemon=True).start()

        thread = threading.Thread(target=loop, daemon=True)
        thread.start()
        yield tunnel
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _relayed(one: socket.socket, other: socket.socket) -> None:
    def back() -> None:
        _copied(other, one)

    thread = threading.Thread(target=back, daemon=True)
    thread.start()
    _copied(one, other)
    thread.join()


def _copied(from_: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while piece := from_.recv(65536):
            to.sendall(piece)
    with suppress(OSError):
        to.shutdown(socket.SHUT_RDWR)
