"""Layouts, modals, buttons and selects."""
