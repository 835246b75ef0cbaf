"""The application that the migrations belong to."""

MAX_NAME = 64
