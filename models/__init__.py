"""The record (台账): SQLAlchemy tables, one file per noun, and the engine."""
