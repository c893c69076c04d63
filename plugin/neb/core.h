#ifndef MUNJA_NEB_CORE_H
#define MUNJA_NEB_CORE_H

#include <stdbool.h>
#include <sys/time.h>

#include "base/log.h"

/* What a module and its core, Nagios 4 or Naemon, know of each other: numbers, one layout, and the functions
   that all cores have. None of them installs headers everywhere, and the objects behind the pointers change
   from version to version without a number that says so: they are opaque here, and what is in them is asked
   for by macros. */

/* Kinds of callbacks, and of events within them. */
enum { CORE_PROCESS = 0, CORE_HOST_STATUS = 12, CORE_SERVICE_STATUS = 13, CORE_METHOD = 21 };
enum { CORE_LOOP_STARTS = 105, CORE_METHOD_STARTS = 604 };

/* A callback's word that the command is not to be run. */
#define CORE_OVERRIDE 206

/* Every event begins like this. */
struct core_event {
    int type, flags, attributes;
    struct timeval when;
};

/* One contact is about to be notified by one command. Texts live as long as the callback; any may be NULL. */
struct core_method {
    struct core_event event;
    int kind; /* CORE_OF_… */
    struct timeval started, ended;
    char *host, *service, *contact;
    char *command, *command_args;
    int reason, state;
    char *output, *author, *comment;
    int escalated;
    void *object, *contact_object;
};
enum { CORE_OF_HOST = 0, CORE_OF_SERVICE = 1 };

/* A module's answer to an event; and the functions of every core, as it names them. */
typedef int core_callback(int kind, void *data);
struct wproc_result;
int neb_register_callback(int kind, void *handle, int priority, core_callback *callback);
void *find_host(char *name);
void *find_service(char *host, char *name);
int grab_host_macros_r(void *macros, void *host);
int grab_service_macros_r(void *macros, void *service);
int grab_contact_macros_r(void *macros, void *contact);
int process_macros_r(void *macros, char *template, char **text, int options);
int clear_argv_macros_r(void *macros);
int clear_host_macros_r(void *macros);
int clear_hostgroup_macros_r(void *macros);
int clear_service_macros_r(void *macros);
int clear_servicegroup_macros_r(void *macros);
int clear_contact_macros_r(void *macros);
int clear_contactgroup_macros_r(void *macros);
int clear_summary_macros_r(void *macros);
int wproc_run_callback(char *line, int timeout_s, void (*ended)(struct wproc_result *, void *, int),
                       void *context, void *macros);
char *get_program_version(void);

/* Those that only some cores have, found in the process. Once, before the rest of these. */
void core_find(void);

/* The number that this core wants to see in a module before it loads it. */
int core_api_version(void);

/* A log_sink: a line of the core's own log. */
void core_log(enum log_level level, const char *line);

/* Empty macros of any core once they were filled, so that nothing of them is lost. */
void core_clear_macros(void *macros);

#endif
