"""The face of the studio: one thin file per command group, and the views they show."""
