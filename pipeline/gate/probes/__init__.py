"""One probe a module: each asks the outside world one kind of question about a tenant, and answers in findings."""
