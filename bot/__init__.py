"""The application: what the studio does. It knows neither Discord's interface nor SQL."""
