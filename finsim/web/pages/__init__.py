"""The pages, each a module with what stands on it and what it answers."""
