/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#ifdef __GI_SCANNER__
#define TAUBE_API
#else
#define TAUBE_API __attribute__ ((visibility ("default"))) extern
#endif

G_BEGIN_DECLS

/* Every public type is opaque here; the structs that a backend needs stand in <taube-backend/…>. */
typedef struct _TaubeAccount TaubeAccount;
typedef struct _TaubeAddress TaubeAddress;
typedef struct _TaubeBackend TaubeBackend;
typedef struct _TaubeBatchResult TaubeBatchResult;
typedef struct _TaubeCapabilities TaubeCapabilities;
typedef struct _TaubeCertificate TaubeCertificate;
typedef struct _TaubeChanges TaubeChanges;
typedef struct _TaubeCredentials TaubeCredentials;
typedef struct _TaubeFolder TaubeFolder;
typedef struct _TaubeGrantableRights TaubeGrantableRights;
typedef struct _TaubeFolderView TaubeFolderView;
typedef struct _TaubeIdSet TaubeIdSet;
typedef struct _TaubeItem TaubeItem;
typedef struct _TaubeItemList TaubeItemList;
typedef struct _TaubeLeavePolicy TaubeLeavePolicy;
typedef struct _TaubeListRequest TaubeListRequest;
typedef struct _TaubeMessage TaubeMessage;
typedef struct _TaubeMessageList TaubeMessageList;
typedef struct _TaubeMessageSource TaubeMessageSource;
typedef struct _TaubeMetadata TaubeMetadata;
typedef struct _TaubeOAuth2 TaubeOAuth2;
typedef struct _TaubePart TaubePart;
typedef struct _TaubePermission TaubePermission;
typedef struct _TaubeProgress TaubeProgress;
typedef struct _TaubeQuery TaubeQuery;
typedef struct _TaubeQuestion TaubeQuestion;
typedef struct _TaubeReceiver TaubeReceiver;
typedef struct _TaubeSearchRequest TaubeSearchRequest;
typedef struct _TaubeSearchResult TaubeSearchResult;
typedef struct _TaubeQuota TaubeQuota;
typedef struct _TaubeQuotaHolder TaubeQuotaHolder;
typedef struct _TaubeSender TaubeSender;
typedef struct _TaubeSettings TaubeSettings;
typedef struct _TaubeSharing TaubeSharing;
typedef struct _TaubeSpool TaubeSpool;
typedef struct _TaubeTokenSource TaubeTokenSource;
typedef struct _TaubeUri TaubeUri;
typedef struct _TaubeWatch TaubeWatch;
typedef struct _TaubeWatchEvent TaubeWatchEvent;

G_END_DECLS
