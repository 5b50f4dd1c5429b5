"""All settings, read once from `quoth.toml`, the environment and `.env`."""

import json
import os
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot.errors import SettingInvalid

FILE = "quoth.toml"
LONGEST_ECHO = 60
"""Characters of a wrong value that are shown."""

RERANK_OFF = "off"
RERANK_TOKENS = "tokens"

SEEDS = Path(__file__).resolve().parent.parent / "seeds"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _from_json(given: Any) -> Any:
    """Read a list as the environment spells it, so that a misspelt one is an error like any other."""
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except ValueError as error:
        raise ValueError("must be a list") from error


class EmbedderSettings(_Section):
    """Which embedding model, what it wants to read before a text, and what computes it."""

    model: str = "all-MiniLM-L6-v2"
    query_prompt: str = ""
    passage_prompt: str = ""
    runtime: Literal["auto", "torch", "openvino"] = "auto"


class AnswerSettings(_Section):
    """When to answer: ``threshold`` is the least probability, 0 to 1, that a passage answers.

    From ``closest`` on, a passage is shown as the closest; a default above the threshold is none.
    ``rerank`` is RERANK_OFF, RERANK_TOKENS, or the folder or name of a cross-encoder.
    """

    threshold: float = Field(default=0.3, ge=0, le=1)
    closest: float = Field(default=0.15, ge=0, le=1, examples=[0.1])
    passages: int = Field(default=5, ge=1, le=20)
    rerank: str = Field(default=RERANK_TOKENS, min_length=1)

    @field_validator("closest")
    @classmethod
    def _is_not_above_the_threshold(cls, closest: float, info: ValidationInfo) -> float:
        threshold = info.data.get("threshold", 1.0)
        if closest > threshold:
            raise ValueError(f"may not lie above answers.threshold, which is {threshold:g}")
        return closest


class LimitSettings(_Section):
    """How many questions one person may ask in how many seconds."""

    questions: int = Field(default=20, ge=1)
    per_seconds: float = Field(default=60, gt=0)


class ModeratorSettings(_Section):
    """Who may manage sources beside those whom the platform lets manage the workspace."""

    ids: Annotated[frozenset[str], NoDecode, BeforeValidator(_from_json)] = Field(
        default=frozenset(), examples=['["U0ANN", "U0BOB"]']
    )
    groups: Annotated[frozenset[str], NoDecode, BeforeValidator(_from_json)] = Field(
        default=frozenset(), examples=['["S0EDITORS"]']
    )


def _or_none(given: Any) -> Any:
    return None if given == "" else given


class SourceSettings(_Section):
    """The starter folder (empty: none), and what a chat may add: paths, and kinds (none: all kinds)."""

    seeds: Annotated[Path | None, BeforeValidator(_or_none)] = Field(
        default=SEEDS if SEEDS.is_dir() else None, examples=["seeds"]
    )
    allowed_paths: Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_from_json)] = Field(
        default=(), examples=['["/srv/docs"]']
    )
    kinds: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_from_json)] = Field(
        default=(), examples=['["page", "site"]']
    )
    max_upload_bytes: int = Field(default=10_000_000, ge=1)


class FetchSettings(_Section):
    """Hosts from which is fetched though they may stand in a private network."""

    allowed_hosts: Annotated[frozenset[str], NoDecode, BeforeValidator(_from_json)] = Field(
        default=frozenset(), examples=['["wiki.example.internal"]']
    )

    @field_validator("allowed_hosts")
    @classmethod
    def _in_lower_case(cls, hosts: frozenset[str]) -> frozenset[str]:
        """Write hosts as addresses are written that are compared with them."""
        return frozenset(host.strip().lower() for host in hosts)


class LogSettings(_Section):
    """How to log, and whether questions' words are logged."""

    questions: bool = False
    format: Literal["text", "json"] = "text"


class DiscordSettings(_Section):
    """Whether to ask Discord for the texts of messages that do not mention the bot.

    ``api_url`` and ``gateway_url`` redirect the bot to a stand-in on this machine.
    """

    message_content: bool = False
    api_url: str = ""
    gateway_url: str = ""


class SlackSettings(_Section):
    """Where signed HTTP listens, when Slack is not connected by Socket Mode.

    With ``client_id`` and ``client_secret`` workspaces install the app at ``public_url``, which leads there.
    """

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=3000, ge=0, le=65535)
    client_id: str = Field(default="", examples=["1234567890.1234567890"])
    client_secret: SecretStr = SecretStr("")
    public_url: str = Field(default="", examples=["https://quoth.example.org"])


class Settings(BaseSettings):
    """Every setting. QUOTH_<SECTION>_<NAME> in the environment is [section] name in quoth.toml."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_prefix="QUOTH_",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        env_file=".env",
        env_ignore_empty=True,
        toml_file=FILE,
        populate_by_name=True,
    )

    data: Path = Path(".quoth")
    embedder: EmbedderSettings = EmbedderSettings()
    answers: AnswerSettings = AnswerSettings()
    limits: LimitSettings = LimitSettings()
    moderators: ModeratorSettings = ModeratorSettings()
    sources: SourceSettings = SourceSettings()
    fetch: FetchSettings = FetchSettings()
    logs: LogSettings = LogSettings()
    discord: DiscordSettings = DiscordSettings()
    slack: SlackSettings = SlackSettings()
    discord_token: SecretStr = Field(default=SecretStr(""), validation_alias="DISCORD_TOKEN")
    slack_bot_token: SecretStr = Field(default=SecretStr(""), validation_alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr = Field(default=SecretStr(""), validation_alias="SLACK_APP_TOKEN")
    slack_signing_secret: SecretStr = Field(default=SecretStr(""), validation_alias="SLACK_SIGNING_SECRET")
    slack_api_url: str = Field(default="", validation_alias="SLACK_API_URL")

    @property
    def platforms(self) -> tuple[str, ...]:
        """The chat platforms to connect: those of which any token or secret is set."""
        tokens = {
            "discord": (self.discord_token,),
            "slack": (
                self.slack_bot_token,
                self.slack_app_token,
                self.slack_signing_secret,
                SecretStr(self.slack.client_id),
                self.slack.client_secret,
            ),
        }
        return tuple(
            name for name, given in tokens.items() if any(token.get_secret_value() for token in given)
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The command line beats the environment, that beats .env, and that beats the file."""
        file_settings = TomlConfigSettingsSource(settings_cls)
        return init_settings, env_settings, _SeedsSwitchedOff(settings_cls), dotenv_settings, file_settings


class _SeedsSwitchedOff(PydanticBaseSettingsSource):
    """The one variable whose empty value says something; all others are then as if not set."""

    def __call__(self) -> dict[str, Any]:
        given = dotenv_values(".env") | os.environ
        return {"sources": {"seeds": ""}} if given.get("QUOTH_SOURCES_SEEDS") == "" else {}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return nothing: this source knows no field by itself."""
        return None, field_name, False


def stay_offline() -> None:
    """Keep the libraries from the model hub, unless HF_HUB_OFFLINE=0 lets a model be downloaded.

    Their own words about it stay unsaid, too: an embedder that cannot be loaded says so itself.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")


def load(**given: Any) -> Settings:
    """Read the settings; ``given`` ones win. Raises SettingInvalid, which names all that are wrong."""
    try:
        settings, problems = Settings(**given), []
    except ValidationError as error:
        settings, problems = None, error.errors()
    except ValueError as error:  # quoth.toml is not TOML, or a section in the environment is not JSON
        raise SettingInvalid(f"The settings could not be read: {error}. Check {FILE} and .env.") from error
    # One sentence for each setting: what is wrong with one item of a list may be wrong with all.
    sentences = {problem["loc"][:2]: _sentence(problem) for problem in reversed(problems)}
    wrong = [*_misspelt(), *reversed(sentences.values())]
    if settings is None or wrong:
        raise SettingInvalid("\n".join(wrong))
    return settings


def explain(settings: Settings) -> list[tuple[str, str, str]]:
    """Return name, value (secrets masked) and origin of every setting."""
    rows = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, _Section):
            for inner in type(value).model_fields:
                variable = f"QUOTH_{name}_{inner}".upper()
                default = getattr(field.default, inner)
                rows.append(_row(f"{name}.{inner}", getattr(value, inner), default, variable))
        else:
            variable = str(field.validation_alias or f"QUOTH_{name}").upper()
            rows.append(_row(name, value, field.default, variable))
    return rows


def _row(name: str, value: Any, default: Any, variable: str) -> tuple[str, str, str]:
    if isinstance(value, SecretStr):
        shown = "set" if value.get_secret_value() else "not set"
    else:
        shown = ", ".join(map(str, value)) if isinstance(value, tuple | frozenset) else str(value)
    if value is None or not shown:
        shown = "none"
    return name, shown, _origin(variable, changed=value != default, is_off=value is None)


def _origin(variable: str, *, changed: bool, is_off: bool) -> str:
    for place, given in (("environment", os.environ), (".env", dotenv_values(".env"))):
        # An empty variable is as if it were not set, unless it is what switches something off.
        if given.get(variable) or (is_off and variable in given):
            return f"{place}, {variable}"
    return f"{FILE} or the command line" if changed else "default"


WORDS = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "frozen_set_type": "must be a list",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "less_than_equal": "must be at most {le:g}",
    "literal_error": "must be {expected}",
    "model_type": "is a section, with its settings below it",
    "path_type": "must be a path in quotation marks",
    "string_too_short": "may not be empty",
    "string_type": "must be text in quotation marks",
    "tuple_type": "must be a list",
}
"""What the types of pydantic's errors mean to people."""


def _misspelt() -> list[str]:
    """Name what stands in quoth.toml and is neither a section nor a setting."""
    known = set(Settings.model_fields) | {
        str(field.validation_alias) for field in Settings.model_fields.values() if field.validation_alias
    }
    given = TomlConfigSettingsSource(Settings).toml_data
    return [
        f"{FILE} has {name!r}, which is neither a section nor a setting{_meant(name, known)}."
        for name in given
        if name not in known
    ]


def _sentence(problem: ErrorDetails) -> str:
    path = [str(part) for part in problem["loc"][:2]]  # a third part counts the items of a list
    name = ".".join(path)
    variable = name if name.isupper() else "_".join(("QUOTH", *path)).upper()
    section = type(getattr(Settings.model_fields.get(path[0]), "default", None))
    fields = section.model_fields if issubclass(section, _Section) else {}
    cure = f"Correct it in {FILE} or {variable}"
    if problem["type"] == "extra_forbidden":
        return f"There is no setting {name}{_meant(path[-1], fields)}. {cure}."
    field = fields.get(path[-1])
    # What stands where a token or secret should be may be one.
    is_secret = name.isupper() or (field is not None and isinstance(field.default, SecretStr))
    example = f", as in {variable}={_example(field)}" if field is not None and not is_secret else ""
    value = "" if is_secret else f" is {_short(problem['input'])}, but it"
    reason = WORDS.get(problem["type"], problem["msg"].removeprefix("Value error, "))
    return f"The setting {name}{value} {reason.format(**problem.get('ctx', {}))}. {cure}{example}."


def _meant(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, known, 1)
    return f". Perhaps {close[0]} is meant" if close else ""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_ECHO else f"{text[:LONGEST_ECHO]}..."


def _example(field: FieldInfo) -> str:
    return str((field.examples or [field.default])[0])
