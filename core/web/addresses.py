"""What stands in an address: a number there is one that a row can have.

Knows the web and no room.
"""

from __future__ import annotations

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
