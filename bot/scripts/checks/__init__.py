"""The script check: what a human editor would look for in a script, as deterministic code."""
