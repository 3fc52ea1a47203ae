"""Gemini as a writer: client, request, response, refusals, prices."""
