/* Fibers over the contexts of POSIX.1-2001, which every C library of Linux still has. The alternative is to
   take the code that speaks with a gateway apart into states, and to have it twice: once for a run that sends
   and ends, once for the worker. Contexts only begin a stack: to switch by them asks the kernel for the mask
   of signals each time, which no fiber changes, so the way from one stack to another that has begun is a
   jump. */
#undef _FORTIFY_SOURCE /* its longjmp takes another stack for a mistake */

#include "flow/fiber.h"

#include <setjmp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/now.h"

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef SANITIZED
#include <sanitizer/common_interface_defs.h>
#endif

/* Only touched pages cost memory; below lies a page that may not be touched. A batch of many has its outcomes
   on the stack. */
#define STACK_BYTES ((size_t)512 * 1024)

/* Stacks kept for the next ones. */
#define SPARE_MOST 64

struct fiber {
    struct fibers *fibers;
    jmp_buf place; /* where it goes on, once it has begun */
    bool begun;
    char *stack; /* with the guard page */
    void (*run)(void *context);
    void *argument;
    int64_t until_ms;   /* sleeps until then; -1: until woken */
    struct fiber *next; /* of the ready, or the spare */
    struct fiber *next_asleep;
    bool over;
    void *fake; /* the sanitizer's own stack */
};

struct fibers {
    jmp_buf outside;
    struct fiber *self; /* whose turn it is; NULL: none's */
    struct fiber *ready, **last_ready;
    struct fiber *asleep, *spare;
    size_t count, spares;
    const void *outside_stack;
    size_t outside_bytes;
};

/* The sanitizer must know which stack is in use. */
static void leave(void **fake, const void *stack, size_t bytes)
{
#ifdef SANITIZED
    __sanitizer_start_switch_fiber(fake, stack, bytes);
#else
    (void)fake, (void)stack, (void)bytes;
#endif
}

static void arrive(void *fake, const void **stack, size_t *bytes)
{
#ifdef SANITIZED
    __sanitizer_finish_switch_fiber(fake, stack, bytes);
#else
    (void)fake, (void)stack, (void)bytes;
#endif
}

struct fibers *fibers_open(struct error *err)
{
    struct fibers *fibers = calloc(1, sizeof *fibers);

    if (fibers == NULL)
        error_memory(err);
    else
        fibers->last_ready = &fibers->ready;
    return fibers;
}

static void fiber_free(struct fiber *fiber)
{
    munmap(fiber->stack, STACK_BYTES);
    free(fiber);
}

void fibers_close(struct fibers *fibers)
{
    if (fibers == NULL)
        return;
    for (struct fiber *fiber; (fiber = fibers->spare) != NULL;) {
        fibers->spare = fiber->next;
        fiber_free(fiber);
    }
    free(fibers);
}

/* From the fiber to whoever runs fibers, until its next turn. */
static void turn_out(struct fibers *fibers, struct fiber *fiber)
{
    leave(&fiber->fake, fibers->outside_stack, fibers->outside_bytes);
    if (_setjmp(fiber->place) == 0)
        _longjmp(fibers->outside, 1);
    arrive(fiber->fake, &fibers->outside_stack, &fibers->outside_bytes);
}

/* A stack's whole life: one errand after the other. makecontext hands over ints only, so the pointer comes in
   two halves. */
static void begin(unsigned high, unsigned low)
{
    uintptr_t bits = (uintptr_t)high << 16 << 16 | low;
    struct fiber *fiber = (struct fiber *)bits; // NOLINT: the address of a fiber, as turn_in gave it
    struct fibers *fibers = fiber->fibers;

    arrive(NULL, &fibers->outside_stack, &fibers->outside_bytes);
    for (;;) {
        fiber->run(fiber->argument);
        fiber->over = true;
        turn_out(fibers, fiber);
    }
}

/* The other way. */
static void turn_in(struct fibers *fibers, struct fiber *fiber)
{
    uintptr_t bits = (uintptr_t)fiber;
    ucontext_t start;

    if (_setjmp(fibers->outside) != 0)
        return;
    if (fiber->begun)
        _longjmp(fiber->place, 1);
    fiber->begun = true;
    getcontext(&start);
    start.uc_stack.ss_sp = fiber->stack;
    start.uc_stack.ss_size = STACK_BYTES;
    start.uc_link = NULL;
    makecontext(&start, (void (*)(void))begin, 2, (unsigned)(bits >> 16 >> 16), (unsigned)bits);
    setcontext(&start);
}

static struct fiber *fiber_new(struct fibers *fibers)
{
    struct fiber *fiber = fibers->spare;

    if (fiber != NULL) {
        fibers->spare = fiber->next;
        fibers->spares--;
        return fiber;
    }
    fiber = calloc(1, sizeof *fiber);
    if (fiber == NULL)
        return NULL;
    fiber->fibers = fibers;
    fiber->stack =
        mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (fiber->stack == MAP_FAILED) {
        free(fiber);
        return NULL;
    }
    mprotect(fiber->stack, (size_t)sysconf(_SC_PAGESIZE), PROT_NONE);
    return fiber;
}

/* Its turn, until it waits or ends. */
static void resume(struct fibers *fibers, struct fiber *fiber)
{
    void *fake = NULL;

    fibers->self = fiber;
    leave(&fake, fiber->stack, STACK_BYTES);
    turn_in(fibers, fiber);
    arrive(fake, NULL, NULL);
    fibers->self = NULL;
    if (!fiber->over)
        return;
    fibers->count--;
    if (fibers->spares == SPARE_MOST) {
        fiber_free(fiber);
        return;
    }
    fiber->next = fibers->spare;
    fibers->spare = fiber;
    fibers->spares++;
}

bool fiber_start(struct fibers *fibers, void (*run)(void *context), void *context, struct error *err)
{
    struct fiber *fiber = fiber_new(fibers);

    if (fiber == NULL)
        return error_memory(err);
    fiber->run = run;
    fiber->argument = context;
    fiber->over = false;
    fiber->until_ms = -1;
    fibers->count++;
    resume(fibers, fiber);
    return true;
}

struct fiber *fiber_self(const struct fibers *fibers)
{
    return fibers->self;
}

void fiber_wait(struct fibers *fibers)
{
    turn_out(fibers, fibers->self);
}

void fiber_sleep(struct fibers *fibers, int64_t ms)
{
    struct fiber *fiber = fibers->self;

    fiber->until_ms = now_steady_ms() + ms;
    fiber->next_asleep = fibers->asleep;
    fibers->asleep = fiber;
    fiber_wait(fibers);
}

void fiber_wake(struct fibers *fibers, struct fiber *fiber)
{
    fiber->next = NULL;
    *fibers->last_ready = fiber;
    fibers->last_ready = &fiber->next;
}

static void wake_rested(struct fibers *fibers)
{
    int64_t now = now_steady_ms();

    for (struct fiber **at = &fibers->asleep; *at != NULL;) {
        struct fiber *fiber = *at;
        if (fiber->until_ms > now) {
            at = &fiber->next_asleep;
            continue;
        }
        *at = fiber->next_asleep;
        fiber_wake(fibers, fiber);
    }
}

void fibers_run(struct fibers *fibers)
{
    struct fiber *fiber;

    wake_rested(fibers);
    while ((fiber = fibers->ready) != NULL) {
        fibers->ready = fiber->next;
        if (fibers->ready == NULL)
            fibers->last_ready = &fibers->ready;
        resume(fibers, fiber);
    }
}

int fibers_wait_ms(const struct fibers *fibers)
{
    int64_t first_ms = -1, now = now_steady_ms();

    if (fibers->ready != NULL)
        return 0;
    for (const struct fiber *fiber = fibers->asleep; fiber != NULL; fiber = fiber->next_asleep)
        if (first_ms < 0 || fiber->until_ms < first_ms)
            first_ms = fiber->until_ms;
    return first_ms < 0 ? -1 : first_ms <= now ? 0 : (int)(first_ms - now);
}

size_t fibers_count(const struct fibers *fibers)
{
    return fibers->count;
}
