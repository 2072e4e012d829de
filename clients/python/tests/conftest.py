"""The tests run against the program of the installed wheel, or that of `TXL_BINARY`."""

pytest_plugins = ["pytester"]
