#ifndef MUNJA_COMMAND_DOORS_H
#define MUNJA_COMMAND_DOORS_H

/* The commands that live in the delivering half, found there by their word. argv[0] is the word; each reads
   its options, prints its answer and returns the exit code. */
int command_worker(int argc, char **argv);
int command_queue(int argc, char **argv);
int command_check(int argc, char **argv);
int command_gauge(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_providers(int argc, char **argv);
int command_config(int argc, char **argv);
int command_balance(int argc, char **argv);
int command_result(int argc, char **argv);
int command_list(int argc, char **argv);
int command_reservation(int argc, char **argv);
int command_unsubscribed(int argc, char **argv);
int command_senders(int argc, char **argv);
int command_reports(int argc, char **argv);
int command_replies(int argc, char **argv);
int command_signup(int argc, char **argv);

#endif
