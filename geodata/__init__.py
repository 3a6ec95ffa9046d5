"""The science: from public sources to ranked, explained prospect areas."""
