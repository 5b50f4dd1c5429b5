"""Nearest-neighbour search over vectors, one module per library."""
