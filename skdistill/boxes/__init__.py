"""Boxes over binned columns: what rule learners and scenario discovery share."""
