"""The command line; imports the app only when it opens it."""
