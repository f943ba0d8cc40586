/* A program that loads the library, uses it, unloads it and goes on, again and again: what the
 * library has left behind goes on too. */
#define LAST_ERROR "not asked for"
#include "check.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>

static atomic_int heard, freed;

static int on_event(vwConnectPtr conn, vwDomainPtr domain, int event, int detail, void *opaque)
{
    (void)conn, (void)domain, (void)event, (void)detail, (void)opaque;
    atomic_fetch_add(&heard, 1);
    return 0;
}

static void on_free(void *opaque)
{
    (void)opaque;
    atomic_fetch_add(&freed, 1);
}

/* What the program uses of the library, under the library's names. */
static struct {
    vwConnectPtr (*open)(const char *);
    int (*close)(vwConnectPtr);
    vwDomainPtr (*create)(vwConnectPtr, const char *, unsigned int);
    int (*destroy)(vwDomainPtr);
    int (*free)(vwDomainPtr);
    int (*enlist)(vwConnectPtr, vwDomainPtr, int, vwConnectDomainEventGenericCallback, void *,
                  vwFreeCallback);
    int (*delist)(vwConnectPtr, int);
    int (*code)(void);
} vw;

static void *load(const char *library)
{
    void *loaded = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (loaded == NULL)
        fprintf(stderr, "%s\n", dlerror());
    CHECK(loaded != NULL);
    /* POSIX has functions be given as void *. */
#define LOAD(member, name)                                                     \
    CHECK((*(void **)(&vw.member) = dlsym(loaded, name)) != NULL)
    LOAD(open, "vwConnectOpen");
    LOAD(close, "vwConnectClose");
    LOAD(create, "vwDomainCreateXML");
    LOAD(destroy, "vwDomainDestroy");
    LOAD(free, "vwDomainFree");
    LOAD(enlist, "vwConnectDomainEventRegisterAny");
    LOAD(delist, "vwConnectDomainEventDeregisterAny");
    LOAD(code, "vwGetLastErrorCode");
    return loaded;
}

static void change(vwConnectPtr conn)
{
    int before = atomic_load(&heard);
    vwDomainPtr vm = vw.create(conn, document("vm", UUID_A), 0);
    CHECK(vm != NULL && vw.destroy(vm) == 0 && vw.free(vm) == 0);
    while (atomic_load(&heard) < before + 2)
        usleep(100);
}

/* Unloads the library while this thread has a last error in it, and ends. */
static void *unload(void *loaded)
{
    CHECK(vw.open("nobody:///") == NULL && vw.code() == VW_ERR_NO_CONNECT);
    CHECK(dlclose(loaded) == 0);
    return NULL;
}

int main(int argc, char **argv)
{
    watchdog();
    CHECK(argc > 1);
    for (int i = 0; i < 20; i++) {
        void *loaded = load(argv[1]);
        vwConnectPtr conn = vw.open("test:///empty");
        int id = vw.enlist(conn, NULL, 0, VW_DOMAIN_EVENT_CALLBACK(on_event), NULL, on_free);
        CHECK(conn != NULL && id == 0);
        change(conn);
        if (i % 2 == 0) { /* with everything closed */
            CHECK(vw.delist(conn, id) == 0 && vw.close(conn) == 0);
            CHECK(dlclose(loaded) == 0);
        } else { /* with a connection open, and its thread running */
            pthread_t thread;
            CHECK(pthread_create(&thread, NULL, unload, loaded) == 0);
            pthread_join(thread, NULL);
            change(conn);
            CHECK(vw.delist(conn, id) == 0 && vw.close(conn) == 0);
        }
        CHECK(atomic_load(&freed) == i + 1);
    }
    return 0;
}
