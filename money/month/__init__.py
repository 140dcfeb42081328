"""Which month is regular, what a subscription stands at in it, and what is asked while it is not complete."""
