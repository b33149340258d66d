"""Transfer sets whose rows lie near real ones, or are real ones changed."""
