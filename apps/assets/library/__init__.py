"""The shelf that assets stand on: found, copied, archived, compared, taken back."""
