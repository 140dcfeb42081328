"""The heart, pure: what a row is, what a period comes to, what each line says, where each cent counts."""
