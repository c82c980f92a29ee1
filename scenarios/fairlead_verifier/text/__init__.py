"""What a sentence must say, by the codes and figures beside it."""
