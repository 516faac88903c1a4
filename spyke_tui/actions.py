"""Every action once (filled by the app)."""
