"""Files for people: scenarios, CSV and YAML with positions, decisions, expectations."""
