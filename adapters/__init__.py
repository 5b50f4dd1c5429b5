"""Chat platforms: each folder turns platform events into requests and replies into platform messages."""
