from typing import Any

import aiohttp
import pytest

from tests.standins.gemini import GeminiStandIn
from tests.standins.gemini_script import script_for

KEY = {"x-goog-api-key": "k"}
TURN = {"role": "user", "parts": [{"text": "The bell rang. “Who is there?” asked Hana."}]}
STREAM = "/v1/models/gemini-3.8-flash:streamGenerateContent?alt=sse"


def body(**config: Any) -> dict[str, Any]:
    return {"contents": [TURN], "generationConfig": config}


async def ask(url: str, given: object = None, headers: dict[str, str] = KEY, method: str = "POST") -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.request(method, url, json=given, headers=headers) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize(
    ("path", "given", "headers", "status"),
    [
        (STREAM, body(), KEY, 200),
        (STREAM, body(), {}, 403),
        (STREAM.replace("alt=sse", ""), body(), KEY, 400),
        (STREAM.replace("stream", "steam"), body(), KEY, 404),
        (STREAM.replace("gemini-3.8-flash", "gemini-flash-latest"), body(), KEY, 404),
        (STREAM.replace("gemini-3.8-flash", "gemini-flash-latest").replace("v1", "v1beta"), body(), KEY, 200),
        (STREAM.replace("3.8", "2.0"), body(), KEY, 404),
        (STREAM, {}, KEY, 400),
        (STREAM, {"contents": [TURN, {**TURN, "role": "model"}]}, KEY, 400),
        (STREAM, {"contents": [TURN], "surprise": 1}, KEY, 400),
        (STREAM, body(thinkingConfig={"thinking_level": "MINIMAL"}), KEY, 400),
        (STREAM, body(thinkingConfig={"thinkingLevel": "LOW", "thinkingBudget": 1}), KEY, 400),
        (STREAM, body(responseMimeType="application/json", responseSchema={"additional_properties": False}), KEY, 400),
        (STREAM, body(responseMimeType="application/json", responseSchema={"const": 1}), KEY, 400),
        (STREAM, body(responseMimeType="application/json", responseSchema={}, responseJsonSchema={}), KEY, 400),
        (STREAM, body(responseMimeType="application/json", responseJsonSchema={"items": {"const": 1}}), KEY, 400),
        (STREAM, body(responseJsonSchema={"type": "object"}), KEY, 400),
        (STREAM, {"contents": [TURN], "safetySettings": [{"category": "HARM_CATEGORY_CIVIC_INTEGRITY"}]}, KEY, 400),
    ],
)
async def test_it_is_as_strict_as_the_real_api(
    standin: GeminiStandIn, path: str, given: object, headers: dict[str, str], status: int
) -> None:
    """What Google refuses is refused here, so that a green test means something."""
    assert (await ask(standin.url + path, given, headers))[0] == status


async def test_models_and_tokens_can_be_asked_for(standin: GeminiStandIn) -> None:
    """The two small calls that a check at start-up makes."""
    assert "outputTokenLimit" in (await ask(f"{standin.url}/v1/models/gemini-3.8-flash", method="GET"))[1]
    assert (
        "totalTokens" in (await ask(f"{standin.url}/v1/models/gemini-3.8-flash:countTokens", {"contents": [TURN]}))[1]
    )
    assert (await ask(f"{standin.url}/v1/models", method="GET"))[0] == 200
    assert not standin.calls


async def test_it_can_be_told_from_another_process(standin: GeminiStandIn) -> None:
    """Scenarios are set and ended over HTTP as well, or chosen by the model's name."""
    await ask(f"{standin.url}/play", {"scenario": "gone", "times": 1})
    assert (await ask(standin.url + STREAM, body()))[0] == 404
    assert (await ask(standin.url + STREAM, body()))[0] == 200
    assert (await ask(standin.url + STREAM.replace("flash", "flash--quota_day"), body()))[0] == 429
    assert (await ask(f"{standin.url}/play", {"reset": True}))[1] == '{"calls": 0, "open_streams": 0}'


def test_its_scripts_are_made_of_the_chapter_and_differ() -> None:
    """Another request gets another script; the words are always the chapter's own."""
    asked = {"contents": [TURN, {"role": "user", "parts": [{"text": "The bell rang. It rang again. " * 20}]}]}
    one, two = script_for(asked, 1), script_for(asked, 2)
    assert one != two
    for script in (one, two):
        assert (
            " ".join(cue["text"] for cue in script["cues"] if cue["type"] == "narration").count("The bell rang.") == 20
        )
