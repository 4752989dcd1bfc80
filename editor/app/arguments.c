#include "editor/app/arguments.h"

#include "editor/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum option_kind { SWITCH, VALUE };

static const struct option_row {
    const char *name;
    enum option_kind kind;
    size_t place; /* in struct arguments */
} options[] = {
    { "--keymap", VALUE, offsetof(struct arguments, keymap) },
    { "--model", VALUE, offsetof(struct arguments, model) },
    { "--config", VALUE, offsetof(struct arguments, config) },
    { "--recover", VALUE, offsetof(struct arguments, recover) },
    { "--keys", VALUE, offsetof(struct arguments, keys) },
    { "--engine", VALUE, offsetof(struct arguments, engine) },
    { "--readonly", SWITCH, offsetof(struct arguments, readonly) },
    { "-R", SWITCH, offsetof(struct arguments, readonly) },
    { "--tutor", SWITCH, offsetof(struct arguments, tutor) },
    { "--headless", SWITCH, offsetof(struct arguments, headless) },
    { "--help", SWITCH, offsetof(struct arguments, help) },
    { "-h", SWITCH, offsetof(struct arguments, help) },
    { "--version", SWITCH, offsetof(struct arguments, version) },
};

static const char help[] =
    "usage: lacuna [options] [+LINE[:COL] | +/PATTERN] [FILE…]      FILE - is standard input\n"
    "\n"
    "  --keymap vi|emacs|cua|PATH   what the keys do (vi)\n"
    "  --model NAME|DIR|FILE        the model that fills holes (default)\n"
    "  --config FILE                instead of $XDG_CONFIG_HOME/lacuna/config.yaml\n"
    "  --readonly, -R               nothing can be changed\n"
    "  --tutor                      a lesson of five minutes, on a copy\n"
    "  --recover FILE               what was typed into FILE before the program was cut off\n"
    "  --headless --keys KEYFILE    apply keys to one FILE without a terminal and write it\n"
    "  --help, --version\n"
    "\n"
    "exit codes: 0 done, 1 usage, 2 failure\n";

const char *arguments_help(void)
{
    return help;
}

static const struct option_row *find_option(const char *text, size_t size)
{
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strlen(options[i].name) == size && memcmp(options[i].name, text, size) == 0)
            return &options[i];
    return NULL;
}

static bool read_option(struct arguments *arguments, char **values, int count, int *at, struct error *error)
{
    const char *text = values[*at], *equals = strchr(text, '=');
    size_t size = equals && text[1] == '-' ? (size_t)(equals - text) : strlen(text);
    const struct option_row *option = find_option(text, size);
    if (!option)
        return fail(error, "unknown option %s; lacuna --help lists them", text);
    char *field = (char *)arguments + option->place;
    if (option->kind == SWITCH) {
        if (text[size] == '=')
            return fail(error, "%.*s takes no value", (int)size, text);
        *(bool *)(void *)field = true;
        return true;
    }
    const char *value = text[size] == '=' ? text + size + 1 : *at + 1 < count ? values[++*at] : NULL;
    if (!value || !*value)
        return fail(error, "%.*s needs a value", (int)size, text);
    *(const char **)(void *)field = value;
    return true;
}

static bool read_position(struct arguments *arguments, const char *text, struct error *error)
{
    char *end;
    if (text[1] == '/') {
        arguments->pattern = text + 2;
        return true;
    }
    if (text[1] == 0) {
        arguments->line = (size_t)-1;
        return true;
    }
    arguments->line = strtoul(text + 1, &end, 10);
    if (*end == ':' && end[1] >= '0' && end[1] <= '9')
        arguments->column = strtoul(end + 1, &end, 10);
    if (*end || text[1] < '0' || text[1] > '9')
        return fail(error, "%s is no place; +LINE, +LINE:COL or +/PATTERN", text);
    return true;
}

static bool check(const struct arguments *arguments, struct error *error)
{
    if (arguments->help || arguments->version)
        return true;
    if (arguments->headless && !arguments->keys)
        return fail(error, "--headless needs --keys KEYFILE");
    if (arguments->keys && !arguments->headless)
        return fail(error, "--keys goes with --headless");
    if (arguments->headless && arguments->file_count != 1)
        return fail(error, "--headless needs exactly one FILE");
    return true;
}

bool arguments_read(struct arguments *arguments, int count, char **values, struct error *error)
{
    bool only_files = false;
    *arguments = (struct arguments){ .files = memory_new((size_t)(count + 1) * sizeof(const char *)) };
    for (int i = 1; i < count; i++) {
        const char *text = values[i];
        bool good = true;
        if (only_files || (text[0] != '-' && text[0] != '+') || strcmp(text, "-") == 0)
            arguments->files[arguments->file_count++] = text;
        else if (strcmp(text, "--") == 0)
            only_files = true;
        else if (text[0] == '+')
            good = read_position(arguments, text, error);
        else
            good = read_option(arguments, values, count, &i, error);
        if (!good)
            return false;
    }
    return check(arguments, error);
}

void arguments_free(struct arguments *arguments)
{
    free(arguments->files);
    *arguments = (struct arguments){ 0 };
}
