"""Alembic's versions, shipped with the package."""
