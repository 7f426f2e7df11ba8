"""The Pulumi programs: what a tenant and the platform are made of."""
