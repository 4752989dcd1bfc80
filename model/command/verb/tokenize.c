#include "model/command/clean.h"
#include "model/command/input.h"
#include "model/command/tokens.h"

#include <stdio.h>

static const struct verb_option options[] = {
    { .name = "special", .kind = OPTION_FLAG, .help = "special tokens written in the text count as such" },
    { 0 },
};

static void print_ids(const struct ids *ids, bool ended)
{
    for (size_t i = 0; i < ids->count; i++)
        printf(i ? " %d" : "%d", (int)ids->at[i]);
    if (ended)
        putchar('\n');
}

static void print_pieces(const struct tokenizer *tokenizer, const struct ids *ids)
{
    json_t *object = json_object(), *numbers = json_array(), *pieces = json_array();
    for (size_t i = 0; i < ids->count; i++) {
        const char *spelling = tokenizer_spelling(tokenizer, ids->at[i]);
        json_array_append_new(numbers, json_integer(ids->at[i]));
        json_array_append_new(pieces,
                              clean_string(spelling ? spelling : "", spelling ? strlen(spelling) : 0));
    }
    json_object_set_new(object, "ids", numbers);
    json_object_set_new(object, "pieces", pieces);
    json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
}

static enum verb_status tokenize_lines(const struct call *call, const struct tokenizer *tokenizer)
{
    struct lacuna_error error = { 0 };
    struct lines lines;
    if (!lines_open(&lines, call->operand_count ? call->operands[0] : NULL, &error))
        return call_failed(call, "%s", error.message);
    struct ids ids = { 0 };
    bool done = true;
    while (done && lines_next(&lines, &error)) {
        ids.count = 0;
        done = lines.too_long
                   ? fail(&error, LACUNA_TOO_LONG, "a line is longer than %d MiB", INPUT_SIZE_MAX >> 20)
                   : tokenizer_encode(tokenizer, lines.line, lines.size, call_has(call, "special"), &ids,
                                      &error);
        if (done && call->json)
            print_pieces(tokenizer, &ids);
        else if (done)
            print_ids(&ids, lines.ended);
    }
    ids_free(&ids);
    lines_close(&lines);
    return error.code == LACUNA_OK ? VERB_DONE : call_failed(call, "%s: %s", lines.name, error.message);
}

static enum verb_status tokenize_run(const struct call *call)
{
    struct tokenizer *tokenizer = tokens_open(call);
    if (!tokenizer)
        return VERB_FAILED;
    enum verb_status status = tokenize_lines(call, tokenizer);
    tokenizer_close(tokenizer);
    return status;
}

const struct verb verb_tokenize = {
    .name = "tokenize",
    .summary = "one line of token ids for each line of text",
    .usage = "[FILE]",
    .options = options,
    .operand_high = 1,
    .run = tokenize_run,
};
