/* gatewaysim: five gateways on loopback for one test. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/account.h"
#include "sim/cert.h"
#include "sim/config.h"
#include "sim/faults.h"
#include "sim/inbound.h"
#include "sim/journal.h"
#include "sim/server.h"

struct wanted {
    char *cert, *key; /* PEM texts */
    uint16_t port;
    bool plain;
};

static void usage(FILE *out)
{
    fprintf(
        out,
        "usage: gatewaysim --dir DIR [--port N] [--cert FILE --key FILE] [--plain]\n"
        "Serve SMSJOA, NotificationSMS, API PLEX, Nanuminet and SMS57-SMGW on 127.0.0.1 until SIGTERM or\n"
        "the end of the parent. DIR receives port (written once it listens), ca.crt, requests.jsonl,\n"
        "violations, stats.json, phones/NUMBER, reservations (each with its state) and webhooks (what API\n"
        "PLEX would push).\n\n%s\n%s\n%s\n%s",
        account_help, config_help, inbound_help, faults_help);
}

static char *whole_file(const char *path)
{
    size_t bytes;
    char *text = file_read(path[0] == '/' ? "" : ".", path, &bytes);

    if (text == NULL) {
        perror(path);
        exit(1);
    }
    return text;
}

/* The port comes last and whole: whoever waits for it may start at once. */
static void announce(uint16_t port)
{
    char made[4096], path[4096];
    FILE *file;

    snprintf(made, sizeof made, "%s/port.new", journal_dir);
    snprintf(path, sizeof path, "%s/port", journal_dir);
    file = fopen(made, "w");
    if (file == NULL || fprintf(file, "%u\n", port) < 0 || fclose(file) != 0 || rename(made, path) != 0) {
        perror(path);
        exit(1);
    }
}

/* Ends with the parent, so that no test leaves one behind; SIGTERM is waited for, not caught. */
static void prepare_signals(pid_t parent, sigset_t *ends)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        exit(1);
    sigemptyset(ends);
    sigaddset(ends, SIGTERM);
    sigaddset(ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, ends, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* The folder of the phones and, unless they are given, the certificates. */
static void prepare_dir(struct wanted *wanted)
{
    char path[4096];

    snprintf(path, sizeof path, "%s/phones", journal_dir);
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        perror(path);
        exit(1);
    }
    snprintf(path, sizeof path, "%s/ca.crt", journal_dir);
    if (!wanted->plain && wanted->cert == NULL && !cert_make(path, &wanted->cert, &wanted->key)) {
        fprintf(stderr, "gatewaysim: cannot make a certificate\n");
        exit(1);
    }
}

static void read_options(int argc, char **argv, struct wanted *wanted)
{
    static const struct option options[] = {
        { "dir", 1, NULL, 'd' },
        { "port", 1, NULL, 'p' },
        { "cert", 1, NULL, 'c' },
        { "key", 1, NULL, 'k' },
        { "plain", 0, NULL, 'n' },
        { "help", 0, NULL, 'h' },
        { 0 },
    };
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'd':
            journal_dir = optarg;
            break;
        case 'p':
            wanted->port = (uint16_t)atoi(optarg);
            break;
        case 'c':
            wanted->cert = whole_file(optarg);
            break;
        case 'k':
            wanted->key = whole_file(optarg);
            break;
        case 'n':
            wanted->plain = true;
            break;
        case 'h':
            usage(stdout);
            exit(0);
        default:
            exit(1);
        }
    }
    if (journal_dir == NULL || optind != argc || (wanted->cert == NULL) != (wanted->key == NULL)
        || (wanted->plain && wanted->cert != NULL)) {
        usage(stderr);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    pid_t parent = getppid();
    struct wanted wanted = { 0 };
    sigset_t ends;
    const struct timespec tick = { .tv_nsec = 100 * 1000 * 1000 };
    uint16_t port;

    read_options(argc, argv, &wanted);
    prepare_signals(parent, &ends);
    prepare_dir(&wanted);
    port = server_start(wanted.port, wanted.cert, wanted.key);
    if (port == 0) {
        fprintf(stderr, "gatewaysim: cannot listen on 127.0.0.1\n");
        return 1;
    }
    announce(port);
    while (sigtimedwait(&ends, NULL, &tick) < 0)
        server_tick();
    /* Threads may sleep in a fault; all is written already, so nobody waits for them. */
    _exit(0);
}
