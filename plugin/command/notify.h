#ifndef MUNJA_COMMAND_NOTIFY_H
#define MUNJA_COMMAND_NOTIFY_H

/* munja notify: read the alert, accept it, deliver it. munja send: the same for a text by hand. Return the
   exit code. */
int command_notify(int argc, char **argv);
int command_send(int argc, char **argv);

#endif
