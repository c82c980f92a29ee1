"""How people spell the contract: words, numbers and dates, in YAML, in CSV and on the screen."""
