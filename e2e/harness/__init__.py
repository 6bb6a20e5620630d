"""What the end-to-end tests share: a running server, and something in it to work with."""
