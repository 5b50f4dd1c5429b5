"""The application core: requests in, replies out, with no knowledge of any chat platform."""
