"""The pages (网页): FastAPI, server-rendered, nothing from outside; one module per noun."""
