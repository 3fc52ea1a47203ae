"""A script or the progress as a file for download."""
