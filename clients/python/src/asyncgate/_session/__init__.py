"""A worker's session: the stream to the server, its heartbeats, and its resumption after breaks.

It runs in a process of its own, so that no handler can stop the heartbeats, not even one that holds the GIL.
"""
