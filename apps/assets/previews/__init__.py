"""What an asset would look like to somebody; nothing is sent, and nothing counted."""
