# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server that speaks Exchange Web Services, for tests: stateful, checked against Microsoft's schema, in memory."""
