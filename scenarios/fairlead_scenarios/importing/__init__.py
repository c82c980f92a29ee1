"""Importing: tables of an ERP, as CSV files, into a cycle by a mapping file."""
