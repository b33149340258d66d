"""Rule sets in other languages: one file each."""
