"""A query and passages to scores, one module per library."""
