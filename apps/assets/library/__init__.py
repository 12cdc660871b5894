"""The shelf that assets stand on: found, labelled, copied, archived, compared, taken back."""
