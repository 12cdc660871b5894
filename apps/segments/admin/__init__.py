from apps.segments.admin import panels, properties, segments

__all__ = ["panels", "properties", "segments"]
