"""What tells the outside how the process is: metrics and health checks over HTTP, and a file for containers."""

from bot.monitoring.monitor import Monitor

__all__ = ["Monitor"]
