"""What every message means."""
