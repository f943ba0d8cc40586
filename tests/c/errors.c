/* Errors: their two forms, the domains of libvirt, and handlers that may call everything. */
#include "check.h"

#include <pthread.h>

static vwConnectPtr conn;

/* The last error, member by member. */
static void expect(int code, int domain, const char *str1, const char *str2, int int1, int int2)
{
    vwErrorPtr error = vwGetLastError();
    CHECK(error != NULL && error->code == code && error->level == VW_ERR_ERROR);
    CHECK(error->domain == domain);
    CHECK_TEXT(error->str1, str1);
    if (str2 == NULL)
        CHECK(error->str2 == NULL);
    else
        CHECK_TEXT(error->str2, str2);
    CHECK(error->int1 == int1 && error->int2 == int2);
    CHECK(error->conn == NULL && error->dom == NULL && error->net == NULL && error->str3 == NULL);
}

/* A standard text with what was added, or a check of arguments; numbers as libvirt's test driver
 * has them. */
static void forms(void)
{
    CHECK(vwDomainLookupByName(conn, "nobody") == NULL);
    expect(VW_ERR_NO_DOMAIN, VW_FROM_TEST, "Domain not found: %s",
           "no domain with matching name 'nobody'", -1, -1);
    CHECK(vwConnectIsAlive(NULL) == -1);
    expect(VW_ERR_INVALID_CONN, VW_FROM_DOMAIN, "invalid connection pointer in %s",
           "vwConnectIsAlive", -1, -1);
    CHECK(vwDomainCreate(NULL) == -1);
    expect(VW_ERR_INVALID_DOMAIN, VW_FROM_DOM, "invalid domain pointer in %s", "vwDomainCreate",
           -1, -1);
    CHECK(vwDomainLookupByName(conn, NULL) == NULL);
    expect(VW_ERR_INVALID_ARG, VW_FROM_DOMAIN, "vwDomainLookupByName", "name", 0, 0);
    CHECK(vwConnectListAllDomains(conn, NULL, 1u << 20) == -1);
    expect(VW_ERR_INVALID_ARG, VW_FROM_TEST, "vwConnectListAllDomains", "flags", 0, 0);
    CHECK(vwConnectDomainEventDeregisterAny(conn, 99) == -1);
    expect(VW_ERR_INVALID_ARG, VW_FROM_NONE, "invalid argument: %s",
           "could not find event callback 99 for deletion", -1, -1);
    CHECK(vwConnectSetKeepAlive(conn, 5, 3) == -1);
    expect(VW_ERR_NO_SUPPORT, VW_FROM_DOMAIN,
           "this function is not supported by the connection driver: %s", "connectSetKeepAlive", -1,
           -1);
    CHECK(vwDomainDefineXML(conn, "<domain type='test'/>") == NULL);
    expect(VW_ERR_NO_NAME, VW_FROM_DOMAIN, "missing name information", NULL, -1, -1);
    CHECK(vwDomainRestore(conn, path("not-there")) == -1);
    CHECK(vwGetLastError()->int1 == ENOENT && vwGetLastErrorDomain() == VW_FROM_TEST);

    vwDomainPtr test = vwDomainLookupByName(conn, "test");
    CHECK(vwDomainRename(test, "other", 0) == -1);
    expect(VW_ERR_OPERATION_INVALID, VW_FROM_DOMAIN, "Requested operation is not valid: %s",
           "cannot rename active domain", -1, -1);
    vwConnectPtr reader = vwConnectOpenReadOnly("test:///default");
    vwDomainPtr seen = vwDomainLookupByName(reader, "test");
    CHECK(vwDomainDestroy(seen) == -1);
    expect(VW_ERR_OPERATION_DENIED, VW_FROM_DOMAIN, "operation forbidden: %s",
           "read only access prevents vwDomainDestroy", -1, -1);

    /* A copy has texts of its own. */
    vwErrorPtr saved = vwSaveLastError();
    vwError copy;
    CHECK(vwCopyLastError(&copy) == VW_ERR_OPERATION_DENIED);
    vwResetLastError();
    CHECK_TEXT(saved->str2, copy.str2);
    CHECK(saved->str2 != copy.str2);
    vwFreeError(saved);
    vwResetError(&copy);
    CHECK(copy.str1 == NULL);
    CHECK(vwDomainFree(seen) == 0 && vwDomainFree(test) == 0 && vwConnectClose(reader) == 0);
}

/* What a handler was told. */
typedef struct {
    int calls, code;
    pthread_t thread;
} Told;

static void on_error(void *data, vwErrorPtr error)
{
    Told *told = data;
    told->calls++;
    told->code = error->code;
    told->thread = pthread_self();
    CHECK(vwGetLastErrorCode() == error->code);
    CHECK_TEXT(vwGetLastErrorMessage(), error->message);
}

static void fail(void)
{
    CHECK(vwDomainLookupByName(conn, "nobody") == NULL);
    CHECK_ERROR(VW_ERR_NO_DOMAIN, "nobody");
}

static void *fail_elsewhere(void *opaque)
{
    (void)opaque;
    fail();
    return NULL;
}

/* The connection's handler goes before the global one; without any nothing happens. */
static void whose(void)
{
    Told global = { 0 }, own = { 0 };
    vwConnectPtr other = vwConnectOpen("test:///default");
    fail();
    vwSetErrorFunc(&global, on_error);
    fail();
    CHECK(global.calls == 1 && global.code == VW_ERR_NO_DOMAIN);
    CHECK(pthread_equal(global.thread, pthread_self()));
    vwConnSetErrorFunc(conn, &own, on_error);
    fail();
    CHECK(own.calls == 1 && global.calls == 1);
    /* Calls with what belongs to the connection are told to its handler too. */
    vwDomainPtr test = vwDomainLookupByName(conn, "test");
    CHECK(vwDomainGetInfo(test, NULL) == -1 && own.calls == 2 && own.code == VW_ERR_INVALID_ARG);
    vwWatchPtr watch = vwWatchNew(conn, NULL, 0);
    CHECK(vwWatchGetCursor(watch, NULL) == -1 && own.calls == 3);
    CHECK(vwWatchFree(watch) == 0 && vwDomainFree(test) == 0);
    /* Others, and what is no connection, to the global one. */
    CHECK(vwDomainLookupByID(other, 99) == NULL && global.calls == 2);
    CHECK(vwConnectIsAlive(NULL) == -1 && global.calls == 3 && global.code == VW_ERR_INVALID_CONN);
    CHECK(vwConnectOpen("nobody:///") == NULL && global.calls == 4);
    CHECK(own.calls == 3);
    /* On the thread of the call. */
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, fail_elsewhere, NULL) == 0);
    pthread_join(thread, NULL);
    CHECK(own.calls == 4 && !pthread_equal(own.thread, pthread_self()));
    vwConnSetErrorFunc(conn, NULL, NULL);
    fail();
    CHECK(own.calls == 4 && global.calls == 5);
    vwConnSetErrorFunc(NULL, NULL, NULL);
    CHECK_ERROR(VW_ERR_INVALID_CONN, "vwConnSetErrorFunc");
    CHECK(global.calls == 6);
    vwSetErrorFunc(NULL, NULL);
    fail();
    CHECK(own.calls == 4 && global.calls == 6);
    CHECK(vwConnectClose(other) == 0);
}

static int on_event(vwConnectPtr c, vwDomainPtr domain, int event, int detail, void *opaque)
{
    (void)c, (void)domain, (void)event, (void)detail, (void)opaque;
    return 0;
}

static void on_free(void *opaque)
{
    *(int *)opaque += 1;
}

/* G9: everything may be called in a handler; what fails in it is not told again; the last error of
 * the thread is the same before and after. */
static void on_error_call_everything(void *data, vwErrorPtr error)
{
    int *calls = data, freed = 0;
    *calls += 1;
    char *text = strdup(error->message);
    vwConnectPtr own = vwConnectOpen("test:///empty");
    CHECK(own != NULL && vwGetLastErrorCode() == VW_ERR_OK);
    vwConnSetErrorFunc(conn, NULL, NULL);
    vwConnSetErrorFunc(conn, calls, on_error_call_everything);
    vwDomainPtr vm = vwDomainCreateXML(own, document("vm", UUID_A), 0);
    int id = vwConnectDomainEventRegisterAny(own, vm, 0, VW_DOMAIN_EVENT_CALLBACK(on_event), &freed,
                                             on_free);
    CHECK(vwDomainDestroy(vm) == 0);
    CHECK(vwDomainDestroy(vm) == -1);
    CHECK_ERROR(VW_ERR_NO_DOMAIN, UUID_A);
    CHECK(vwDomainLookupByName(conn, "nobody else") == NULL);
    CHECK(vwConnectDomainEventDeregisterAny(own, id) == 0 && freed == 1);
    CHECK(vwDomainFree(vm) == 0 && vwConnectClose(own) == 0);
    CHECK_TEXT(error->message, text);
    free(text);
}

static void inside(void)
{
    int calls = 0;
    vwConnSetErrorFunc(conn, &calls, on_error_call_everything);
    fail();
    expect(VW_ERR_NO_DOMAIN, VW_FROM_TEST, "Domain not found: %s",
           "no domain with matching name 'nobody'", -1, -1);
    CHECK(calls == 1);
    fail();
    CHECK(calls == 2);
    vwConnSetErrorFunc(conn, NULL, NULL);
}

/* A handler may close the connection that it is told about. */
static void on_error_close(void *data, vwErrorPtr error)
{
    (void)error;
    CHECK(vwConnectClose(data) == 0);
}

static void closing(void)
{
    vwConnectPtr gone = vwConnectOpen("test:///empty");
    vwConnSetErrorFunc(gone, gone, on_error_close);
    CHECK(vwDomainLookupByName(gone, "nobody") == NULL);
    CHECK_ERROR(VW_ERR_NO_DOMAIN, "nobody");
    CHECK(vwConnectClose(gone) == -1);
}

/* A handler that forgets the error has it forgotten. */
static void on_error_reset(void *data, vwErrorPtr error)
{
    (void)data;
    vwResetError(error);
}

static void forgetting(void)
{
    vwConnSetErrorFunc(conn, NULL, on_error_reset);
    CHECK(vwDomainLookupByName(conn, "nobody") == NULL);
    CHECK(vwGetLastError() == NULL && vwGetLastErrorCode() == VW_ERR_OK);
    vwConnSetErrorFunc(conn, NULL, NULL);
}

int main(void)
{
    watchdog();
    /* Nothing is ever printed. */
    CHECK(freopen(path("stderr"), "w", stderr) != NULL);
    conn = vwConnectOpen("test:///default");
    forms();
    whose();
    inside();
    closing();
    forgetting();
    CHECK(fflush(stderr) == 0 && ftell(stderr) == 0);
    CHECK(vwConnectClose(conn) == 0);
    return 0;
}
