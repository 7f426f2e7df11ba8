"""The programs and environments that the project runs on: found, fetched or built once, kept in one cache folder."""
