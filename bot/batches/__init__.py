"""Whole books: many chapters written as one batch."""
