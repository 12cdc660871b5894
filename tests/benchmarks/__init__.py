"""What is fast, measured: `make bench`, or `make bench ONLY=onboarding` for a part."""
