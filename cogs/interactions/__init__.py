"""Answering an interaction: who may do it, autocomplete, and the one error path."""
