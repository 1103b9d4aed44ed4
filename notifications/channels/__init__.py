"""The channels that are built in (内置渠道)."""
