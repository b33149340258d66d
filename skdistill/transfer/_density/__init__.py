"""Transfer sets that learn a density and draw from it."""
