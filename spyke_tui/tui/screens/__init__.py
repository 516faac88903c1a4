"""One module a screen; each ends in Screen."""
