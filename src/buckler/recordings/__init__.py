"""What others measured or recorded, read into buckler's own shapes; nothing here simulates."""
