/* Run a command with its output thrown away and print its exit status, its CPU time (user and system, of all
   its processes) and its wall time, both in microseconds. Perl's times() counts in hundredths of a second.

       spend COMMAND [ARGUMENT…] */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long wall_us(void)
{
    struct timespec t = { 0 };

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static long long cpu_us(const struct rusage *usage)
{
    return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000LL + usage->ru_utime.tv_usec
           + usage->ru_stime.tv_usec;
}

int main(int argc, char **argv)
{
    struct rusage usage = { 0 };
    long long start = wall_us();
    int status = 0;
    pid_t child;

    if (argc < 2 || (child = fork()) < 0)
        return 2;
    if (child == 0) {
        int null = open("/dev/null", O_RDWR);

        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execv(argv[1], argv + 1);
        _exit(127);
    }
    if (wait4(child, &status, 0, &usage) != child)
        return 2;
    printf("%d %lld %lld\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), cpu_us(&usage),
           wall_us() - start);
    return 0;
}
