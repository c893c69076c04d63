/* A daemon that loads a module by Zabbix' rules: loaded and asked for its items in one process, which then
   forks the one that serves them; what it is given is freed. It has what 7.0 appended to request and result.
   Keys come line by line; the answer to each is what was set, its value, and the microseconds that it took.

       zabbix MODULE [KEY...]     those are asked before the fork, as for a single test */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORDS_MAX 8

struct request {
    char *key;
    int nparam;
    char **params;
    uint64_t lastlogsize;
    int mtime;
    int *types;
    int timeout;
};

struct result {
    uint64_t lastlogsize, ui64;
    double dbl;
    char *str, *text, *msg;
    void *log;
    int type, mtime;
    char *bin;
};

struct metric {
    char *key;
    unsigned flags;
    int (*function)(struct request *request, struct result *result);
    char *test_param;
};

static struct metric *load(const char *path)
{
    void *module = dlopen(path, RTLD_NOW);
    int (*version)(void) = NULL, (*start)(void) = NULL;
    struct metric *(*list)(void) = NULL, *metrics;

    if (module == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    *(void **)&version = dlsym(module, "zbx_module_api_version");
    *(void **)&start = dlsym(module, "zbx_module_init");
    *(void **)&list = dlsym(module, "zbx_module_item_list");
    if (version == NULL || version() != 2 || (start != NULL && start() != 0) || list == NULL
        || (metrics = list()) == NULL) {
        fprintf(stderr, "%s: no module of version 2\n", path);
        exit(1);
    }
    for (struct metric *m = metrics; m->key != NULL; m++)
        m->flags &= 1;
    return metrics;
}

/* munja.queue[depth,] to a key and its parameters. */
static void split(char *line, struct request *request, char **params)
{
    char *open = strchr(line, '['), *word;

    *request = (struct request){ .key = line, .params = params, .timeout = 3 };
    if (open == NULL)
        return;
    *open++ = '\0';
    open[strcspn(open, "]")] = '\0';
    while ((word = strsep(&open, ",")) != NULL && request->nparam < WORDS_MAX)
        params[request->nparam++] = word;
}

static void show(int code, const struct result *result)
{
    int value = result->type & ~0x20;

    if (code != 0)
        printf("msg %s", result->msg == NULL ? "Unknown error." : result->msg);
    else if (value == 1)
        printf("ui64 %llu", (unsigned long long)result->ui64);
    else if (value == 2)
        printf("dbl %.10g", result->dbl);
    else if (value == 8)
        printf("text %s", result->text);
    else
        printf("broken type %d", result->type);
    if ((code != 0 && value != 0) || (code == 0 && result->msg != NULL) || result->str != NULL)
        printf(" broken");
}

static void ask(const struct metric *metric, const char *key)
{
    char line[1024], *params[WORDS_MAX] = { NULL };
    struct timespec from, to;
    struct request request;
    struct result result = { 0 };
    int code;

    snprintf(line, sizeof line, "%s", key);
    split(line, &request, params);
    while (metric->key != NULL && strcmp(metric->key, request.key) != 0)
        metric++;
    if (metric->key == NULL || (request.nparam > 0 && metric->flags == 0)) {
        puts("msg Unsupported item key. 0");
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &from);
    code = metric->function(&request, &result);
    clock_gettime(CLOCK_MONOTONIC, &to);
    show(code, &result);
    printf(" %lld\n", (long long)(to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000);
    free(result.str);
    free(result.text);
    free(result.msg);
}

int main(int argc, char **argv)
{
    struct metric *metrics;
    char line[1024];
    int status = 0;
    pid_t child;

    if (argc < 2)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    metrics = load(argv[1]);
    for (int i = 2; i < argc; i++)
        ask(metrics, argv[i]);
    child = fork();
    while (child == 0 && fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        ask(metrics, line);
    }
    if (child > 0)
        waitpid(child, &status, 0);
    return child < 0 || !WIFEXITED(status) ? 1 : WEXITSTATUS(status);
}
