/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <taube-backend/taube-limits.h>

static const TaubeLimits default_limits = {
  .line_bytes = 1 << 20,
  .literal_bytes = 64 << 10,
  .body_bytes = G_GUINT64_CONSTANT (1) << 40,
  .response_bytes = 16 << 20,
  .nesting = 64,
  .list_items = 100000,
  .folders = 200000,
  .messages = 50000000,
  .untagged_responses = 100000,
  .capabilities = 1000,
  .header_bytes = 1 << 20,
  .challenge_bytes = 64 << 10,
  .challenges = 16,
  .scram_iterations_min = 4096,
  .scram_iterations_max = 1000000,
  .text_bytes = 64 << 20,
  .message_bytes = 256 << 20,
};

/* The limits every account starts with. */
const TaubeLimits *
taube_limits_get_default (void)
{
  return &default_limits;
}
