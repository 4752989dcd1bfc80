#include "model/command/clean.h"
#include "model/command/input.h"
#include "model/command/tokens.h"

#include <stdio.h>
#include <stdlib.h>

static const struct verb_option options[] = {
    { .name = "special", .kind = OPTION_FLAG, .help = "write special tokens out" },
    { 0 },
};

static void print_json(const char *text, size_t size)
{
    json_t *object = json_object();
    json_object_set_new(object, "text", clean_string(text, size));
    json_dumpf(object, stdout, JSON_COMPACT);
    json_decref(object);
}

static bool print_text(const struct call *call, const struct tokenizer *tokenizer, const struct lines *lines,
                       struct lacuna_error *error)
{
    struct ids ids = { 0 };
    size_t size;
    bool special = call_has(call, "special");
    char *text = tokens_parse(lines->line, &ids, error)
                     ? tokenizer_decode(tokenizer, ids.at, ids.count, special, &size, error)
                     : NULL;
    ids_free(&ids);
    if (!text)
        return false;
    if (call->json)
        print_json(text, size);
    else
        fwrite(text, 1, size, stdout);
    if (call->json || lines->ended)
        putchar('\n');
    free(text);
    return true;
}

static enum verb_status detokenize_lines(const struct call *call, const struct tokenizer *tokenizer)
{
    struct lacuna_error error = { 0 };
    struct lines lines;
    if (!lines_open(&lines, call->operand_count ? call->operands[0] : NULL, &error))
        return call_failed(call, "%s", error.message);
    size_t number = 0;
    bool done = true;
    while (done && lines_next(&lines, &error)) {
        number++;
        done = print_text(call, tokenizer, &lines, &error);
    }
    lines_close(&lines);
    return error.code == LACUNA_OK ? VERB_DONE
                                   : call_failed(call, "%s:%zu: %s", lines.name, number, error.message);
}

static enum verb_status detokenize_run(const struct call *call)
{
    struct tokenizer *tokenizer = tokens_open(call);
    if (!tokenizer)
        return VERB_FAILED;
    enum verb_status status = detokenize_lines(call, tokenizer);
    tokenizer_close(tokenizer);
    return status;
}

const struct verb verb_detokenize = {
    .name = "detokenize",
    .summary = "one line of text for each line of token ids",
    .usage = "[FILE]",
    .options = options,
    .operand_high = 1,
    .run = detokenize_run,
};
