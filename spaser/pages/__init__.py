"""What the pages of figures show; nothing here computes a figure."""
