"""What every kind of decision shares on the wire: columns, rows, durations, paths of fields."""
