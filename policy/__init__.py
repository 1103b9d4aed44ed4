"""What the authority sets (政策): packs of YAML, their schema, loader, soundness check, and the working calendar."""
