"""What happened and where everything stands, for the team and for everybody."""
