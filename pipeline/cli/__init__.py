"""The command line: one module a verb; this is the only room that sees all the others."""
