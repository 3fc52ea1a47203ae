"""The production pack: everything a recording day needs, from one approved script or from a whole book."""
