#include "model/command/options.h"

#include "model/base/memory.h"
#include "model/command/clean.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct call_value {
    const struct verb_option *option;
    const char *text;
    double number;
};

static const struct verb_option common_options[] = {
    { .name = "model",
      .kind = OPTION_TEXT,
      .value = "NAME",
      .help = "a model's name, folder or file (default: default)" },
    { .name = "threads",
      .kind = OPTION_WHOLE,
      .value = "N",
      .low = 1,
      .high = 256,
      .help = "threads (default: cores, 4 at most)" },
    { .name = "seed", .kind = OPTION_TEXT, .value = "N", .help = "seed of all random choices (default: 0)" },
    { .name = "exact",
      .kind = OPTION_FLAG,
      .help = "compute int8 and quantised weights in float32, several times slower" },
    { .name = "json", .kind = OPTION_FLAG, .help = "print JSON" },
    { .name = "help", .kind = OPTION_FLAG, .help = "print this and exit" },
    { 0 },
};

static bool is_number(char first)
{
    return (first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.';
}

bool parse_whole(const char *text, int64_t low, int64_t high, int64_t *out)
{
    if (!is_number(text[0]) || text[0] == '.')
        return false;
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || *end || end == text || value < low || value > high)
        return false;
    *out = value;
    return true;
}

bool parse_seed(const char *text, uint64_t *out)
{
    if (text[0] < '0' || text[0] > '9')
        return false;
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno || *end)
        return false;
    *out = value;
    return true;
}

bool parse_real(const char *text, double low, double high, double *out)
{
    if (!is_number(text[0]) || strpbrk(text, "xX"))
        return false;
    char *end;
    errno = 0;
    double value = strtod(text, &end);
    if (*end || end == text || !isfinite(value) || value < low || value > high)
        return false;
    *out = value;
    return true;
}

/* One line, whatever the names and texts in it hold. */
static void say(const struct call *call, const char *format, va_list arguments)
{
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0)
        return;
    char *line = clean_line(text);
    fprintf(stderr, "lacuna-model %s: %s\n", call->verb->name, line);
    free(line);
    free(text);
}

enum verb_status call_misused(const struct call *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(call, format, arguments);
    va_end(arguments);
    fprintf(stderr, "Try 'lacuna-model %s --help'.\n", call->verb->name);
    return VERB_USAGE;
}

enum verb_status call_failed(const struct call *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(call, format, arguments);
    va_end(arguments);
    return VERB_FAILED;
}

static const struct verb_option *find_row(const struct verb_option *rows, const char *name, size_t size)
{
    for (const struct verb_option *row = rows; row && row->name; row++)
        if (strlen(row->name) == size && memcmp(row->name, name, size) == 0)
            return row;
    return NULL;
}

static const struct verb_option *find_option(const struct verb *verb, const char *name, size_t size)
{
    const struct verb_option *row = find_row(verb->options, name, size);
    row = row ? row : find_row(verb->shared, name, size);
    row = row ? row : find_row(verb->sampling, name, size);
    return row ? row : find_row(common_options, name, size);
}

static const struct call_value *find_value(const struct call *call, const char *name)
{
    assert(find_option(call->verb, name, strlen(name)));
    for (size_t i = call->value_count; i-- > 0;)
        if (strcmp(call->values[i].option->name, name) == 0)
            return &call->values[i];
    return NULL;
}

bool call_has(const struct call *call, const char *name)
{
    return find_value(call, name) != NULL;
}

const char *call_text(const struct call *call, const char *name)
{
    const struct call_value *value = find_value(call, name);
    return value ? value->text : NULL;
}

long call_whole(const struct call *call, const char *name, long otherwise)
{
    const struct call_value *value = find_value(call, name);
    return value ? (long)value->number : otherwise;
}

double call_real(const struct call *call, const char *name, double otherwise)
{
    const struct call_value *value = find_value(call, name);
    return value ? value->number : otherwise;
}

const char *call_item(const struct call *call, const char *name, size_t index)
{
    for (size_t i = 0; i < call->value_count; i++)
        if (strcmp(call->values[i].option->name, name) == 0 && index-- == 0)
            return call->values[i].text;
    return NULL;
}

const char **call_items(const struct call *call, const char *name, size_t *count)
{
    *count = 0;
    while (call_item(call, name, *count))
        ++*count;
    const char **list = memory_new(*count, sizeof *list);
    for (size_t i = 0; i < *count; i++)
        list[i] = call_item(call, name, i);
    return list;
}

static enum verb_status check_value(struct options *options, struct call_value *value)
{
    const struct verb_option *row = value->option;
    if (row->kind == OPTION_WHOLE) {
        int64_t whole;
        if (!parse_whole(value->text, (int64_t)row->low, (int64_t)row->high, &whole))
            return call_misused(&options->call, "--%s takes a whole number from %.0f to %.0f, not '%s'",
                                row->name, row->low, row->high, value->text);
        value->number = (double)whole;
    }
    if (row->kind == OPTION_REAL && !parse_real(value->text, row->low, row->high, &value->number))
        return call_misused(&options->call, "--%s takes a number from %g to %g, not '%s'", row->name,
                            row->low, row->high, value->text);
    return VERB_DONE;
}

/* An argument that begins with two dashes; takes its value from "=…" or from the next argument, and what
 * joins a list. */
static enum verb_status parse_option(struct options *options, int count, char **arguments, int *at)
{
    struct call *call = &options->call;
    const char *name = arguments[*at] + 2;
    const char *equals = strchr(name, '=');
    size_t size = equals ? (size_t)(equals - name) : strlen(name);
    const struct verb_option *row = find_option(call->verb, name, size);
    if (!row)
        return call_misused(call, "there is no option --%.*s", (int)size, name);
    if (row->kind == OPTION_FLAG && equals)
        return call_misused(call, "--%s takes no value", row->name);
    if (row->kind != OPTION_FLAG && !equals && *at + 1 >= count)
        return call_misused(call, "--%s needs a value", row->name);
    struct call_value value = { .option = row };
    if (row->kind != OPTION_FLAG)
        value.text = equals ? equals + 1 : arguments[++*at];
    enum verb_status status = check_value(options, &value);
    if (status != VERB_DONE)
        return status;
    options->values[call->value_count++] = value;
    while (row->joins && *at + 1 < count && row->joins(arguments[*at + 1]))
        options->values[call->value_count++] = (struct call_value){ .option = row, .text = arguments[++*at] };
    return VERB_DONE;
}

static enum verb_status take_common(struct options *options)
{
    struct call *call = &options->call;
    const char *seed = call_text(call, "seed");
    if (seed && !parse_seed(seed, &call->seed))
        return call_misused(call, "--seed takes a whole number from 0 to 18446744073709551615, not '%s'",
                            seed);
    if (call_has(call, "model"))
        call->model = call_text(call, "model");
    if (!call->model[0])
        return call_misused(call, "--model needs a name, a folder or a file");
    call->threads = (int)call_whole(call, "threads", 0);
    call->exact = call_has(call, "exact");
    call->json = call_has(call, "json");
    return VERB_DONE;
}

static enum verb_status check_operands(const struct call *call)
{
    size_t low = (size_t)call->verb->operand_low;
    if (call->operand_count < low)
        return call_misused(call, "too few arguments: %s", call->verb->usage);
    if (call->verb->operand_high >= 0 && call->operand_count > (size_t)call->verb->operand_high)
        return call_misused(call, "unexpected argument '%s'", call->operands[call->verb->operand_high]);
    return VERB_DONE;
}

enum verb_status options_parse(struct options *options, const struct verb *verb, int count, char **arguments)
{
    size_t room = (size_t)count + 1;
    *options = (struct options){ .call = { .verb = verb, .model = "default" } };
    options->values = calloc(room, sizeof *options->values);
    options->operands = calloc(room, sizeof *options->operands);
    if (!options->values || !options->operands)
        return call_failed(&options->call, "out of memory");
    options->call.values = options->values;
    options->call.operands = options->operands;
    bool literal = false;
    for (int at = 0; at < count; at++) {
        const char *word = arguments[at];
        if (literal || word[0] != '-' || word[1] == 0) {
            options->operands[options->call.operand_count++] = word;
        } else if (strcmp(word, "--") == 0) {
            literal = true;
        } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            options->help = true;
            return VERB_DONE;
        } else if (word[1] != '-') {
            return call_misused(&options->call, "there is no option %s", word);
        } else {
            enum verb_status status = parse_option(options, count, arguments, &at);
            if (status != VERB_DONE)
                return status;
        }
    }
    enum verb_status status = take_common(options);
    return status == VERB_DONE ? check_operands(&options->call) : status;
}

void options_release(struct options *options)
{
    free(options->values);
    free(options->operands);
}

/* Cells that UTF-8 text takes on a terminal, for text of single-width characters. */
static int cells_of(const char *text)
{
    int cells = 0;
    for (; *text; text++)
        cells += (*text & 0xc0) != 0x80;
    return cells;
}

static void print_rows(const struct verb_option *rows, FILE *out)
{
    for (const struct verb_option *row = rows; row && row->name; row++) {
        const char *value = row->value ? row->value : "";
        int used = 4 + cells_of(row->name) + (value[0] ? 1 : 0) + cells_of(value);
        fprintf(out, "  --%s%s%s", row->name, value[0] ? " " : "", value);
        fprintf(out, "%*s%s\n", used < 24 ? 24 - used : 2, "", row->help);
    }
}

void options_help(const struct verb *verb, FILE *out)
{
    fprintf(out, "usage: lacuna-model %s [options]%s%s\n%s\n", verb->name, verb->usage[0] ? " " : "",
            verb->usage, verb->summary);
    if (verb->about)
        fprintf(out, "\n%s\n", verb->about);
    if (verb->options || verb->shared)
        fputs("\nOptions:\n", out);
    print_rows(verb->options, out);
    print_rows(verb->shared, out);
    print_rows(verb->sampling, out);
    fputs("\nOptions of every subcommand:\n", out);
    print_rows(common_options, out);
    if (verb->more)
        verb->more(out);
}
