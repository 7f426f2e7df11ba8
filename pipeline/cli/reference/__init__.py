"""The pages of docs/reference that are generated: one module a kind of page, each out of where its facts live."""
