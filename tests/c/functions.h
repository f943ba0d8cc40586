/* Every exported function: what it returns when it fails, how it is called, and what its arguments
 * are (see table.c). One line adds a function. */

/* The library, errors. */
FUNCTION(vwInitialize, -1, (), NONE)
FUNCTION(vwGetVersion, -1, (P(0), P(1), P(2)), OUT("libVer"), MAYBE_TEXT("type"), MAYBE_OUT)
FUNCTION(vwGetLastError, 0, (), NONE)
FUNCTION(vwGetLastErrorCode, -1, (), NONE)
FUNCTION(vwGetLastErrorDomain, -1, (), NONE)
FUNCTION(vwGetLastErrorMessage, 0, (), NONE)
FUNCTION(vwSaveLastError, 0, (), NONE)
FUNCTION(vwCopyLastError, -1, (P(0)), QUIET_OUT)
PROCEDURE(vwResetLastError, (), NONE)
PROCEDURE(vwResetError, (P(0)), NULL_IS_FINE)
PROCEDURE(vwFreeError, (P(0)), NULL_IS_FINE)
PROCEDURE(vwSetErrorFunc, (P(0), F(vwErrorFunc, 1)), ANY, ANY)
PROCEDURE(vwConnSetErrorFunc, (P(0), P(1), F(vwErrorFunc, 2)), CONN, ANY, ANY)

/* Connections. */
FUNCTION(vwConnectOpen, 0, (P(0)), MAYBE_TEXT("name"))
FUNCTION(vwConnectOpenReadOnly, 0, (P(0)), MAYBE_TEXT("name"))
FUNCTION(vwConnectOpenAuth, 0, (P(0), P(1), U(2)), MAYBE_TEXT("name"), ANY,
         FLAGS("flags", VW_CONNECT_RO | VW_CONNECT_NO_ALIASES))
FUNCTION(vwConnectRef, -1, (P(0)), CONN)
FUNCTION(vwConnectClose, -1, (P(0)), CONN)
FUNCTION(vwConnectGetURI, 0, (P(0)), CONN)
FUNCTION(vwConnectGetType, 0, (P(0)), CONN)
FUNCTION(vwConnectGetHostname, 0, (P(0)), CONN)
FUNCTION(vwConnectGetVersion, -1, (P(0), P(1)), CONN, OUT("hvVer"))
FUNCTION(vwConnectGetLibVersion, -1, (P(0), P(1)), CONN, OUT("libVer"))
FUNCTION(vwConnectGetCapabilities, 0, (P(0)), CONN)
FUNCTION(vwConnectIsAlive, -1, (P(0)), CONN)
FUNCTION(vwConnectIsSecure, -1, (P(0)), CONN)
FUNCTION(vwConnectIsEncrypted, -1, (P(0)), CONN)
FUNCTION(vwConnectSetKeepAlive, -1, (P(0), I(1), U(2)), CONN, NUMBER("interval", 5, BAD(-1, INT_MIN)),
         ANY)
FUNCTION(vwConnectGetEventSupport, -1, (P(0), I(1)), CONN,
         NUMBER("type", 0, BAD(-1, 9, 31, 34, INT_MAX)))
FUNCTION(vwConnectAudit, -1, (P(0), U(1)), CONN, FLAGS("flags", 0))
FUNCTION(vwConnectGetStats, -1, (P(0), P(1), S(2)), CONN, OUT_SIZED("stats", vwStats),
         SIZE("size", vwStats))

/* Lists. */
FUNCTION(vwConnectNumOfDomains, -1, (P(0)), CONN)
FUNCTION(vwConnectListDomains, -1, (P(0), P(1), I(2)), CONN, OUT("ids"),
         NUMBER("maxids", 1, BAD(-1)))
FUNCTION(vwConnectNumOfDefinedDomains, -1, (P(0)), CONN)
FUNCTION(vwConnectListDefinedDomains, -1, (P(0), P(1), I(2)), CONN, OUT("names"),
         NUMBER("maxnames", 1, BAD(-1)))
FUNCTION(vwConnectListAllDomains, -1, (P(0), P(1), U(2)), CONN, MAYBE_OUT, FLAGS("flags", 0xffff))

/* Callbacks. */
FUNCTION(vwConnectDomainEventRegister, -1,
         (P(0), F(vwConnectDomainEventCallback, 1), P(2), F(vwFreeCallback, 3)), CONN,
         CALLBACK("cb"), ANY, FREE)
FUNCTION(vwConnectDomainEventDeregister, -1, (P(0), F(vwConnectDomainEventCallback, 1)), CONN,
         CALLBACK("cb"))
FUNCTION(vwConnectDomainEventRegisterAny, -1,
         (P(0), P(1), I(2), F(vwConnectDomainEventGenericCallback, 3), P(4), F(vwFreeCallback, 5)),
         CONN, MAYBE_DOMAIN, NUMBER("eventID", 0, BAD(-1, 27, 999, 1001, INT_MAX)), CALLBACK("cb"),
         ANY, FREE)
FUNCTION(vwConnectDomainEventDeregisterAny, -1, (P(0), I(1)), CONN,
         NUMBER("callbackID", 0, BAD(-1, INT_MIN)))
FUNCTION(vwConnectDomainEventDeregisterAnyFlags, -1, (P(0), I(1), U(2)), CONN,
         NUMBER("callbackID", 0, BAD(-1, INT_MIN)), FLAGS("flags", VW_DOMAIN_EVENT_DEREGISTER_NOWAIT))
FUNCTION(vwConnectDomainRecordRegister, -1,
         (P(0), P(1), S(2), F(vwDomainRecordCallback, 3), P(4), F(vwFreeCallback, 5)), CONN,
         MAYBE_SIZED("opts", vwWatchOptions), SIZE("optsSize", vwWatchOptions), CALLBACK("cb"),
         ANY, FREE)
FUNCTION(vwConnectRegisterCloseCallback, -1,
         (P(0), F(vwConnectCloseFunc, 1), P(2), F(vwFreeCallback, 3)), CONN, CALLBACK("cb"), ANY,
         FREE)
FUNCTION(vwConnectUnregisterCloseCallback, -1, (P(0), F(vwConnectCloseFunc, 1)), CONN,
         CALLBACK("cb"))

/* Event loops. */
PROCEDURE(vwEventRegisterImpl,
          (F(vwEventAddHandleFunc, 0), F(vwEventUpdateHandleFunc, 1), F(vwEventRemoveHandleFunc, 2),
           F(vwEventAddTimeoutFunc, 3), F(vwEventUpdateTimeoutFunc, 4),
           F(vwEventRemoveTimeoutFunc, 5)),
          CALLBACK("addHandle"), CALLBACK("updateHandle"), CALLBACK("removeHandle"),
          CALLBACK("addTimeout"), CALLBACK("updateTimeout"), CALLBACK("removeTimeout"))
FUNCTION(vwEventRegisterDefaultImpl, -1, (), NONE)
FUNCTION(vwEventRunDefaultImpl, -1, (), NONE)
FUNCTION(vwEventAddHandle, -1,
         (I(0), I(1), F(vwEventHandleCallback, 2), P(3), F(vwFreeCallback, 4)),
         NUMBER("fd", 0, BAD(-1, INT_MIN)), NUMBER("events", 1, BAD(16, -1, INT_MIN)),
         CALLBACK("cb"), ANY, FREE)
PROCEDURE(vwEventUpdateHandle, (I(0), I(1)), NUMBER("watch", 1, BAD(0, -1, 99)),
          NUMBER("events", 1, BAD(16, -1, INT_MIN)))
FUNCTION(vwEventRemoveHandle, -1, (I(0)), NUMBER("watch", 1, BAD(0, -1, 99)))
FUNCTION(vwEventAddTimeout, -1, (I(0), F(vwEventTimeoutCallback, 1), P(2), F(vwFreeCallback, 3)),
         ANY, CALLBACK("cb"), ANY, FREE)
PROCEDURE(vwEventUpdateTimeout, (I(0), I(1)), NUMBER("timer", 1, BAD(0, -1, 99)), ANY)
FUNCTION(vwEventRemoveTimeout, -1, (I(0)), NUMBER("timer", 1, BAD(0, -1, 99)))

/* Watches. */
FUNCTION(vwWatchNew, 0, (P(0), P(1), S(2)), CONN, MAYBE_SIZED("opts", vwWatchOptions),
         SIZE("optsSize", vwWatchOptions))
FUNCTION(vwWatchNext, -1, (P(0), P(1), S(2), I(3)), WATCH, OUT("rec"), SIZE("recSize", vwRecord),
         NUMBER("timeoutMs", 0, BAD(-2, INT_MIN)))
FUNCTION(vwWatchCancel, -1, (P(0)), QUIET_WATCH)
FUNCTION(vwWatchGetFD, -1, (P(0)), WATCH)
FUNCTION(vwWatchGetCursor, -1, (P(0), P(1)), WATCH, OUT("cursor"))
FUNCTION(vwWatchGetStats, -1, (P(0), P(1), S(2)), WATCH, OUT_SIZED("stats", vwWatchStats),
         SIZE("size", vwWatchStats))
FUNCTION(vwWatchFree, -1, (P(0)), WATCH)

/* Domains: finding them, what is known of them. */
FUNCTION(vwDomainLookupByID, 0, (P(0), I(1)), CONN, NUMBER("id", 1, BAD(-1, INT_MIN)))
FUNCTION(vwDomainLookupByUUID, 0, (P(0), P(1)), CONN, IN("uuid"))
FUNCTION(vwDomainLookupByUUIDString, 0, (P(0), P(1)), CONN, TEXT("uuidstr", UUID_A))
FUNCTION(vwDomainLookupByName, 0, (P(0), P(1)), CONN, TEXT("name", "vm"))
FUNCTION(vwDomainRef, -1, (P(0)), DOMAIN)
FUNCTION(vwDomainFree, -1, (P(0)), DOMAIN)
FUNCTION(vwDomainGetConnect, 0, (P(0)), DOMAIN)
FUNCTION(vwDomainGetName, 0, (P(0)), DOMAIN)
FUNCTION(vwDomainGetUUID, -1, (P(0), P(1)), DOMAIN, OUT("uuid"))
FUNCTION(vwDomainGetUUIDString, -1, (P(0), P(1)), DOMAIN, OUT("buf"))
FUNCTION(vwDomainGetID, UINT_MAX, (P(0)), DOMAIN)
FUNCTION(vwDomainGetState, -1, (P(0), P(1), P(2), U(3)), DOMAIN, OUT("state"), MAYBE_OUT,
         FLAGS("flags", 0))
FUNCTION(vwDomainGetInfo, -1, (P(0), P(1)), DOMAIN, OUT("info"))
FUNCTION(vwDomainGetXMLDesc, 0, (P(0), U(1)), DOMAIN, FLAGS("flags", 15))
FUNCTION(vwDomainGetOSType, 0, (P(0)), DOMAIN)
FUNCTION(vwDomainGetMaxMemory, 0, (P(0)), DOMAIN)
FUNCTION(vwDomainGetMaxVcpus, -1, (P(0)), DOMAIN)
FUNCTION(vwDomainGetAutostart, -1, (P(0), P(1)), DOMAIN, OUT("autostart"))
FUNCTION(vwDomainGetMetadata, 0, (P(0), I(1), P(2), U(3)), DOMAIN,
         NUMBER_AS("type", VW_DOMAIN_METADATA_ELEMENT, "unknown metadata type", BAD(-1, 3, INT_MAX)),
         TEXT("uri", "u"), FLAGS("flags", 3))
FUNCTION(vwDomainIsActive, -1, (P(0)), DOMAIN)
FUNCTION(vwDomainIsPersistent, -1, (P(0)), DOMAIN)
FUNCTION(vwDomainIsUpdated, -1, (P(0)), DOMAIN)
FUNCTION(vwDomainHasManagedSaveImage, -1, (P(0), U(1)), DOMAIN, FLAGS("flags", 0))

/* Domains: changing them. */
FUNCTION(vwDomainDefineXML, 0, (P(0), P(1)), CONN, TEXT("xml", "<x/>"))
FUNCTION(vwDomainDefineXMLFlags, 0, (P(0), P(1), U(2)), CONN, TEXT("xml", "<x/>"),
         FLAGS("flags", VW_DOMAIN_DEFINE_VALIDATE))
FUNCTION(vwDomainCreateXML, 0, (P(0), P(1), U(2)), CONN, TEXT("xmlDesc", "<x/>"),
         FLAGS("flags", 51))
FUNCTION(vwDomainRestore, -1, (P(0), P(1)), CONN, PATH("from"))
FUNCTION(vwDomainRestoreFlags, -1, (P(0), P(1), P(2), U(3)), CONN, PATH("from"), NOT_YET("dxml"),
         FLAGS("flags", 15))
FUNCTION(vwDomainUndefine, -1, (P(0)), DOMAIN)
FUNCTION(vwDomainUndefineFlags, -1, (P(0), U(1)), DOMAIN, FLAGS("flags", 127))
FUNCTION(vwDomainCreate, -1, (P(0)), DOMAIN)
FUNCTION(vwDomainCreateWithFlags, -1, (P(0), U(1)), DOMAIN, FLAGS("flags", 47))
FUNCTION(vwDomainSuspend, -1, (P(0)), DOMAIN)
FUNCTION(vwDomainResume, -1, (P(0)), DOMAIN)
FUNCTION(vwDomainPMSuspendForDuration, -1, (P(0), U(1), U(2), U(3)), DOMAIN,
         NUMBER("target", 0, BAD(3, UINT_MAX)), ANY, FLAGS("flags", 0))
FUNCTION(vwDomainPMWakeup, -1, (P(0), U(1)), DOMAIN, FLAGS("flags", 0))
FUNCTION(vwDomainShutdown, -1, (P(0)), DOMAIN)
FUNCTION(vwDomainShutdownFlags, -1, (P(0), U(1)), DOMAIN, FLAGS("flags", 31))
FUNCTION(vwDomainReboot, -1, (P(0), U(1)), DOMAIN, FLAGS("flags", 31))
FUNCTION(vwDomainReset, -1, (P(0), U(1)), DOMAIN, FLAGS("flags", 0))
FUNCTION(vwDomainDestroy, -1, (P(0)), DOMAIN)
FUNCTION(vwDomainDestroyFlags, -1, (P(0), U(1)), DOMAIN, FLAGS("flags", 3))
FUNCTION(vwDomainSave, -1, (P(0), P(1)), DOMAIN, PATH("to"))
FUNCTION(vwDomainSaveFlags, -1, (P(0), P(1), P(2), U(3)), DOMAIN, PATH("to"), NOT_YET("dxml"),
         FLAGS("flags", 7))
FUNCTION(vwDomainManagedSave, -1, (P(0), U(1)), DOMAIN, FLAGS("flags", 7))
FUNCTION(vwDomainManagedSaveRemove, -1, (P(0), U(1)), DOMAIN, FLAGS("flags", 0))
FUNCTION(vwDomainMigrate, 0, (P(0), P(1), L(2), P(3), P(4), 0), DOMAIN, CONN,
         LONG_FLAGS("flags", 1593), MAYBE_TEXT("dname"), NOT_YET("uri"))
FUNCTION(vwDomainMigrateToURI3, -1, (P(0), P(1), P(2), U(3), U(4)), DOMAIN, MAYBE_TEXT("dconnuri"),
         MAYBE_OUT, ANY, FLAGS("flags", 1593))
FUNCTION(vwDomainRename, -1, (P(0), P(1), U(2)), DOMAIN, TEXT("new_name", "x"), FLAGS("flags", 0))
FUNCTION(vwDomainSetAutostart, -1, (P(0), I(1)), DOMAIN, ANY)
FUNCTION(vwDomainSetMetadata, -1, (P(0), I(1), P(2), P(3), P(4), U(5)), DOMAIN,
         NUMBER_AS("type", VW_DOMAIN_METADATA_ELEMENT, "unknown metadata type", BAD(-1, 3, INT_MAX)),
         MAYBE_TEXT("metadata"), TEXT("key", "k"), TEXT("uri", "u"), FLAGS("flags", 3))

/* Hosted drivers. */
FUNCTION(vwDriverRegister, -1, (P(0), P(1), S(2), P(3), F(vwFreeCallback, 4)), TEXT("scheme", "x"),
         SIZED("driver", vwDriver), SIZE("size", vwDriver), ANY, FREE)
FUNCTION(vwDriverUnregister, -1, (P(0)), TEXT("scheme", "x"))
FUNCTION(vwHostReport, -1, (P(0), P(1), S(2)), HOST, SIZED("change", vwChange),
         SIZE("size", vwChange))

/* Helpers. */
FUNCTION(vwUUIDGenerate, -1, (P(0)), OUT("uuid"))
FUNCTION(vwUUIDParse, -1, (P(0), P(1)), TEXT("text", UUID_A), OUT("uuid"))
FUNCTION(vwUUIDFormat, -1, (P(0), P(1)), IN("uuid"), OUT("buf"))
FUNCTION(vwCursorFormat, -1, (P(0), P(1), S(2)), IN("cursor"), OUT("buf"),
         NUMBER("size", 64, BAD(0, 10)))
FUNCTION(vwCursorParse, -1, (P(0), P(1)), TEXT("text", UUID_A ":1"), OUT("cursor"))
FUNCTION(vwDomainEventTypeToString, 0, (I(0)), NUMBER("type", 0, BAD(-1, 9, 31, 34, INT_MAX)))
FUNCTION(vwDomainEventDetailToString, 0, (I(0), I(1)), NUMBER("type", 0, BAD(-1, 9, 34)),
         NUMBER("detail", 0, BAD(-1, 4, INT_MAX)))
FUNCTION(vwDomainStateToString, 0, (I(0)), NUMBER("state", 0, BAD(-1, 8, INT_MAX)))
FUNCTION(vwDomainReasonToString, 0, (I(0), I(1)), NUMBER("state", 1, BAD(-1, 8)),
         NUMBER("reason", 0, BAD(-1, 12, INT_MAX)))
