"""Only pages are collected here: their ``>>>`` lines are run as doctests."""

collect_ignore_glob = ["*.py", "gallery/*", "_build/*", "api/*"]
