/* Run a command and kill it after the Nth system call that others can see: what a power cut, the
   out-of-memory killer or a monitor's time-out does, at a place of one's choice.

       killer N COMMAND [ARGUMENT…]        N = 0: kill nobody, count only

   Counted is the end of each call that changes a file, a lock or a folder, and of each that speaks over a
   socket: only there does the world that outlives the process change, so a kill anywhere between two of them
   is the same as one behind the first. Reads of files, and whatever stays inside the process, count for
   nothing. Calls of all its threads and children count together, and all of them die together.

   Its last line on standard error is one of

       killer: killed after 17 (fdatasync)
       killer: ended with 2 after 93       the exit status, or 128 and the signal

   and its own exit status 0, or 2 when it could not do its work. SIGTERM and SIGINT are handed on to the
   command, which may be one that ends by nothing else. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS_MAX 64

enum when { ALWAYS, OF_SOCKETS, WHEN_CREATING, WHEN_LOCKING };

static const struct call {
    unsigned number;
    enum when when;
    const char *name;
} calls[] = {
#define CALL(name, when)                                                                                     \
    {                                                                                                        \
        SYS_##name, when, #name                                                                              \
    }
    CALL(write, ALWAYS),       CALL(writev, ALWAYS),        CALL(pwrite64, ALWAYS),  CALL(pwritev, ALWAYS),
    CALL(ftruncate, ALWAYS),   CALL(fallocate, ALWAYS),     CALL(fsync, ALWAYS),     CALL(fdatasync, ALWAYS),
    CALL(msync, ALWAYS),       CALL(openat, WHEN_CREATING), CALL(mkdirat, ALWAYS),   CALL(renameat2, ALWAYS),
    CALL(linkat, ALWAYS),      CALL(symlinkat, ALWAYS),     CALL(unlinkat, ALWAYS),  CALL(fchmod, ALWAYS),
    CALL(fchmodat, ALWAYS),    CALL(fchown, ALWAYS),        CALL(fchownat, ALWAYS),  CALL(flock, ALWAYS),
    CALL(fcntl, WHEN_LOCKING), CALL(socket, ALWAYS),        CALL(bind, ALWAYS),      CALL(listen, ALWAYS),
    CALL(connect, ALWAYS),     CALL(accept4, ALWAYS),       CALL(shutdown, ALWAYS),  CALL(sendto, ALWAYS),
    CALL(sendmsg, ALWAYS),     CALL(sendmmsg, ALWAYS),      CALL(recvfrom, ALWAYS),  CALL(recvmsg, ALWAYS),
    CALL(recvmmsg, ALWAYS),    CALL(read, OF_SOCKETS),      CALL(readv, OF_SOCKETS),
#ifdef SYS_rename /* of older architectures */
    CALL(mkdir, ALWAYS),       CALL(rename, ALWAYS),        CALL(renameat, ALWAYS),  CALL(link, ALWAYS),
    CALL(symlink, ALWAYS),     CALL(unlink, ALWAYS),        CALL(rmdir, ALWAYS),     CALL(chmod, ALWAYS),
    CALL(chown, ALWAYS),       CALL(lchown, ALWAYS),
#endif
};

#define CALLS (sizeof calls / sizeof *calls)

/* What each thread is in the middle of. */
static struct thread {
    pid_t id;
    const struct call *call; /* that counts; NULL: none */
    bool known;              /* it was let go once */
} threads[THREADS_MAX];

static volatile sig_atomic_t victim;

static void hand_on(int signal)
{
    if (victim > 0)
        kill((pid_t)victim, signal);
}

static void give_up(const char *doing)
{
    fprintf(stderr, "killer: %s: %s\n", doing, strerror(errno));
    exit(2); /* PTRACE_O_EXITKILL takes care of the others */
}

static bool is_socket(pid_t id, unsigned long long fd)
{
    char path[64];
    struct stat info = { 0 };

    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)id, (int)fd);
    return stat(path, &info) == 0 && S_ISSOCK(info.st_mode);
}

static bool is_lock(unsigned long long command)
{
    switch ((int)command) {
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        return true;
    default:
        return false;
    }
}

/* The call that is about to begin, if it counts. */
static const struct call *call_counted(pid_t id)
{
    const struct call *call = calls, *end = calls + CALLS;
    struct __ptrace_syscall_info info = { 0 };
    const __uint64_t *args = info.seccomp.args;

    if (ptrace(PTRACE_GET_SYSCALL_INFO, id, sizeof info, &info) < 0 || info.op != PTRACE_SYSCALL_INFO_SECCOMP)
        return NULL; /* it died meanwhile */
    while (call < end && call->number != info.seccomp.nr)
        call++;
    if (call == end || (call->when == OF_SOCKETS && !is_socket(id, args[0]))
        || (call->when == WHEN_CREATING && (args[2] & O_CREAT) == 0)
        || (call->when == WHEN_LOCKING && !is_lock(args[1])))
        return NULL;
    return call;
}

static struct thread *thread_find(pid_t id)
{
    struct thread *spare = NULL;

    for (size_t i = 0; i < THREADS_MAX; i++) {
        if (threads[i].id == id)
            return &threads[i];
        if (spare == NULL && threads[i].id == 0)
            spare = &threads[i];
    }
    if (spare == NULL) {
        errno = EAGAIN;
        give_up("too many threads");
    }
    *spare = (struct thread){ .id = id };
    return spare;
}

/* With the command's end all that it leaves (locks, sockets) is given back: whoever looks next must not meet
   it half dead. A child so new that it has not been seen yet stops first. */
static void kill_all(void)
{
    pid_t id;
    int status;

    for (size_t i = 0; i < THREADS_MAX; i++)
        if (threads[i].id > 0)
            kill(threads[i].id, SIGKILL);
    while ((id = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR)
        if (id > 0 && WIFSTOPPED(status))
            kill(id, SIGKILL);
}

/* The kernel stops the command at the calls of the table alone: that is much faster than at all of them. */
static void filter_calls(void)
{
    struct sock_filter code[2 * CALLS + 2] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    };
    struct sock_fprog program = { .filter = code };
    size_t at = 1;

    for (size_t i = 0; i < CALLS; i++) {
        code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 1);
        code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
    }
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program.len = (unsigned short)at;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
        || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        give_up("seccomp");
}

static void start(char **command)
{
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL
                         | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
    const struct sigaction forward = { .sa_handler = hand_on, .sa_flags = SA_RESTART };
    pid_t child = fork();
    int status = 0;

    if (child < 0)
        give_up("fork");
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, 0, 0) < 0)
            give_up("ptrace");
        raise(SIGSTOP);
        filter_calls();
        execv(command[0], command);
        give_up(command[0]);
    }
    if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)
        || ptrace(PTRACE_SETOPTIONS, child, 0, options) < 0)
        give_up("ptrace");
    victim = child;
    sigaction(SIGTERM, &forward, NULL);
    sigaction(SIGINT, &forward, NULL);
    if (ptrace(PTRACE_CONT, child, 0, 0) < 0)
        give_up("ptrace");
}

/* What a stop hands to the thread that goes on: the signal it was stopped by. Those that tracing itself makes
   are none: an event, the first stop of a new thread, the trap behind an exec. */
static int signal_meant(int status, bool is_new)
{
    int signal = WSTOPSIG(status);

    return status >> 16 != 0 || signal == SIGTRAP || (is_new && signal == SIGSTOP) ? 0 : signal;
}

static int status_of(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Follow it to its end, or to the call behind which it is killed. A call that counts is stopped at twice:
   when it is about to begin, and behind its end. */
static void follow(long at)
{
    long count = 0;
    int status, ended_with = 0;
    pid_t id;

    while ((id = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
        struct thread *thread = id > 0 ? thread_find(id) : NULL;
        int signal = 0;

        if (thread == NULL)
            continue;
        if (!WIFSTOPPED(status)) {
            if (id == victim)
                ended_with = status_of(status);
            thread->id = 0;
            continue;
        }
        if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
            signal = signal_meant(status, !thread->known);
            thread->call = status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8) ? call_counted(id) : NULL;
        } else if (thread->call != NULL && ++count == at) {
            kill_all();
            fprintf(stderr, "killer: killed after %ld (%s)\n", count, thread->call->name);
            return;
        } else
            thread->call = NULL;
        thread->known = true;
        /* Fails where it died meanwhile. */
        ptrace(thread->call != NULL ? PTRACE_SYSCALL : PTRACE_CONT, id, 0, (long)signal);
    }
    fprintf(stderr, "killer: ended with %d after %ld\n", ended_with, count);
}

int main(int argc, char **argv)
{
    char *end = NULL;
    long at = argc < 3 ? -1 : strtol(argv[1], &end, 10);

    if (at < 0 || *end != '\0') {
        fprintf(stderr, "usage: killer N COMMAND [ARGUMENT…]\n");
        return 2;
    }
    start(argv + 2);
    follow(at);
    return 0;
}
