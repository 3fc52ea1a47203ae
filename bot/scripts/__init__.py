"""The script itself: its model, timing and coverage, and the library of finished scripts."""
