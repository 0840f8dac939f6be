"""What stands in an address: a number there is one that a row can have.

Knows the web and no room.
"""

from __future__ import annotations

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, ValidationError

#: The largest number of a column of whole numbers, on either database.
LARGEST = 2**31 - 1


class RowInteger(IntegerConverter):
    """A number in an address; a larger one names nothing, and must not reach the database."""

    def to_python(self, value: str) -> int:
        """The number.

        :raises ValidationError: for one that no row can have; then the address does not exist.
        """
        if len(value) > len(str(LARGEST)) or int(value) > LARGEST:
            raise ValidationError
        return super().to_python(value)


def address_without_slash() -> str | None:
    """The public page that is meant by an address with a slash too many at its end, if there is one.

    It is built from our own routes, so it is a path of this site whatever was asked for.
    """
    if request.method not in ("GET", "HEAD") or not request.path.endswith("/"):
        return None
    routes = current_app.create_url_adapter(request)
    try:
        endpoint, values = routes.match(request.path.rstrip("/"), method="GET")
    except HTTPException:
        return None
    if getattr(current_app.view_functions[endpoint], "guard", None) != "public":
        return None
    query = request.query_string.decode("latin-1")
    return routes.build(endpoint, values) + (f"?{query}" if query else "")
