"""Checks what a bot sends to Slack against Slack's own schemas, where they are present."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]

Json = dict[str, Any]

SPECS = Path(__file__).resolve().parents[3] / "shared" / "specs"
MAX_BLOCKS = 50
MAX_HOME_BLOCKS = 100
HOME_FIELDS = frozenset({"type", "blocks", "private_metadata", "callback_id", "external_id"})
MAX_SERIALIZED = 13_200
MAX_UPDATE_TEXT = 4000
MAX_POST_TEXT = 40_000
VIEW_LIMITS = {"title": 24, "submit": 24, "close": 24, "private_metadata": 3000, "callback_id": 255}

# The block schema is made from TypeScript types; the numbers stand only in its descriptions.
_MAX_LENGTH = re.compile(r"[Mm]aximum length (?:for (?:this|the text in this) field )?is ([\d,]+) characters")
_MAX_ITEMS = re.compile(r"[Mm]aximum (?:number of items is|of) ([\d,]+)(?: elements|\.|$)")


class SlackSchema:
    """Says what is wrong with a call. The rules below ``hand-made`` hold also without the schemas."""

    def __init__(self, specs: Path = SPECS) -> None:
        methods, blocks = (
            specs / "slack_methods_2026-08-20.json",
            specs / "slack_block_kit_schema_from_ts.json",
        )
        self.methods: Json = json.loads(methods.read_text()) if methods.exists() else {}
        definitions = _with_limits(json.loads(blocks.read_text()))["definitions"] if blocks.exists() else {}
        self._blocks = {name: _validator(definitions, ref) for name, ref in _block_types(definitions)}

    def faults(self, method: str, args: Mapping[str, Any]) -> list[str]:
        """Return what is wrong with a Web API call; ``args`` as they came, with the token."""
        found = [f"{method}: {fault}" for fault in self._faults_of_args(method, args)]
        limit = MAX_UPDATE_TEXT if method == "chat.update" else MAX_POST_TEXT
        return found + [f"{method}: {fault}" for fault in self.faults_of_message(args, limit)]

    def faults_of_message(self, message: Mapping[str, Any], limit: int = MAX_POST_TEXT) -> list[str]:
        """Return what is wrong with a message's text and blocks."""
        blocks = message.get("blocks") or []
        blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
        found = [fault for block in blocks for fault in self._faults_of_block(block)]
        return found + list(_hand_made(blocks, str(message.get("text") or ""), limit))

    def faults_of_view(self, view: Mapping[str, Any]) -> list[str]:
        """Return what is wrong with a form."""
        found = [fault for block in view["blocks"] for fault in self._faults_of_block(block)]
        for name, limit in VIEW_LIMITS.items():
            value = view.get(name) or ""
            length = len(value["text"] if isinstance(value, dict) else value)
            found += [f"a {name} of {length} characters"] if length > limit else []
        return found

    def faults_of_home(self, view: Mapping[str, Any]) -> list[str]:
        """Return what is wrong with the view of a Home tab."""
        blocks = view["blocks"]
        found = [fault for block in blocks for fault in self._faults_of_block(block)]
        found += [f"{len(blocks)} blocks"] if len(blocks) > MAX_HOME_BLOCKS else []
        found += [f"a view of type {view['type']}"] if view["type"] != "home" else []
        return found + [f"unknown field {name}" for name in view if name not in HOME_FIELDS]

    def scopes(self, method: str) -> set[str]:
        """Return the scopes that a bot needs for a method."""
        return set(self.methods.get(method, {}).get("scope", {}).get("bot", []))

    def errors(self, method: str) -> list[str]:
        """Return every error code that is documented for a method."""
        return sorted(self.methods.get(method, {}).get("errors", {}))

    def _faults_of_args(self, method: str, args: Mapping[str, Any]) -> Iterator[str]:
        if not self.methods:
            return
        if method not in self.methods:
            yield "unknown method"
            return
        schema = self.methods[method]["args"]
        properties = {name: _usable(rule) for name, rule in schema["properties"].items()}
        yield from (f"unknown argument {name}" for name in args if name not in properties)
        coerced = {name: _coerced(value, properties.get(name, {})) for name, value in args.items()}
        rules = {"type": "object", "required": schema.get("required", []), "properties": properties}
        yield from (error.message for error in Draft7Validator(rules).iter_errors(coerced))

    def _faults_of_block(self, block: Json) -> Iterator[str]:
        if not self._blocks:
            return
        validator = self._blocks.get(block.get("type", ""))
        if validator is None:
            yield f"unknown block {block.get('type')}"
        elif error := best_match(validator.iter_errors(block)):
            yield f"{block['type']}{error.json_path}: {error.message[:300]}"


def _hand_made(blocks: list[Json], text: str, limit: int) -> Iterator[str]:
    if len(blocks) > MAX_BLOCKS:
        yield f"{len(blocks)} blocks"
    if len(json.dumps(blocks, ensure_ascii=False)) > MAX_SERIALIZED:
        yield "msg_blocks_too_long"
    if blocks and not text:
        yield "blocks without a text to fall back on"
    if len(text) > limit:
        yield f"text of {len(text)} characters"
    for part in walk(blocks):
        if "text" in part and part["text"] == "":
            yield f"an empty {part.get('type')}"
        if part.get("type") == "link" and not part["url"].startswith(("http://", "https://")):
            yield f"a link to {part['url'][:50]}"
    for name, count in Counter(part["action_id"] for part in walk(blocks) if "action_id" in part).items():
        if count > 1:
            yield f"action_id {name} used {count} times"


def walk(value: Any) -> Iterator[Json]:
    """Yield every object within a JSON value, outermost first."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def _block_types(definitions: Json) -> Iterator[tuple[str, str]]:
    for option in definitions.get("KnownBlock", {}).get("anyOf", []):
        definition = definitions[option["$ref"].rpartition("/")[2]]
        for variant in definition.get("anyOf", [definition]):
            yield variant["properties"]["type"]["const"], option["$ref"]


def _validator(definitions: Json, ref: str) -> Draft7Validator:
    return Draft7Validator({"$ref": ref, "definitions": definitions})


def _with_limits(schema: Any) -> Any:
    """Turn the numbers in descriptions into rules."""
    if isinstance(schema, list):
        return [_with_limits(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    limited = {key: _with_limits(inner) for key, inner in schema.items()}
    description = limited.get("description")
    if not isinstance(description, str):
        return limited
    if length := _MAX_LENGTH.search(description):
        return _limit_length(limited, int(length[1].replace(",", "")))
    if limited.get("type") == "array" and (items := _MAX_ITEMS.search(description)):
        limited["maxItems"] = int(items[1].replace(",", ""))
    return limited


def _limit_length(schema: Json, length: int) -> Json:
    if "$ref" in schema:  # an object with a text; draft 7 sees nothing beside a $ref
        return {"allOf": [{"$ref": schema["$ref"]}, {"properties": {"text": {"maxLength": length}}}]}
    return schema | {"maxLength": length} if schema.get("type") == "string" else schema


def _usable(rule: Json) -> Json:
    """Drop what is Slack's own or plainly wrong (a maxLength of 0)."""
    return {key: value for key, value in rule.items() if key in ("type", "anyOf", "enum", "minLength")}


def _coerced(value: Any, rule: Json) -> Any:
    """Give a form's strings the types that they stand for."""
    if isinstance(value, list | dict):
        return json.dumps(value) if rule else value
    kinds = {rule.get("type"), *(option.get("type") for option in rule.get("anyOf", []))}
    if isinstance(value, str) and "array" in kinds and value.startswith("["):
        return json.loads(value)
    if isinstance(value, str) and "boolean" in kinds and value.lower() in ("0", "1", "true", "false"):
        return value.lower() in ("1", "true")
    if isinstance(value, str) and kinds & {"integer", "number"} and value.isdigit():
        return int(value)
    return value
