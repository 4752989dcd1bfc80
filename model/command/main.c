/* lacuna-model: finds the verb, parses its options, runs it, and makes sure that what it printed was written.
 * The locale is left at "C": numbers are read and written the same everywhere, and text is UTF-8 by contract.
 */
#include "model/command/options.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static void print_help(FILE *out)
{
    fputs("usage: lacuna-model SUBCOMMAND [options] [arguments]\n"
          "Fill holes in text by diffusion, offline; train, inspect and convert the models that do "
          "it.\n\nSubcommands:\n",
          out);
    for (const struct verb *const *verb = verb_table; *verb; verb++)
        fprintf(out, "  %-12s %s\n", (*verb)->name, (*verb)->summary);
    fputs("\n`lacuna-model SUBCOMMAND --help` tells more. Exit status: 0 done, 1 wrong call, 2 failure.\n",
          out);
}

static const struct verb *find_verb(const char *name)
{
    for (const struct verb *const *verb = verb_table; *verb; verb++)
        if (strcmp((*verb)->name, name) == 0)
            return *verb;
    return NULL;
}

static enum verb_status run(int count, char **arguments)
{
    if (count < 2) {
        print_help(stderr);
        return VERB_USAGE;
    }
    const char *name = arguments[1];
    bool help = strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0;
    if (help && count == 2) {
        print_help(stdout);
        return VERB_DONE;
    }
    if (strcmp(name, "--version") == 0) {
        puts("lacuna-model " LACUNA_VERSION);
        return VERB_DONE;
    }
    const struct verb *verb = find_verb(help ? arguments[2] : name);
    if (!verb) {
        fprintf(stderr, "lacuna-model: there is no subcommand '%s'\nTry 'lacuna-model --help'.\n",
                help ? arguments[2] : name);
        return VERB_USAGE;
    }
    if (help) {
        options_help(verb, stdout);
        return VERB_DONE;
    }
    struct options options;
    enum verb_status status = options_parse(&options, verb, count - 2, arguments + 2);
    if (status == VERB_DONE && options.help)
        options_help(verb, stdout);
    else if (status == VERB_DONE)
        status = verb->run(&options.call);
    options_release(&options);
    return status;
}

int main(int count, char **arguments)
{
    signal(SIGPIPE, SIG_DFL);
    enum verb_status status = run(count, arguments);
    errno = 0;
    bool broken = ferror(stdout) != 0;
    if (fclose(stdout) != 0 || broken) {
        fprintf(stderr, "lacuna-model: standard output: %s\n", errno ? strerror(errno) : "write error");
        return VERB_FAILED;
    }
    return (int)status;
}
