"""One component a file: frozen Args, and the resources that belong together."""
