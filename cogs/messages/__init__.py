"""The adapters that post and edit messages: the only code that knows how Discord's requests fail."""
