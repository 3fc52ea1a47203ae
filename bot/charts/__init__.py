"""The picture below ``/progress``: a grid of chapters for each book, and bars for what happened when."""
