"""What `acme new` writes: one module a thing, each out of the example or a few lines, each passing every check as written."""
