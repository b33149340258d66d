"""What the benchmarks share: tables, teachers, cells, peers, and the writing of results."""
