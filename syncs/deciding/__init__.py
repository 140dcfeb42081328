"""What runs report to people, and what people answer."""
