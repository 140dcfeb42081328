"""Runs: from facts to a plan, from the plan to the target, and the proof."""
