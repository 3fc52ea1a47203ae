"""Files that people attach become the texts of chapters."""
