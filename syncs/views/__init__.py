"""Pages of programs in motion: overview, runs, inbox, and the records that syncs touch."""
