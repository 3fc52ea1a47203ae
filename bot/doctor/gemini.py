"""Gemini: whether the key is accepted and the models exist. Asking for a model's description costs nothing."""

import os
from typing import Final

import aiohttp

from bot.doctor.findings import Finding, fine, problem, warn
from bot.settings import StudioSettings

_BASE: Final = "https://generativelanguage.googleapis.com"
_BASE_VARIABLE: Final = "GOOGLE_GEMINI_BASE_URL"  # read by Google's SDK
_VERSION: Final = "v1beta"
_SECONDS: Final = 10.0


async def check_gemini(settings: StudioSettings) -> list[Finding]:
    """What there is to say about Gemini: a line for the key, or one for each model."""
    if not settings.gemini_key:
        return [warn("gemini", "No key is set (GOOGLE_API_KEY): the template writes the scripts.")]
    base = os.environ.get(_BASE_VARIABLE, _BASE).rstrip("/")
    address = f"{base}/{settings.gemini_api_version or _VERSION}/models"
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    headers = {"x-goog-api-key": settings.gemini_key}
    findings: list[Finding] = []
    async with aiohttp.ClientSession(headers=headers, timeout=timeout, trust_env=True) as session:
        for model in (settings.gemini_model, *settings.gemini_fallback_models):
            try:
                async with session.get(f"{address}/{model}", allow_redirects=False) as response:
                    status, text = response.status, await response.text()
            except (OSError, TimeoutError, aiohttp.ClientError):
                return [problem("gemini", "Gemini cannot be reached. Check the network, a proxy or firewall.")]
            if status in {401, 403} or "API_KEY_INVALID" in text:
                return [problem("gemini", "Gemini refuses the key. Copy a new one from Google AI Studio.")]
            findings.append(_describe(model, status, is_first=model == settings.gemini_model))
    return findings


def _describe(model: str, status: int, *, is_first: bool) -> Finding:
    match status:
        case 200:
            return fine("gemini", f"The key is accepted, and the model {model} exists.")
        case 404:
            setting = "GEMINI_MODEL" if is_first else "GEMINI_FALLBACK_MODELS"
            return (problem if is_first else warn)("gemini", f"There is no model {model}. Correct {setting}.")
        case 429:
            return warn("gemini", f"The account's quota is used up for now (model {model}).")
        case _:
            return warn("gemini", f"Gemini answers with the status {status} for the model {model}. Try again later.")
