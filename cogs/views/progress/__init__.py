"""The views of ``/progress``."""
