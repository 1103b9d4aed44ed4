"""The words (通知): one typed message per kind, its templates, and the channels that carry it."""
