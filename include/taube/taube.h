/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The one header that applications include. */
#include <taube/taube-types.h>
#include <taube/taube-enums.h>
#include <taube/taube-enum-types.h>
#include <taube/taube-account.h>
#include <taube/taube-address.h>
#include <taube/taube-backend.h>
#include <taube/taube-batch-result.h>
#include <taube/taube-capabilities.h>
#include <taube/taube-certificate.h>
#include <taube/taube-changes.h>
#include <taube/taube-credentials.h>
#include <taube/taube-error.h>
#include <taube/taube-folder.h>
#include <taube/taube-id-set.h>
#include <taube/taube-item-list.h>
#include <taube/taube-item.h>
#include <taube/taube-list-request.h>
#include <taube/taube-log.h>
#include <taube/taube-message-list.h>
#include <taube/taube-message-source.h>
#include <taube/taube-message.h>
#include <taube/taube-part.h>
#include <taube/taube-progress.h>
#include <taube/taube-query.h>
#include <taube/taube-question.h>
#include <taube/taube-search-request.h>
#include <taube/taube-search-result.h>
#include <taube/taube-settings.h>
#include <taube/taube-token-source.h>
#include <taube/taube-uri.h>
#include <taube/taube-version.h>
#include <taube/taube-watch.h>
