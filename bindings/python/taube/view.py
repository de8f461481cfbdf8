# SPDX-License-Identifier: LGPL-2.1-or-later
"""A folder as it is now, and as it changes."""
from collections.abc import Sequence

import gi

gi.require_version("Taube", "1")
from gi.repository import GLib, Taube  # noqa: E402


class View(Sequence):
    """A folder as a live, sorted sequence of messages: ``len``, indices, slices and iteration, as it is now.

    It follows the folder while the main context in which the account was made is run, which ``wait`` does for a while.
    ``native`` is the ``Gio.ListModel`` for list widgets.
    """

    def __init__(self, native, wrap):
        self.native = native
        self._wrap = wrap

    def __len__(self):
        return self.native.get_size()

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        position = index + len(self) if index < 0 else index
        if not 0 <= position < len(self):
            raise IndexError(index)
        return self._wrap(self.native.get_item(position))

    def find(self, item_id):
        """The position of the message with this id, or None."""
        found, position = self.native.find(item_id)
        return position if found else None

    def sort(self, key=Taube.ViewSort.DATE, descending=True):
        self.native.set_sort(key, descending)

    def filter(self, having=Taube.MessageFlags.NONE, lacking=Taube.MessageFlags.NONE):
        """Shows only messages that have all of the first flags and none of the second."""
        self.native.set_filter(having | lacking, having)

    @property
    def loading(self):
        return self.native.is_loading()

    @property
    def online(self):
        return self.native.is_online()

    @property
    def error(self):
        return self.native.get_property("error")

    def on_change(self, function):
        """Has ``function (position, removed, added)`` called at every change."""
        self.native.connect("items-changed", lambda _, position, removed, added: function(position, removed, added))

    def wait(self, until=None):
        """Runs the main context until ``until ()`` is true; at first until all rows are there."""
        context = GLib.MainContext.ref_thread_default()
        until = until or (lambda: not self.loading)
        while not until():
            if self.error is not None:
                raise self.error
            context.iteration(True)
