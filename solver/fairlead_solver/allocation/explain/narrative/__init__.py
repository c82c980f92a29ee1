"""The story of a line in words, out of codes and figures and nothing else."""
