"""Settings: one table of name, default and help; the only place where the environment is read."""

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from graph import InvalidValue
from graph.identity.consent import ConsentDefaults

__all__ = ["Settings", "loaded_settings", "system_environment"]

PLACEHOLDERS = frozenset({"changeme", "secret", "password", "test", "example", "your-secret-key", "xxx"})
SHORTEST_KEY = 16
LOG_LEVELS = ("debug", "info", "warning", "error")


class Settings(BaseSettings):
    """Every setting, read from ``PATRON_<NAME>`` in the environment; a command's option of the same name wins."""

    model_config = SettingsConfigDict(env_prefix="PATRON_", extra="ignore", frozen=True, validate_default=True)

    data: Path = Field(Path("data"), description="The folder that holds the event log, the stores and the embeddings.")
    log: str = Field(
        "", description="The event log: `kafka://host:port/topic`; empty means the SQLite file in the data folder."
    )
    log_partitions: int = Field(
        12,
        ge=1,
        le=1024,
        description="The partitions of a topic that is made for the event log; they stay as they are.",
    )
    retention_days: int = Field(
        0, ge=0, description="How long the event log keeps what customers did, in days; 0 means for ever."
    )
    profiles: str = Field(
        "",
        repr=False,
        description="Where profiles are kept: `redis://host:6379/0`; empty means the SQLite file in the data folder.",
    )
    profiles_prefix: str = Field(
        "patron",
        pattern=r"^[A-Za-z0-9._-]{1,64}$",
        description="What the deployment's keys in `PATRON_PROFILES` begin with.",
    )
    profiles_timeout_ms: int = Field(
        50, ge=1, description="How long the server waits for `PATRON_PROFILES` before it goes on without."
    )
    visitor_days: float = Field(
        90, gt=0, description="How long after its last event `PATRON_PROFILES` keeps a visitor nobody is linked to."
    )
    graph: str = Field(
        "",
        repr=False,
        description="URL of the customer graph; empty means the SQLite file in the data folder.",
    )
    graph_password: SecretStr = Field(
        SecretStr(""), description="The password of the graph's database, for a `PATRON_GRAPH` that names none."
    )
    placements: Path | None = Field(None, description="The placements file; empty means the one Patron ships.")
    profile: Path | None = Field(
        None, description="The file of the features that profiles keep; empty means the retail one Patron ships."
    )
    host: str = Field("127.0.0.1", description="The address the server listens on.")
    port: int = Field(8080, ge=0, le=65535, description="The port the server listens on; 0 takes a free one.")
    secret_key: SecretStr = Field(
        SecretStr(""), description="The key of your own servers: may do everything. Empty is development mode."
    )
    publishable_key: SecretStr = Field(
        SecretStr(""), description="The key that pages and apps carry: may only track and recommend."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Origins whose pages may call the API, separated by commas."
    )
    consent: str = Field(
        "",
        description="What counts for customers who made no choice, such as `personalization=granted,marketing=denied`; "
        "what is not named: `profiling` is denied, `analytics`, `personalization` and `marketing` are granted.",
    )
    max_body_bytes: int = Field(8 * 2**20, ge=1024, description="The largest request body that is read.")
    events_per_second: int = Field(
        50_000,
        ge=0,
        description="How many events one key may send a second, ten seconds' worth at once; 0 is no limit.",
    )
    streams: int = Field(1_000, ge=0, description="How many pages may listen to `GET /v1/stream` at once.")
    dead_letters: int = Field(20_000, ge=0, description="How many refused messages are kept, the newest.")
    dead_letter_days: float = Field(30, gt=0, description="How long a refused message is kept, in days.")
    deadline_ms: int = Field(200, ge=1, description="How long a recommendation may take before it falls back.")
    worker: bool = Field(True, description="Whether `patron serve` starts the worker as a child process.")
    poll_seconds: float = Field(
        1.0, gt=0, description="How often the server looks for a new version, the worker for events."
    )
    demo: bool = Field(True, description="Whether the storefront under /demo is served (development mode only).")
    explore: bool = Field(True, description="Whether the customer graph is shown: `/explore` and `/v1/graph`.")
    analysis_minutes: float = Field(
        60, gt=0, description="How old the analysis of a graph that has changed since may become, in minutes."
    )
    log_level: str = Field(
        "info", description="The least severe message that is logged: debug, info, warning or error."
    )

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("consent")
    @classmethod
    def _purposes(cls, text: str) -> str:
        try:
            ConsentDefaults.parse(text)
        except InvalidValue as error:
            raise ValueError(f"expected {error.expected}") from None
        return text

    @field_validator("log_level")
    @classmethod
    def _known(cls, level: str) -> str:
        if level not in LOG_LEVELS:
            raise ValueError(f"expected one of {', '.join(LOG_LEVELS)}")
        return level

    @field_validator("secret_key", "publishable_key")
    @classmethod
    def _real(cls, key: SecretStr) -> SecretStr:
        text = key.get_secret_value()
        if text and (text.lower() in PLACEHOLDERS or len(text) < SHORTEST_KEY):
            raise ValueError(f"expected a random key of at least {SHORTEST_KEY} characters, not a placeholder")
        return key

    @model_validator(mode="after")
    def _closed_to_the_world(self) -> "Settings":
        if self.development and not _is_loopback(self.host):
            raise ValueError(
                f"PATRON_SECRET_KEY: empty, and PATRON_HOST is {self.host!r}: "
                "expected a secret key, or a loopback address for development"
            )
        if not self.development and self.secret_key.get_secret_value() == self.publishable_key.get_secret_value():
            raise ValueError("PATRON_PUBLISHABLE_KEY: expected a key other than the secret one")
        return self

    @property
    def consent_defaults(self) -> ConsentDefaults:
        """What counts for those who made no choice, by purpose."""
        return ConsentDefaults.parse(self.consent)

    @property
    def development(self) -> bool:
        """Without a secret key every call is allowed, on loopback only, and answers say so."""
        return not self.secret_key.get_secret_value()

    def as_environment(self) -> dict[str, str]:
        """The environment of a child process that is to read the same settings, keys included."""
        given = {f"PATRON_{name.upper()}": getattr(self, name) for name in type(self).model_fields}
        return system_environment() | {name: _as_text(value) for name, value in given.items() if value is not None}

    @property
    def placements_file(self) -> Path:
        return self.placements or Path(__file__).parents[1] / "packs" / "retail" / "placements.yaml"

    @property
    def profile_file(self) -> Path:
        return self.profile or Path(__file__).parents[1] / "packs" / "retail" / "profile.yaml"

    @property
    def graph_url(self) -> str:
        """The URL of the graph, password included: not to be shown (`graph.stores.open.shown_url` may be)."""
        return self.with_password(self.graph) if self.graph else f"sqlite:///{self.data / 'graph.db'}"

    def with_password(self, url: str) -> str:
        """A graph's URL with ``PATRON_GRAPH_PASSWORD`` in it where it names a server and no password."""
        password = self.graph_password.get_secret_value()
        scheme, found, place = url.partition("://")
        if not password or not found or scheme.partition("+")[0] not in ("neo4j", "bolt"):
            return url
        user, _, host = place.rpartition("@")
        if ":" in user:
            return url
        return f"{scheme}://{user or 'neo4j'}:{quote(password, safe='')}@{host}"


def system_environment() -> dict[str, str]:
    """The environment of a process that is to know nothing of Patron's settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PATRON_")}


def loaded_settings(**options: Any) -> Settings:
    """The settings of the environment, options that are not None in their place; InvalidValue names the bad one."""
    try:
        return Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = f"PATRON_{first['loc'][0]}".upper() if first["loc"] else "settings"
        given = options.get(str(first["loc"][0])) if first["loc"] else None
        given = os.environ.get(name) if given is None else given
        raise InvalidValue(name, _showable(name, given), str(first["msg"]).removeprefix("Value error, ")) from None


def _showable(name: str, given: object) -> object:
    """What a setting was given as; of a secret nothing."""
    field = Settings.model_fields.get(name.removeprefix("PATRON_").lower())
    return None if field is None or field.annotation is SecretStr else given


def _as_text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
