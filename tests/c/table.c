/* G12: every exported function with each of its arguments wrong in each way it can be, the others
 * right: the documented return value and code, a text that names the argument, and nothing has
 * changed. With the argument "list" it tells which functions it knows. */
#include "check.h"

#include <limits.h>
#include <stdint.h>

/* What an argument is, and so what can be wrong with it. */
typedef enum {
    END,
    K_ANY,          /* nothing */
    K_CONN,         /* NULL, freed, of another kind, no handle */
    K_DOMAIN,
    K_MAYBE_DOMAIN, /* the same, but NULL is right */
    K_WATCH,
    K_QUIET_WATCH,  /* the same, and no error is kept: for signal handlers */
    K_HOST,
    K_PLACE,        /* NULL */
    K_QUIET_PLACE,  /* NULL, and no error is kept */
    K_CALLBACK,     /* NULL */
    K_TEXT,         /* NULL, not UTF-8 */
    K_MAYBE_TEXT,   /* not UTF-8 */
    K_NOT_YET,      /* anything but NULL */
    K_NULL_IS_FINE, /* NULL, and nothing is wrong then */
    K_FLAGS,        /* any bit that is not known */
    K_LONG_FLAGS,   /* the same, of an unsigned long */
    K_NUMBER,       /* the listed ones */
    K_SIZE,         /* too small, too large */
    K_MAYBE_SIZED,  /* with a tail that is not zero; its size is the next argument */
    K_SIZED,        /* NULL, or that */
    K_SIZED_PLACE,  /* NULL; a larger one is right, and its tail is zeroed */
} Kind;

typedef struct {
    Kind kind;
    const char *name;
    const char *text;     /* a right text; of numbers what else the error says */
    long long good;       /* a right number; the flags that are known; the size of a structure */
    const long long *bad; /* wrong numbers */
    int count;
} Argument;

/* An argument of a call. */
typedef struct {
    void *pointer;
    void (*function)(void);
    long long number;
} Value;

#define P(i) (a[i].pointer)
#define I(i) ((int)a[i].number)
#define U(i) ((unsigned int)a[i].number)
#define L(i) ((unsigned long)a[i].number)
#define S(i) ((size_t)a[i].number)
#define F(type, i) ((type)a[i].function)

#define NONE { END, NULL, NULL, 0, NULL, 0 }
#define ANY { K_ANY, "", NULL, 0, NULL, 0 }
#define FREE ANY
#define MAYBE_OUT ANY
#define CONN { K_CONN, "connection", NULL, 0, NULL, 0 }
#define DOMAIN { K_DOMAIN, "domain", NULL, 0, NULL, 0 }
#define MAYBE_DOMAIN { K_MAYBE_DOMAIN, "domain", NULL, 0, NULL, 0 }
#define WATCH { K_WATCH, "watch", NULL, 0, NULL, 0 }
#define HOST { K_HOST, "host", NULL, 0, NULL, 0 }
#define QUIET_WATCH { K_QUIET_WATCH, "watch", NULL, 0, NULL, 0 }
#define OUT(name) { K_PLACE, name, NULL, 0, NULL, 0 }
#define IN(name) OUT(name)
#define PATH(name) OUT(name)
#define QUIET_OUT { K_QUIET_PLACE, "", NULL, 0, NULL, 0 }
#define CALLBACK(name) { K_CALLBACK, name, NULL, 0, NULL, 0 }
#define TEXT(name, good) { K_TEXT, name, good, 0, NULL, 0 }
#define MAYBE_TEXT(name) { K_MAYBE_TEXT, name, "x", 0, NULL, 0 }
#define NOT_YET(name) { K_NOT_YET, name, NULL, 0, NULL, 0 }
#define NULL_IS_FINE { K_NULL_IS_FINE, "", NULL, 0, NULL, 0 }
#define FLAGS(name, known) { K_FLAGS, name, NULL, known, NULL, 0 }
#define LONG_FLAGS(name, known) { K_LONG_FLAGS, name, NULL, known, NULL, 0 }
#define BAD(...) (const long long[]){ __VA_ARGS__ }, sizeof((long long[]){ __VA_ARGS__ }) / sizeof(long long)
#define NUMBER(name, good, ...) { K_NUMBER, name, NULL, good, __VA_ARGS__ }
#define NUMBER_AS(name, good, text, ...) { K_NUMBER, name, text, good, __VA_ARGS__ }
#define SIZE(name, type) { K_SIZE, name, NULL, sizeof(type), NULL, 0 }
#define MAYBE_SIZED(name, type) { K_MAYBE_SIZED, name, NULL, sizeof(type), NULL, 0 }
#define OUT_SIZED(name, type) { K_SIZED_PLACE, name, NULL, sizeof(type), NULL, 0 }
#define SIZED(name, type) { K_SIZED, name, NULL, sizeof(type), NULL, 0 }

/* The calls. What returns nothing returns 0. */
#define FUNCTION(name, failed, arguments, ...)                                 \
    static intptr_t call_##name(const Value *a)                                \
    {                                                                          \
        (void)a;                                                               \
        return (intptr_t)name arguments;                                       \
    }
#define PROCEDURE(name, arguments, ...)                                        \
    static intptr_t call_##name(const Value *a)                                \
    {                                                                          \
        (void)a;                                                               \
        name arguments;                                                        \
        return 0;                                                              \
    }
#include "functions.h"
#undef FUNCTION
#undef PROCEDURE

enum { MOST = 8 };

typedef struct {
    const char *name;
    intptr_t (*call)(const Value *);
    intptr_t failed;
    Argument arguments[MOST];
} Function;

#define FUNCTION(name, failed, arguments, ...)                                 \
    { #name, call_##name, (intptr_t)failed, { __VA_ARGS__ } },
#define PROCEDURE(name, arguments, ...) FUNCTION(name, 0, arguments, __VA_ARGS__)
static const Function functions[] = {
#include "functions.h"
};

static vwConnectPtr conn, gone_conn;
static vwDomainPtr vm, gone_vm;
static vwWatchPtr watch, gone_watch;
static vwHostPtr host;
static uint64_t garbage[512], zeros[512], tail[512];
static int freed;
static unsigned long calls;

static void never(void)
{
    CHECK(!"it was called");
}

static void on_free(void *opaque)
{
    (void)opaque;
    freed++;
}

/* A hypervisor without domains. */
static int open_host(vwHostPtr opened, const char *uri, void *opaque)
{
    (void)uri;
    (void)opaque;
    host = opened;
    return 0;
}

static vwStats stats(void)
{
    vwStats stats;
    CHECK(vwConnectGetStats(conn, &stats, sizeof stats) == 0);
    return stats;
}

/* A right value. */
static Value good(const Argument *argument)
{
    Value value = { .pointer = zeros, .function = never, .number = argument->good };
    switch (argument->kind) {
    case K_ANY: /* opaque pointers, and what frees them */
        value.function = (void (*)(void))on_free;
        break;
    case K_CONN:
        value.pointer = conn;
        break;
    case K_DOMAIN:
        value.pointer = vm;
        break;
    case K_WATCH:
    case K_QUIET_WATCH:
        value.pointer = watch;
        break;
    case K_HOST:
        value.pointer = host;
        break;
    case K_TEXT:
    case K_MAYBE_TEXT:
        value.pointer = (void *)(uintptr_t)argument->text;
        break;
    case K_MAYBE_DOMAIN:
    case K_NOT_YET:
    case K_NULL_IS_FINE:
        value.pointer = NULL;
        break;
    case K_FLAGS:
    case K_LONG_FLAGS:
        value.number = 0;
        break;
    default:
        break;
    }
    return value;
}

/* A call that is refused, or is right although it looks wrong. */
static void try(const Function *function, const Value *values, int code, const char *text)
{
    vwStats before = stats();
    vwResetLastError();
    intptr_t returned = function->call(values);
    calls++;
    int found = vwGetLastErrorCode();
    if (returned != function->failed || found != code ||
        (code != VW_ERR_OK && strstr(vwGetLastErrorMessage(), text) == NULL)) {
        fprintf(stderr, "%s returned %ld, error %d '%s', not %ld, %d '%s'\n", function->name,
                (long)returned, found, vwGetLastErrorMessage(), (long)function->failed, code, text);
        _exit(1);
    }
    vwStats after = stats();
    CHECK(memcmp(&before, &after, sizeof after) == 0);
    CHECK(freed == 0);
}

/* Everything that can be wrong with one argument. */
static void spoil(const Function *function, Value *values, int at)
{
    const Argument *argument = &function->arguments[at];
    char missing[256], wrong[256], invalid[256];
    snprintf(missing, sizeof missing, "%s in %s must not be NULL", argument->name, function->name);
    snprintf(wrong, sizeof wrong, "%s in %s ", argument->name, function->name);
    snprintf(invalid, sizeof invalid, "invalid %s pointer in %s", argument->name, function->name);
    Value *value = &values[at];
    const Value right = *value;

    void *own = argument->kind == K_CONN    ? (void *)conn
                : argument->kind == K_WATCH ? (void *)watch
                : argument->kind == K_HOST  ? (void *)host
                                            : vm;
    void *handles[] = { NULL,     gone_conn,       gone_vm, gone_watch,  conn,
                        vm,       watch,           garbage, (void *)64, (char *)own + 1,
                        (char *)own + 8 };
    int code = VW_ERR_INVALID_ARG;
    switch (argument->kind) {
    case K_CONN:
        code = VW_ERR_INVALID_CONN;
        break;
    case K_DOMAIN:
    case K_MAYBE_DOMAIN:
        code = VW_ERR_INVALID_DOMAIN;
        break;
    case K_QUIET_WATCH:
        own = watch;
        code = VW_ERR_OK;
        break;
    default:
        break;
    }
    switch (argument->kind) {
    case K_CONN:
    case K_DOMAIN:
    case K_MAYBE_DOMAIN:
    case K_WATCH:
    case K_QUIET_WATCH:
    case K_HOST:
        for (size_t i = argument->kind == K_MAYBE_DOMAIN; i < sizeof handles / sizeof *handles; i++) {
            value->pointer = handles[i];
            if (handles[i] != own)
                try(function, values, code, invalid);
        }
        break;
    case K_PLACE:
        value->pointer = NULL;
        try(function, values, VW_ERR_INVALID_ARG, missing);
        break;
    case K_QUIET_PLACE:
        value->pointer = NULL;
        try(function, values, VW_ERR_OK, "");
        break;
    case K_CALLBACK:
        value->function = NULL;
        try(function, values, VW_ERR_INVALID_ARG, missing);
        break;
    case K_TEXT:
        value->pointer = NULL;
        try(function, values, VW_ERR_INVALID_ARG, missing);
        /* fall through */
    case K_MAYBE_TEXT:
        value->pointer = "a\xff" "b";
        try(function, values, VW_ERR_INVALID_ARG, wrong);
        break;
    case K_NOT_YET:
        value->pointer = "<domain/>";
        try(function, values, VW_ERR_ARGUMENT_UNSUPPORTED, wrong);
        break;
    case K_NULL_IS_FINE:
        try(function, values, VW_ERR_OK, "");
        break;
    case K_FLAGS:
    case K_LONG_FLAGS:
        for (int bit = 0; bit < (argument->kind == K_FLAGS ? 32 : 64); bit++) {
            unsigned long flag = 1ul << bit, known = (unsigned long)argument->good;
            if ((known & flag) != 0)
                continue;
            snprintf(wrong, sizeof wrong, "unsupported flags (%#lx) in function %s", flag,
                     function->name);
            value->number = (long long)flag;
            try(function, values, VW_ERR_INVALID_ARG, wrong);
            value->number = (long long)(flag | known);
            try(function, values, VW_ERR_INVALID_ARG, wrong);
        }
        break;
    case K_NUMBER:
        for (int i = 0; i < argument->count; i++) {
            value->number = argument->bad[i];
            try(function, values, VW_ERR_INVALID_ARG, argument->text ? argument->text : wrong);
        }
        break;
    case K_SIZE:
        for (long long size = 0; size < argument->good; size++) {
            value->number = size;
            try(function, values, VW_ERR_INVALID_ARG, wrong);
        }
        value->number = LLONG_MAX;
        try(function, values, VW_ERR_INVALID_ARG, wrong);
        break;
    case K_SIZED:
        value->pointer = NULL;
        try(function, values, VW_ERR_INVALID_ARG, missing);
        /* fall through */
    case K_MAYBE_SIZED:
        value->pointer = tail;
        for (int more = 1; more <= 64; more++) {
            memset(tail, 0, sizeof tail);
            ((char *)tail)[argument->good + more - 1] = 1;
            values[at + 1].number = argument->good + more;
            try(function, values, VW_ERR_INVALID_ARG, wrong);
        }
        values[at + 1] = good(&function->arguments[at + 1]);
        break;
    case K_SIZED_PLACE:
        value->pointer = NULL;
        try(function, values, VW_ERR_INVALID_ARG, missing);
        value->pointer = tail;
        for (int more = 0; more <= 64; more++) {
            unsigned char *end = (unsigned char *)tail + argument->good;
            memset(tail, 0xff, sizeof tail);
            values[at + 1].number = argument->good + more;
            CHECK(function->call(values) != function->failed);
            CHECK(more == 0 || (end[0] == 0 && memcmp(end, end + 1, more - 1) == 0));
            CHECK(end[more] == 0xff);
        }
        values[at + 1] = good(&function->arguments[at + 1]);
        break;
    case K_ANY:
    case END:
        break;
    }
    *value = right;
}

int main(int argc, char **argv)
{
    const size_t count = sizeof functions / sizeof *functions;
    watchdog();
    for (size_t i = 0; argc > 1 && strcmp(argv[1], "list") == 0 && i < count; i++)
        printf("%s\n", functions[i].name);
    memset(garbage, 0x5a, sizeof garbage);
    /* For the functions of event loops; what connections do is not changed by it here. */
    CHECK(vwEventRegisterDefaultImpl() == 0);
    conn = vwConnectOpen("test:///empty");
    gone_conn = vwConnectOpen("test:///empty");
    const vwDriver driver = { .native = 0x1ff, .open = open_host };
    CHECK(vwDriverRegister("table", &driver, sizeof driver, NULL, NULL) == 0);
    vwConnectPtr hosted = vwConnectOpen("table:///");
    CHECK(hosted != NULL && host != NULL);
    vm = vwDomainDefineXML(conn, document("vm", UUID_A));
    gone_vm = vwDomainLookupByName(conn, "vm");
    watch = vwWatchNew(conn, NULL, 0);
    gone_watch = vwWatchNew(conn, NULL, 0);
    CHECK(vm != NULL && gone_vm != NULL && watch != NULL && gone_watch != NULL);
    CHECK(vwConnectClose(gone_conn) == 0 && vwDomainFree(gone_vm) == 0);
    CHECK(vwWatchFree(gone_watch) == 0);
    /* The quarantine is deep. */
    for (int i = 0; i < 4000; i++) {
        vwDomainPtr domain = vwDomainLookupByName(conn, "vm");
        CHECK(domain != NULL && vwDomainFree(domain) == 0);
    }
    for (size_t i = 0; i < count; i++) {
        Value values[MOST];
        for (int at = 0; at < MOST; at++)
            values[at] = good(&functions[i].arguments[at]);
        for (int at = 0; at < MOST && functions[i].arguments[at].kind != END; at++)
            spoil(&functions[i], values, at);
    }
    CHECK(calls > 1000);
    CHECK(vwConnectListAllDomains(conn, NULL, 0) == 1 && vwConnectAudit(conn, 0) == 0);
    CHECK(vwWatchFree(watch) == 0 && vwDomainFree(vm) == 0);
    CHECK(vwConnectClose(conn) == 0);
    CHECK(vwConnectClose(hosted) == 0);
    const vwChange change = { .change = VW_CHANGE_STARTED };
    CHECK(vwHostReport(host, &change, sizeof change) == -1);
    CHECK(strstr(vwGetLastErrorMessage(), "invalid host pointer in vwHostReport") != NULL);
    CHECK(vwDriverUnregister("table") == 0);
    return 0;
}
