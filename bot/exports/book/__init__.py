"""A whole book as files: the script of every chapter, and one production pack across all approved ones."""
