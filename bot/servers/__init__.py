"""What the program knows of the servers that the bot is in: from its own connection to Discord, or from the database."""
