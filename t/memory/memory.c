/* Linked with a unit test in place of cmocka's runner: every test once more for each allocation of munja's
   own code, which fails in its turn while all others succeed. The test may be refused what it asks for, so an
   assertion may fail; munja may not crash, hang or lose memory. munja's objects call the memory_ functions
   here instead of those of the C library (see Makefile); what a test or another library allocates never
   fails. */
#include "unit/unit.h"

#include <errno.h>
#include <execinfo.h>
#include <ftw.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A child that ended for any other reason is a fault of munja. */
enum { PASSED = 0, ASSERTED = 100, LEAKED = 101 };

/* A child that takes longer never ends, however busy the machine is. */
#define CHILD_S 180

/* A test whose turns would take longer fails one allocation for each way that leads to one. */
#define BUDGET_MS 2000

#define PLACES_MOST  200000
#define FOLDERS_MOST 16

struct place {
    unsigned long nth;
    uint32_t stack;
};

/* What the child tells, however it ends. */
static struct told {
    unsigned long made; /* allocations */
    int folders;
    char folder[FOLDERS_MOST][64];
    uint32_t stack[PLACES_MOST]; /* where each came from */
} * told;

static unsigned long turn; /* the allocation to fail, from 1; 0 when all are only counted */
static bool counts;
static pid_t child;
static volatile sig_atomic_t late;

/* Present under the sanitizer alone. */
extern int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

/* Under the names that the library's objects know. */
void *memory_malloc(size_t bytes);
void *memory_calloc(size_t count, size_t bytes);
void *memory_realloc(void *old, size_t bytes);
char *memory_strdup(const char *text);
char *memory_strndup(const char *text, size_t bytes);
char *memory_realpath(const char *path, char *room);

static uint32_t stack_hash(void)
{
    void *frame[32];
    int frames = backtrace(frame, 32);
    uint64_t hash = 0;

    for (int i = 2; i < frames; i++)
        hash = (hash ^ (uintptr_t)frame[i]) * 0x9e3779b97f4a7c15u;
    return (uint32_t)(hash >> 32);
}

static bool fails(void)
{
    if (!counts)
        return false;
    if (turn == 0 && told->made < PLACES_MOST)
        told->stack[told->made] = stack_hash();
    if (++told->made != turn)
        return false;
    errno = ENOMEM;
    return true;
}

void *memory_malloc(size_t bytes)
{
    return fails() ? NULL : malloc(bytes);
}

void *memory_calloc(size_t count, size_t bytes)
{
    return fails() ? NULL : calloc(count, bytes);
}

void *memory_realloc(void *old, size_t bytes)
{
    return fails() ? NULL : realloc(old, bytes);
}

char *memory_strdup(const char *text)
{
    return fails() ? NULL : strdup(text);
}

char *memory_strndup(const char *text, size_t bytes)
{
    return fails() ? NULL : strndup(text, bytes);
}

char *memory_realpath(const char *path, char *room)
{
    return fails() ? NULL : realpath(path, room);
}

static int lost(void)
{
    return __lsan_do_recoverable_leak_check != NULL && __lsan_do_recoverable_leak_check();
}

/* In place of cmocka's own, which every assertion that fails comes to. What the test holds is still on its
   stack here, so what nothing points at was lost by munja. */
void _fail(const char *file, int line)
{
    printf("%s:%d: an assertion failed\n", file, line);
    fflush(stdout);
    _exit(lost() ? LEAKED : ASSERTED);
}

/* cmocka's compares what is not there, too. */
void _assert_string_equal(const char *const a, const char *const b, const char *const file, const int line)
{
    if (a == NULL || b == NULL || strcmp(a, b) != 0)
        _fail(file, line);
}

/* A power cut is not what is tried here, and waiting for the disk takes longer than everything else. */
int fsync(int fd)
{
    (void)fd;
    return 0;
}

int fdatasync(int fd)
{
    (void)fd;
    return 0;
}

/* Whatever a test that was cut short leaves behind: see sweep. */
static char *noted(char *name)
{
    if (name != NULL && told->folders < FOLDERS_MOST)
        snprintf(told->folder[told->folders++], sizeof told->folder[0], "%s", name);
    return name;
}

char *mkdtemp(char *template)
{
    for (int tries = 0; tries < 1000; tries++) {
        char *digits = template + strlen(template) - 6;
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        snprintf(digits, 7, "%06x", (unsigned)((now.tv_nsec ^ (getpid() << 8)) & 0xffffff));
        if (mkdir(template, 0700) == 0)
            return noted(template);
        memcpy(digits, "XXXXXX", 6);
    }
    return NULL;
}

static int sweep_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st, (void)kind, (void)where;
    return remove(path);
}

static void sweep(void)
{
    for (int i = 0; i < told->folders; i++)
        nftw(told->folder[i], sweep_one, 8, FTW_DEPTH | FTW_PHYS);
}

struct group {
    CMFixtureFunction setup, teardown;
};

static int live(const struct group *group, const struct CMUnitTest *test)
{
    void *state = test->initial_state;

    counts = false;
    if ((group->setup != NULL && group->setup(&state) != 0)
        || (test->setup_func != NULL && test->setup_func(&state) != 0))
        return ASSERTED;
    counts = true;
    test->test_func(&state);
    counts = false;
    if ((test->teardown_func != NULL && test->teardown_func(&state) != 0)
        || (group->teardown != NULL && group->teardown(&state) != 0))
        return ASSERTED;
    return lost() ? LEAKED : PASSED;
}

static void give_up(int number)
{
    (void)number;
    late = 1;
    kill(-child, SIGKILL);
}

/* Run the test in a child of its own, which says what it has to say into output. */
static int outcome_of(const struct group *group, const struct CMUnitTest *test, unsigned long nth,
                      FILE *output)
{
    int status = 0;

    told->made = 0, told->folders = 0;
    late = 0;
    fflush(stdout);
    rewind(output);
    if (ftruncate(fileno(output), 0) != 0)
        return -1;
    child = fork();
    if (child == 0) {
        setpgid(0, 0);
        dup2(fileno(output), 1);
        dup2(fileno(output), 2);
        turn = nth;
        status = live(group, test);
        fflush(stdout);
        _exit(status);
    }
    setpgid(child, child);
    alarm(CHILD_S);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    alarm(0);
    /* What a test that was cut short had started, and left behind. */
    kill(-child, SIGKILL);
    while (waitpid(-child, NULL, 0) > 0)
        ;
    sweep();
    return status;
}

/* Why that is a fault of munja; NULL when it is none. */
static const char *fault_of(int status, FILE *output, char room[64])
{
    static char text[65536];
    size_t count;

    rewind(output);
    count = fread(text, 1, sizeof text - 1, output);
    text[count] = '\0';
    if (late)
        return "does not end";
    if (WIFSIGNALED(status)) {
        snprintf(room, 64, "%s", strsignal(WTERMSIG(status)));
        return room;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == LEAKED)
        return "memory is lost";
    if (strstr(text, "AddressSanitizer") != NULL || strstr(text, "runtime error:") != NULL)
        return "the sanitizer's word";
    if (WEXITSTATUS(status) == PASSED || WEXITSTATUS(status) == ASSERTED)
        return NULL;
    snprintf(room, 64, "exits with %d", WEXITSTATUS(status));
    return room;
}

static void show(FILE *output)
{
    char line[1024];

    rewind(output);
    while (fgets(line, sizeof line, output) != NULL)
        printf("# %s%s", line, strchr(line, '\n') == NULL ? "\n" : "");
}

static double now_real_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int by_stack(const void *one, const void *other)
{
    const struct place *a = one, *b = other;

    if (a->stack != b->stack)
        return a->stack < b->stack ? -1 : 1;
    return a->nth < b->nth ? -1 : a->nth > b->nth;
}

static int by_turn(const void *one, const void *other)
{
    const struct place *a = one, *b = other;

    return a->nth < b->nth ? -1 : a->nth > b->nth;
}

/* The turns that fail: all, or where that takes too long the first of each way that leads to an allocation.
 */
static struct place *choose(double once_ms, size_t *chosen)
{
    size_t count = told->made < PLACES_MOST ? told->made : PLACES_MOST, kept = 0;
    struct place *places = malloc((count + 1) * sizeof *places);

    *chosen = count;
    for (size_t i = 0; i < count; i++)
        places[i] = (struct place){ i + 1, told->stack[i] };
    if (once_ms * (double)told->made < BUDGET_MS)
        return places;
    qsort(places, count, sizeof *places, by_stack);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || places[i].stack != places[kept - 1].stack)
            places[kept++] = places[i];
    qsort(places, kept, sizeof *places, by_turn);
    *chosen = kept;
    return places;
}

static bool check(const struct group *group, const struct CMUnitTest *test, int number, FILE *output)
{
    double start = now_real_ms(), once;
    unsigned long made;
    size_t chosen, red = 0;
    struct place *places;
    char room[64];
    const char *fault;
    int status = outcome_of(group, test, 0, output);

    fault = fault_of(status, output, room);
    if (fault != NULL || WEXITSTATUS(status) != PASSED) {
        printf("not ok %d - %s: %s with all memory there is\n", number, test->name,
               fault == NULL ? "fails" : fault);
        show(output);
        return false;
    }
    once = now_real_ms() - start;
    made = told->made;
    places = choose(once, &chosen);
    for (size_t i = 0; i < chosen; i++) {
        fault = fault_of(outcome_of(group, test, places[i].nth, output), output, room);
        if (fault == NULL)
            continue;
        printf("# allocation %lu of %lu: %s (MEMORY=%s:%lu shows it)\n", places[i].nth, made, fault,
               test->name, places[i].nth);
        show(output);
        red++;
    }
    free(places);
    printf("%sok %d - %s: %zu of %lu allocations\n", red == 0 ? "" : "not ", number, test->name, chosen,
           made);
    return red == 0;
}

/* MEMORY=test:n runs that test in this process with its n-th allocation failing, for a debugger. */
static int run_one(const struct group *group, const struct CMUnitTest *tests, size_t count,
                   const char *wanted)
{
    const char *colon = strchr(wanted, ':');
    size_t length = colon == NULL ? strlen(wanted) : (size_t)(colon - wanted);

    turn = colon == NULL ? 0 : strtoul(colon + 1, NULL, 10);
    for (size_t i = 0; i < count; i++) {
        if (strncmp(tests[i].name, wanted, length) == 0 && tests[i].name[length] == '\0')
            return live(group, &tests[i]);
    }
    return -1;
}

int _cmocka_run_group_tests(const char *name, const struct CMUnitTest *const tests, const size_t count,
                            CMFixtureFunction setup, CMFixtureFunction teardown)
{
    struct group group = { setup, teardown };
    FILE *output = tmpfile();
    int red = 0;

    (void)name;
    mallopt(M_PERTURB, 0xa5);
    signal(SIGALRM, give_up);
    told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (getenv("MEMORY") != NULL)
        return run_one(&group, tests, count, getenv("MEMORY"));
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    printf("1..%zu\n", count);
    for (size_t i = 0; i < count; i++)
        red += !check(&group, &tests[i], (int)i + 1, output);
    return red > 0;
}
