"""The mind of the studio: process and domain. Knows no widget and no SQL."""
