"""How good is the gate? What is valid is broken in many known ways, and each must be refused for the right reason."""
