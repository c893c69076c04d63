/* The door: which command, and a process fit for it. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/fail.h"
#include "command/notify.h"
#include "command/options.h"
#include "flow/halves.h"

/* run NULL: the command lives in the delivering half and is found there by its word. */
static const struct {
    const char *word;
    command *run;
    const char *purpose;
} commands[] = {
    { "notify", command_notify, "take charge of an alert and send it" },
    { "send", command_send, "send a text by hand" },
    { "worker", NULL, "deliver what is due, as a service or once" },
    { "queue", NULL, "look at the records in the store, and act on them" },
    { "check", NULL, "a check plugin for munja itself" },
    { "gauge", NULL, "one value of munja itself, for systems that keep values" },
    { "balance", NULL, "money or messages left" },
    { "result", NULL, "ask a gateway what became of a message" },
    { "list", NULL, "a gateway's own list of messages" },
    { "reservation", NULL, "messages that wait at a gateway for their time" },
    { "unsubscribed", NULL, "numbers that refused to get messages" },
    { "senders", NULL, "registered sender numbers" },
    { "reports", NULL, "pull what a gateway has to say of messages" },
    { "replies", NULL, "pull messages that phones sent" },
    { "signup", NULL, "make an account at a gateway" },
    { "explain", NULL, "what a gateway's code means, and what munja does about it" },
    { "providers", NULL, "the configured providers and what each can do" },
    { "config", NULL, "check the configuration" },
};
#define COMMANDS (sizeof commands / sizeof commands[0])

/* A file opened on a closed standard descriptor would receive our answer, or the store our log. */
static void hold_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
            _exit(EXIT_UNKNOWN);
}

static void print_help(void)
{
    puts("munja - alerts from Nagios, Icinga 2, Zabbix and Checkmk as SMS\n"
         "\n"
         "usage: munja COMMAND [options] [operands]\n");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-13s %s\n", commands[i].word, commands[i].purpose);
    puts("\n"
         "  munja COMMAND -h   the options of a command\n"
         "  munja -V           the version\n"
         "\n"
         "exit codes: 0 OK, 1 WARNING (safe, but not as it should be), 2 CRITICAL (refused for good),\n"
         "            3 UNKNOWN (not accepted)");
}

static int run(size_t index, int argc, char **argv)
{
    struct error err = { 0 };
    command *door = commands[index].run;

    if (door == NULL)
        door = half_command(commands[index].word, &err);
    return door == NULL ? fail(&err, fail_in_json(argc, argv)) : door(argc, argv);
}

int main(int argc, char **argv)
{
    struct error err = { 0 };
    int code = EXIT_UNKNOWN;
    size_t i = 0;

    hold_standard_descriptors();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a store that may not grow is an error, not an end */
    if (argc < 2)
        error_set(&err, ERROR_USAGE, 0, "no command given: see munja -h");
    else if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)
        print_help();
    else if (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0)
        puts("munja " MUNJA_VERSION);
    else {
        while (i < COMMANDS && strcmp(argv[1], commands[i].word) != 0)
            i++;
        if (i < COMMANDS)
            code = run(i, argc - 1, argv + 1);
        else
            error_set(&err, ERROR_USAGE, 0, "no such command \"%.40s\": see munja -h", argv[1]);
    }
    if (err.kind != ERROR_NONE)
        fail(&err, fail_in_json(argc, argv));
    fflush(NULL);
    _exit(code);
}
