"""Layouts, modals and buttons."""
