"""Announcements: composed, previewed, confirmed by a person, delivered to affiliates' channels."""
