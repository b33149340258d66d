"""Columns, rows and seeds that every transfer set shares."""
