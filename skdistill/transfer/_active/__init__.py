"""Transfer sets that query the teacher to choose their rows."""
