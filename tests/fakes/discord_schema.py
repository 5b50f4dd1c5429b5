"""Checks what a bot sends to Discord against Discord's own schema, where it is present."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]

Json = dict[str, Any]

SPECS = Path(__file__).resolve().parents[3] / "shared" / "specs"
V2 = 1 << 15
V2_ONLY = frozenset({9, 10, 11, 12, 13, 14, 17})
ACTION_ROW, BUTTON, TEXT, LINK = 1, 2, 10, 5
MAX_COMPONENTS = 40
MAX_TEXT = 4_000
MAX_TREE = 8_000
MAX_MODAL_TITLE = 45
OPTION_TYPES_WITH_OPTIONS = frozenset({1, 2})


class DiscordSchema:
    """Says what is wrong with a request. The rules below hold also without the schema."""

    def __init__(self, specs: Path = SPECS) -> None:
        file = specs / "discord_openapi.json"
        document: Json = json.loads(file.read_text()) if file.exists() else {}
        self._components = document.get("components", {})
        self._bodies = dict(_bodies(document))

    @property
    def is_present(self) -> bool:
        """Whether Discord's own schema is here."""
        return bool(self._bodies)

    def faults(self, method: str, path: str, body: Any) -> list[str]:
        """Return what is wrong with a request; ``path`` without the API's own prefix."""
        found = [f"{method} {path}: {fault}" for fault in self._faults_of_body(method, path, body)]
        if isinstance(body, list):
            return found + [f"commands: {fault}" for fault in _faults_of_commands(body)]
        message = body.get("data", body) if isinstance(body, dict) else {}
        return found + [f"{method} {path}: {fault}" for fault in faults_of_message(message or {})]

    def _faults_of_body(self, method: str, path: str, body: Any) -> Iterator[str]:
        if not self._bodies:
            return
        schema = next(
            (
                schema
                for (verb, route), schema in self._bodies.items()
                if verb == method and route.match(path)
            ),
            None,
        )
        if schema is None:
            yield "Discord knows no such request"
            return
        validator = Draft202012Validator({**schema, "components": self._components})
        error = best_match(validator.iter_errors(_with_ids_as_text(body)))
        if error is not None:
            yield f"{error.json_path}: {error.message[:300]}"


def _with_ids_as_text(body: Any) -> Any:
    """Return a body whose ids are strings: Discord takes numbers too, whatever its schema says."""
    if isinstance(body, dict) and body.get("attachments"):
        attachments = [{**each, "id": str(each["id"])} for each in body["attachments"]]
        body = body | {"attachments": attachments}
    if isinstance(body, dict) and "recipient_id" in body:
        return body | {"recipient_id": str(body["recipient_id"])}
    if isinstance(body, dict) and isinstance(body.get("message_reference"), dict):
        reference = body["message_reference"]
        ids = {name: str(value) for name, value in reference.items() if name.endswith("_id")}
        return body | {"message_reference": reference | ids}
    if isinstance(body, dict) and "roles" in (body.get("allowed_mentions") or {}):
        allowed = body["allowed_mentions"]
        return body | {"allowed_mentions": allowed | {"roles": [str(role) for role in allowed["roles"]]}}
    return body


def faults_of_message(message: Mapping[str, Any]) -> list[str]:
    """Return what Discord's server refuses and its schema lets pass."""
    components = message.get("components") or []
    everything = list(walk(components))
    is_v2 = bool(int(message.get("flags") or 0) & V2)
    found = []
    if is_v2 and (message.get("content") or message.get("embeds")):
        found.append("content or embeds beside components of version 2")
    if not is_v2 and any(part["type"] in V2_ONLY for part in everything):
        found.append("components of version 2 without their flag")
    if len(everything) > MAX_COMPONENTS:
        found.append(f"{len(everything)} components")
    if (length := sum(units(part["content"]) for part in everything if part["type"] == TEXT)) > MAX_TEXT:
        found.append(f"{length} characters of text")
    if any(not part["content"].strip() for part in everything if part["type"] == TEXT):
        found.append("an empty text")
    if len(message.get("title") or "") > MAX_MODAL_TITLE:
        found.append(f"a title of {len(message['title'])} characters")
    ids = [part["custom_id"] for part in everything if "custom_id" in part]
    if len(ids) != len(set(ids)):
        found.append(f"a custom_id used twice: {ids}")
    if any(
        part["type"] == BUTTON and part.get("style") == LINK and "custom_id" in part for part in everything
    ):
        found.append("a link button with a custom_id")
    if any(part["type"] == ACTION_ROW and not part["components"] for part in everything):
        found.append("an empty action row")
    return found


def _faults_of_commands(commands: list[Json]) -> Iterator[str]:
    for command in commands:
        name = command["name"]
        if command.get("type", 1) == 1 and name != name.lower():
            yield f"{name} is not in lower case"
        if (length := _length(command)) > MAX_TREE:
            yield f"{name} has {length} characters"
        yield from _faults_of_options(name, command.get("options", []))


def _faults_of_options(name: str, options: list[Json]) -> Iterator[str]:
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        yield f"{name} has a required option after an optional one"
    for option in options:
        if option["type"] in OPTION_TYPES_WITH_OPTIONS:
            yield from _faults_of_options(f"{name} {option['name']}", option.get("options", []))


def _length(part: Json) -> int:
    own = len(part["name"]) + len(part.get("description", "")) + len(str(part.get("value", "")))
    return own + sum(_length(child) for child in (*part.get("options", []), *part.get("choices", [])))


def walk(components: list[Json]) -> Iterator[Json]:
    """Yield each component of a message, top to bottom."""
    for part in components:
        yield part
        yield from walk(part.get("components") or [])
        if part.get("accessory"):
            yield from walk([part["accessory"]])


def units(text: str) -> int:
    """Return a text's length as Discord counts at worst: in UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def _bodies(document: Json) -> Iterator[tuple[tuple[str, re.Pattern[str]], Json]]:
    for path, methods in document.get("paths", {}).items():
        route = re.compile("/".join("[^/]+" if "{" in part else part for part in path.split("/")) + "$")
        for method, operation in methods.items():
            if "requestBody" in operation if isinstance(operation, dict) else False:
                content = operation["requestBody"]["content"]
                if "application/json" in content:
                    yield (method.upper(), route), content["application/json"]["schema"]
