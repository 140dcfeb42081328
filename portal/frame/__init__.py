"""The frame around every page: menu, counts, running sync, notices, errors."""
