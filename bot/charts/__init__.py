"""How progress is drawn: the picture below /progress."""
