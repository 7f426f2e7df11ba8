"""One verdict, written as each reader wants it: people, programs, code scanning, test reports, reviewers."""
