"""What reads each format: bytes into a title and blocks of text under their headings."""
