"""The small province of the API's tests."""

from tests.web.api.conftest import june, template

__all__ = ["june", "template"]
