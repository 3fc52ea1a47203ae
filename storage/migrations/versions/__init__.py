"""One file per version; names are importable."""
