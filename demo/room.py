"""The doors of the demonstration."""

from core.room import Room
from demo.commands import demo
from demo.views_public import blueprint

ROOM = Room(name="demo", blueprints=(blueprint,), commands=(demo,))
