"""What the real Gemini API refuses, refused here too: unknown names, impossible settings, missing keys, retired models."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

RETIRED = ("gemini-2.0-", "gemini-1.", "gemini-3-pro-preview")

_BODY = {"contents", "systemInstruction", "generationConfig", "safetySettings", "tools", "toolConfig", "cachedContent"}
_CONFIG = {
    "maxOutputTokens", "seed", "responseMimeType", "responseSchema", "responseJsonSchema", "thinkingConfig", "temperature",
    "topP", "topK", "candidateCount", "stopSequences", "responseModalities", "speechConfig", "presencePenalty",
    "frequencyPenalty",
}  # fmt: skip
_OPEN_API = {
    "type", "format", "title", "description", "nullable", "enum", "items", "properties", "required", "minItems", "maxItems",
    "minimum", "maximum", "anyOf", "propertyOrdering", "example", "default", "minLength", "maxLength", "pattern",
    "minProperties", "maxProperties",
}  # fmt: skip
_JSON_SCHEMA = {
    "$id", "$defs", "$ref", "$anchor", "type", "format", "title", "description", "enum", "items", "prefixItems", "minItems",
    "maxItems", "minimum", "maximum", "anyOf", "oneOf", "properties", "additionalProperties", "required", "propertyOrdering",
}  # fmt: skip
_CATEGORIES = {"HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT"}
_LEVELS = {"MINIMAL", "LOW", "MEDIUM", "HIGH"}


class Refusal(Exception):  # noqa: N818 - an answer, not an error of ours
    """An HTTP answer in place of the one that was asked for."""

    def __init__(self, status: int, body: str, content_type: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.content_type = content_type
        self.headers = headers or {}


class Asked(Protocol):
    """As much of a recorded request as is checked."""

    @property
    def with_key(self) -> bool:
        """Whether it carried a key."""
        ...

    @property
    def body(self) -> dict[str, Any]:
        """Its JSON."""
        ...


def refusal(
    status: int, name: str, message: str, *, reason: str = "", details: list[dict[str, Any]] | None = None
) -> Refusal:
    """An error in the shape that all of Google's APIs share."""
    if reason:
        details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}]
    error: dict[str, Any] = {"code": status, "message": message, "status": name}
    if details:
        error["details"] = details
    return Refusal(status, json.dumps({"error": error}), "application/json")


def check(asked: Asked, *, verb: str, version: str, model: str, method: str, query: Mapping[str, str]) -> None:
    """Raises ``Refusal`` where the real API would refuse."""
    if version not in {"v1", "v1beta"} or method not in {
        "",
        "countTokens",
        "streamGenerateContent",
        "batchGenerateContent",
    }:
        raise Refusal(404, "<html><title>Error 404 (Not Found)</title></html>", "text/html")
    if verb != ("POST" if method else "GET"):
        raise Refusal(404, "<html><title>Error 404 (Not Found)</title></html>", "text/html")
    if not asked.with_key:
        raise refusal(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.")
    if not model.startswith("gemini-") or model.startswith(RETIRED) or (model.endswith("-latest") and version == "v1"):
        raise refusal(404, "NOT_FOUND", f"models/{model} is not found for API version {version}.")
    if method == "streamGenerateContent":
        if query.get("alt") != "sse":
            raise _invalid("alt=sse is expected of a stream.")
        check_body(model, asked.body)


def check_body(model: str, body: dict[str, Any]) -> None:
    """Raises ``Refusal`` where the real API would refuse the request to write."""
    _known(body, _BODY, "")
    turns = body.get("contents")
    if not turns or not all(turn.get("parts") for turn in turns):
        raise _invalid("contents is not specified")
    if turns[-1].get("role") == "model":
        raise _invalid("Please ensure that the last turn is not of the model.")
    for setting in body.get("safetySettings", []):
        if setting.get("category", "").removeprefix("HARM_CATEGORY_") not in _CATEGORIES:
            raise _invalid(f"Invalid safety category {setting.get('category')}")
    config = body.get("generationConfig", {})
    _known(config, _CONFIG, "generation_config")
    schemas = [name for name in ("responseSchema", "responseJsonSchema") if name in config]
    if len(schemas) > 1:
        raise _invalid("Only one of response_schema and response_json_schema may be set.")
    if schemas and config.get("responseMimeType") != "application/json":
        raise _invalid("A response schema needs response_mime_type application/json.")
    if "responseSchema" in config:
        _check_schema(config["responseSchema"], _OPEN_API, "generation_config.response_schema")
    if "responseJsonSchema" in config:
        _check_schema(config["responseJsonSchema"], _JSON_SCHEMA, "generation_config.response_json_schema")
    if config.get("maxOutputTokens", 1) > 65_536:
        raise _invalid("max_output_tokens is too large")
    _check_thinking(model, config.get("thinkingConfig", {}))


def _check_thinking(model: str, thinking: dict[str, Any]) -> None:
    level = thinking.get("thinkingLevel", thinking.get("thinking_level"))
    budget = thinking.get("thinkingBudget", thinking.get("thinking_budget"))
    if level is not None and budget is not None:
        raise _invalid("You can only set one of thinking budget and thinking level.")
    if level is not None and (level not in _LEVELS or (level == "MINIMAL" and model.startswith("gemini-3.8-flash"))):
        raise _invalid(f"Thinking level {level} is not supported for this model.")


def _check_schema(schema: dict[str, Any], allowed: set[str], where: str) -> None:
    _known(schema, allowed, where)
    if "$ref" in schema and len(schema) > 1:
        raise _invalid(f"$ref allows no siblings at '{where}'")
    for name, inner in schema.get("properties", {}).items():
        _check_schema(inner, allowed, f"{where}.properties[{name}]")
    if isinstance(schema.get("items"), dict):
        _check_schema(schema["items"], allowed, f"{where}.items")
    for inner in schema.get("anyOf", []):
        _check_schema(inner, allowed, f"{where}.any_of")


def _known(given: dict[str, Any], allowed: set[str], where: str) -> None:
    for name in given:
        if _camel(name) not in allowed:
            at = f" at '{where}'" if where else ""
            raise _invalid(f'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.')


def _camel(name: str) -> str:
    """The API takes both spellings of a field."""
    if name.startswith("$"):
        return name
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


def _invalid(message: str) -> Refusal:
    return refusal(400, "INVALID_ARGUMENT", message)
