"""What the three edges share (运行环境): settings, data folder, database, process lock."""
