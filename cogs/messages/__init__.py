"""Adapters that post and edit messages: the one place that knows Discord's error codes."""
