"""Text to vectors, one module per library."""
