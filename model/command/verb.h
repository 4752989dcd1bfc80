/* verb.h - one subcommand of lacuna-model: one file verb/NAME.c, one `const struct verb verb_NAME`, found by
 * the build.
 *
 * A verb states its options as rows; the command parses them, checks every number, prints `--help` from the
 * rows and then calls run, which returns one of the three exit statuses. What a verb prints on standard
 * output is checked for write errors by main.
 *
 *     static const struct verb_option options[] = {
 *         { .name = "steps", .kind = OPTION_WHOLE, .value = "N", .low = 1, .high = 4096, .help = "network
 * steps" }, { 0 },
 *     };
 *     const struct verb verb_infill = { .name = "infill", .summary = "…", .usage = "[FILE]", .options =
 * options, .run = infill_run };
 *
 * Every verb takes --model, --threads, --seed, --json and --help besides its own. */
#ifndef MODEL_COMMAND_VERB_H
#define MODEL_COMMAND_VERB_H

#include "model/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum verb_status {
    VERB_DONE = 0,
    VERB_USAGE = 1,  /* the call is wrong; nothing was done */
    VERB_FAILED = 2, /* one line on standard error names the file and the reason */
};

enum option_kind {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_WHOLE, /* a whole number in low…high */
    OPTION_REAL,  /* a finite number in low…high */
    OPTION_LIST,  /* may be given more than once; see `joins` */
};

struct verb_option {
    const char *name; /* without the dashes */
    enum option_kind kind;
    const char *value; /* "N", "FILE": what --help calls the value */
    const char *help;
    double low, high;
    bool (*joins)(const char *word); /* list: following arguments that this accepts belong to it too ("--span
                                        1:4 9:12") */
};

struct call;

struct verb {
    const char *name;
    const char *summary;                /* half a line, lower case */
    const char *usage;                  /* what follows the name besides options: "[FILE]" */
    const char *about;                  /* a few lines for --help, or NULL */
    const struct verb_option *options;  /* ended by a zero row; NULL: none of its own */
    const struct verb_option *shared;   /* more rows, common to some verbs; NULL: none */
    const struct verb_option *sampling; /* and more, of those that draw from a model; or NULL */
    void (*more)(FILE *out);            /* prints the end of --help, or NULL */
    int operand_low, operand_high;      /* how many operands; high -1: any number */
    enum verb_status (*run)(const struct call *call);
};

/* One parsed command line. Everything is borrowed from argv and lives until main returns. */
struct call {
    const struct verb *verb;
    const char *model; /* name, folder or file; "default" unless given */
    int threads;       /* 0: unless given */
    uint64_t seed;     /* 0: unless given */
    bool exact;        /* no activation is rounded to int8 */
    bool json;
    const char *const *operands;
    size_t operand_count;
    const struct call_value *values; /* in the order given */
    size_t value_count;
};

/* The options of this call by name; a name that the verb does not have is a mistake of ours (assert). */
bool call_has(const struct call *call, const char *name);
/* The last value given; NULL where there was none. */
const char *call_text(const struct call *call, const char *name);
long call_whole(const struct call *call, const char *name, long otherwise);
double call_real(const struct call *call, const char *name, double otherwise);
/* The values of a list option one after another: NULL after the last. */
/* All values of a list option; *count of them, free() it. */
const char **call_items(const struct call *call, const char *name, size_t *count);
const char *call_item(const struct call *call, const char *name, size_t index);

/* "lacuna-model infill: …" and a hint at --help on standard error; VERB_USAGE. */
enum verb_status call_misused(const struct call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "lacuna-model infill: …" on standard error; VERB_FAILED. */
enum verb_status call_failed(const struct call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Strict readers: the whole text is a number in the range, nothing else. */
bool parse_whole(const char *text, int64_t low, int64_t high, int64_t *out);
bool parse_seed(const char *text, uint64_t *out);
bool parse_real(const char *text, double low, double high, double *out);

/* Ended by NULL, in order of name (generated from the folder verb/). */
extern const struct verb *const verb_table[];

#endif
