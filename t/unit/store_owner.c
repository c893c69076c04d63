/* plugin/store/owner.c: whose leases end at once, and whose only by time. */
#include "unit/storage.h"

#include <errno.h>
#include <signal.h>

#include "store/handover.h"
#include "store/owner.h"

/* A process of its own that has a record and lives until it is killed. */
static pid_t start(void (*life)(void))
{
    int up[2];
    char ready = 0;
    pid_t child;

    assert_int_equal(pipe(up), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        life();
        if (write(up[1], "r", 1) == 1)
            for (;;)
                pause();
        _exit(1);
    }
    close(up[1]);
    assert_int_equal(read(up[0], &ready, 1), 1);
    close(up[0]);
    return child;
}

static void end(pid_t child)
{
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static bool bury(struct store *store)
{
    struct error err = { 0 };
    bool buried = false;

    if (!owner_bury(store, &buried, &err))
        fail_msg("%s", err.text);
    return buried;
}

static void send_one(void)
{
    struct store *store = open_store();
    struct record record;

    make_record(&record, "k1", "CRITICAL");
    accept_one(store, &record);
    begin_one(store, &record, "joa");
}

static void be_worker(void)
{
    static struct store *volatile store; /* in use until it dies, and a leak checker sees it */

    store = open_store();
    if (!handover_work(store, NULL))
        _exit(1);
    send_one();
}

static off_t bytes_of(const char *end)
{
    struct stat info = { 0 };
    char name[128];

    snprintf(name, sizeof name, "%s%s", place_file, end);
    return stat(name, &info) == 0 ? info.st_size : -1;
}

static void the_dead_have_no_leases(void **state)
{
    pid_t child = start(send_one);
    struct store *store = open_store();
    struct record record;
    off_t written = bytes_of("-wal");

    (void)state;
    assert_int_equal(strlen(ask("SELECT lease_owner FROM record")), 16);
    assert_false(bury(store));
    assert_int_equal(claim(store, 9, &record), 0);
    assert_int_equal(bytes_of("-wal"), written); /* nothing was written for nothing */
    end(child);
    ask("UPDATE record SET lease_owner = 't' || substr(lease_owner, 2)");
    assert_false(bury(store)); /* one without a lock */
    ask("UPDATE record SET lease_owner = 'l' || substr(lease_owner, 2)");
    assert_true(bury(store));
    assert_string_equal(ask("SELECT lease_until_ms || lease_owner FROM record"), "0");
    assert_false(bury(store));
    assert_int_equal(claim(store, 9, &record), 1);
    assert_string_equal(record.outcome, "begun");
    assert_false(bury(store)); /* its own */
    record_clear(&record);
    store_close(store);
}

static void only_the_dead(void **state)
{
    struct store *store = open_store(), *other = open_store();
    struct record mine, theirs;
    pid_t child = start(send_one);

    (void)state;
    make_record(&mine, "mine", "CRITICAL");
    make_record(&theirs, "theirs", "CRITICAL");
    accept_one(store, &mine);
    accept_one(other, &theirs);
    end(child);
    assert_true(bury(store));
    assert_string_equal(ask("SELECT group_concat(identity) FROM record WHERE lease_until_ms > 0"),
                        "mine,theirs");
    store_close(other);
    assert_true(bury(store));
    assert_string_equal(ask("SELECT group_concat(identity) FROM record WHERE lease_until_ms > 0"), "mine");
    record_clear(&mine);
    record_clear(&theirs);
    store_close(store);
}

static void owners_file(char name[128])
{
    snprintf(name, 128, "%s-owners", place_file);
}

/* A living owner must not be taken for dead because its lock cannot be seen. */
static void a_removed_file_proves_nothing(void **state)
{
    pid_t child = start(send_one);
    struct store *store = open_store();
    char name[128];

    (void)state;
    owners_file(name);
    assert_int_equal(unlink(name), 0);
    assert_false(bury(store));
    assert_int_equal(bytes_of("-owners"), 0); /* a new one: that of the child is in use */
    end(child);
    assert_false(bury(store)); /* then it lapses */
    store_close(store);
}

static void without_locks_leases_lapse(void **state)
{
    char name[128];
    struct store *store;
    struct record record;
    struct error err = { 0 };
    pid_t child;

    (void)state;
    owners_file(name);
    assert_int_equal(mkdir(name, 0700), 0);
    child = start(send_one);
    end(child);
    assert_int_equal(rmdir(name), 0);
    store = open_store();
    assert_false(bury(store));
    assert_int_equal(claim(store, 9, &record), 0);
    now_set(NOON + MINUTE);
    assert_int_equal(claim(store, 9, &record), 1);
    record_clear(&record);
    store_close(store);
    assert_int_equal(unlink(name), 0);
    assert_int_equal(mkdir(name, 0700), 0);
    store = open_store();
    assert_false(handover_work(store, &err));
    assert_non_null(strstr(err.text, "cannot lock its file of owners: Is a directory"));
    store_close(store);
}

static void one_worker(void **state)
{
    pid_t child = start(be_worker);
    struct store *store = open_store(), *sweeper = open_store();
    struct error err = { 0 };

    (void)state;
    assert_false(handover_work(store, &err));
    assert_non_null(strstr(err.text, "has a worker already"));
    end(child);
    assert_true(handover_work(store, &err));
    assert_false(handover_work(sweeper, &err));
    store_close(store);
    assert_true(handover_work(sweeper, &err)); /* once more where it ended well */
    store_close(sweeper);
}

/* It has the same name as the one before: leases of that are nobody's. */
static void a_new_worker_inherits_nothing(void **state)
{
    struct store *store = open_store(), *notifier = open_store();
    struct record record;

    (void)state;
    assert_true(handover_work(store, NULL));
    make_record(&record, "k1", "CRITICAL");
    accept_one(store, &record);
    assert_string_equal(ask("SELECT lease_owner FROM record"), "worker");
    assert_false(bury(notifier));
    store_close(store);
    store = open_store();
    assert_true(handover_work(store, NULL));
    assert_string_equal(ask("SELECT lease_until_ms || lease_owner FROM record"), "0");
    record_clear(&record);
    assert_int_equal(claim(store, 9, &record), 1);
    record_clear(&record);
    store_close(store);
    assert_true(bury(notifier)); /* nor do others wait for one that is gone */
    store_close(notifier);
}

static struct record *find_held(void *context, int64_t id)
{
    struct record *held = context;

    return held->id == id ? held : NULL;
}

/* Those that it has in hand last; those that it could not take in hand do not. */
static void a_worker_looks_after_its_leases(void **state)
{
    struct store *worker = open_store(), *notifier = open_store();
    struct record held, lost, record;
    bool freed = true;

    (void)state;
    assert_true(handover_work(worker, NULL));
    make_record(&held, "held", "CRITICAL");
    accept_one(worker, &held);
    make_record(&lost, "lost", "CRITICAL");
    accept_one(worker, &lost);
    ask("UPDATE record SET lease_until_ms = 1700000600000"); /* NOON and HANDOVER_LEASE_MS */
    now_set(NOON + 4000);                                    /* it may still come */
    assert_true(handover_tend(worker, find_held, &held, true, &freed, NULL));
    assert_false(freed);
    now_set(NOON + 6000);
    assert_true(handover_tend(worker, find_held, &held, true, &freed, NULL));
    assert_true(freed);
    assert_string_equal(ask("SELECT group_concat(lease_owner) FROM record"), "worker,");
    assert_true(handover_tend(worker, find_held, &held, true, &freed, NULL));
    assert_false(freed);
    now_set(NOON + HOUR); /* a clock that is set, or a worker that was stopped */
    assert_int_equal(claim(worker, 9, &record), 1);
    assert_int_equal(record.id, lost.id); /* never what it has in hand */
    record_clear(&record);
    assert_true(handover_tend(worker, find_held, &held, true, &freed, NULL));
    assert_int_equal(held.lease_until_ms, NOON + HOUR + HANDOVER_LEASE_MS);
    now_set(NOON); /* and back */
    assert_true(handover_tend(worker, find_held, &held, true, &freed, NULL));
    assert_int_equal(held.lease_until_ms, NOON + HANDOVER_LEASE_MS);
    record_clear(&held);
    record_clear(&lost);
    store_close(worker);
    store_close(notifier);
}

static void the_file_is_shared_as_the_store_is(void **state)
{
    struct stat database, owners;
    struct store *store;
    char name[128];

    (void)state;
    store = open_store();
    assert_int_equal(bytes_of("-owners"), -1); /* nobody needs it to look */
    assert_false(bury(store));
    assert_int_equal(bytes_of("-owners"), -1);
    add_record("k1", "CRITICAL");
    owners_file(name);
    assert_int_equal(stat(name, &owners), 0);
    assert_int_equal(stat(place_file, &database), 0);
    assert_int_equal(owners.st_mode & 07777, 0660);
    assert_int_equal(owners.st_gid, database.st_gid);
    assert_int_equal(chmod(name, 0600), 0); /* its maker came no further */
    add_record("k2", "CRITICAL");
    assert_int_equal(stat(name, &owners), 0);
    assert_int_equal(owners.st_mode & 07777, 0660);
    assert_int_equal(owners.st_size, 0);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_place_test(the_dead_have_no_leases),
        cmocka_place_test(only_the_dead),
        cmocka_place_test(a_removed_file_proves_nothing),
        cmocka_place_test(without_locks_leases_lapse),
        cmocka_place_test(one_worker),
        cmocka_place_test(a_new_worker_inherits_nothing),
        cmocka_place_test(a_worker_looks_after_its_leases),
        cmocka_place_test(the_file_is_shared_as_the_store_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
