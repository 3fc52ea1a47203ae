"""One store per aggregate: the only SQL of the application."""
