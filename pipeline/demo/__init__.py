"""`acme demo`: one tenant's change from pull request to production and back, told and proved on real parts."""
