"""Uvicorn inside a service that owns its signals."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn

from calendars.errors import UserError


class WebServer(uvicorn.Server):
    """Serves until it is told to stop.

    Uvicorn's own signal handling would end the process before the worker drained.
    """

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves the signals alone."""
        yield

    async def stop(self, serving: asyncio.Task[None]) -> None:
        """Takes no more connections, answers what is under way, and returns."""
        self.should_exit = True
        await serving


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `UserError` when the port is taken, before anything else has started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise UserError(
            f"CONGRESS_PORT={port}: cannot listen on {host}:{port} ({error.strerror}); choose another port."
        ) from error
    listening.listen(1024)
    return listening


def web_server(app: Any) -> WebServer:
    """A server of an ASGI application, without an access log: addresses of feeds are secrets."""
    return WebServer(
        uvicorn.Config(
            app,
            loop="none",
            http="httptools",
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=True,
            timeout_graceful_shutdown=5,
        )
    )
