"""The service's settings: `CONGRESS_*` in the environment, everything with a default that works on one machine."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from calendars.errors import UserError

# Bound to every address; people on this machine reach it by loopback.
ANY = ("0.0.0.0", "::", "")  # noqa: S104


class Settings(BaseSettings):
    """Read once at the start of a command or of the service."""

    model_config = SettingsConfigDict(env_prefix="CONGRESS_", extra="ignore")

    data: Path = Path("var")
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    public_url: str = ""
    temporal_port: int = Field(0, ge=0, le=65535)
    temporal_ui_port: int = Field(0, ge=0, le=65535)
    task_queue: str = "congress"
    campaign: str = ""
    lang: str = Field("en", pattern="^(en|vi)$")
    smtp_url: str = Field("", repr=False)
    mail_from: str = ""
    mail_rate: int = Field(1_200, ge=0)
    channel_rate: int = Field(60, ge=0)
    feed_rate: int = Field(60, ge=0)
    public_feeds: bool = False
    public_rate: int = Field(60, ge=0)
    api_rate: int = Field(600, ge=0)
    notice_quiet_minutes: int = Field(10, ge=0, le=1_440)

    @property
    def store_url(self) -> str:
        """Where the journal is: a SQLite file in the data folder unless a database is named."""
        return self.database_url or f"sqlite:///{self.data / 'congress.db'}"

    @property
    def board_url(self) -> str:
        """The address that people are given."""
        host = "127.0.0.1" if self.host in ANY else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def sender(self) -> str:
        """The address that notices come from."""
        host = urlsplit(self.board_url).hostname or ""
        return self.mail_from or f"Lịch đại hội <no-reply@{'localhost' if _loopback(host) else host}>"

    @property
    def is_private(self) -> bool:
        """Whether nobody but this machine can reach the service: bound to loopback, and its address says so too."""
        return _loopback(self.host) and _loopback(urlsplit(self.board_url).hostname or "")


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def read_settings() -> Settings:
    """The settings of this process. Raises `UserError` naming the variable and what was expected."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "CONGRESS_" + "_".join(str(part) for part in first["loc"]).upper()
        raise UserError(f"{name}={first['input']}: {first['msg']}.") from error
