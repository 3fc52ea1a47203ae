"""What every background worker shares: leases, rate limits, pacing, circuit breakers."""
