"""From a YAML file to a checked scenario: strict reading, quantities, problems with their remedy."""
