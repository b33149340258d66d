"""Conjunctions of literals and the best tree among them: shared by growers and probes."""
