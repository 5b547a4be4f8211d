"""The proof of reliability: `python -m bench.prove` writes docs/reliability.md."""
