"""What has happened and how far the books are, for the team and for the public."""
