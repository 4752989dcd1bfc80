/* A tokenizer learnt from text. */
#include "model/base/memory.h"
#include "model/command/input.h"
#include "model/command/progress.h"
#include "model/command/verb.h"
#include "model/tokenizer/bpe_train.h"

#include <stdio.h>
#include <stdlib.h>

enum { SPECIALS_MAX = 256 };

static const struct verb_option options[] = {
    { .name = "size",
      .kind = OPTION_WHOLE,
      .value = "N",
      .low = 257,
      .high = 1 << 20,
      .help = "pieces in all (default 8192)" },
    { .name = "special",
      .kind = OPTION_LIST,
      .value = "TOKEN",
      .help = "a special token, in order of ids (default <pad> <mask> <null> <none> <bos> <eos>)" },
    { 0 },
};

static bool count_file(struct piece_counts *counts, const char *path, struct lacuna_error *error)
{
    struct lines lines;
    if (!lines_open(&lines, path, error))
        return false;
    bool fine = true;
    size_t number = 0;
    while (fine && lines_next(&lines, error)) {
        number++;
        fine = piece_counts_add(counts, lines.line, lines.size, error) ||
               fail_in(error, "%s:%zu", lines.name, number);
    }
    lines_close(&lines);
    return fine && error->code == LACUNA_OK;
}

static void merges_show(void *user, size_t merges, size_t wanted)
{
    progress_show(user, merges, wanted, NULL);
}

static size_t specials_read(const struct call *call, const char *specials[SPECIALS_MAX])
{
    static const char *const usual[] = { "<pad>", "<mask>", "<null>", "<none>", "<bos>", "<eos>" };
    size_t count = 0;
    for (const char *one; count < SPECIALS_MAX && (one = call_item(call, "special", count));)
        specials[count++] = one;
    for (size_t k = 0; !call_has(call, "special") && k < sizeof usual / sizeof *usual; k++)
        specials[count++] = usual[k];
    return count;
}

static bool learn(const struct call *call, const struct piece_counts *counts, struct lacuna_error *error)
{
    const char *specials[SPECIALS_MAX];
    struct progress progress = progress_start("merges");
    struct bpe_recipe recipe = { .vocabulary = (int32_t)call_whole(call, "size", 8192),
                                 .specials = specials,
                                 .special_count = specials_read(call, specials),
                                 .progress = merges_show,
                                 .user = &progress };
    json_t *spec = bpe_train(counts, &recipe, error);
    progress_end(&progress);
    bool written = spec && tokenizer_json_write(call->operands[0], spec, error);
    json_decref(spec);
    if (written)
        printf(call->json ? "{\"pieces\":%d,\"different\":%zu}\n" : "%d pieces from %zu different ones\n",
               recipe.vocabulary, piece_counts_distinct(counts));
    return written;
}

static enum verb_status vocabulary_run(const struct call *call)
{
    struct lacuna_error error = { 0 };
    struct piece_counts *counts = piece_counts_new(NULL, &error);
    bool fine = counts;
    for (size_t k = 1; fine && k < call->operand_count; k++)
        fine = count_file(counts, call->operands[k], &error);
    fine = fine && learn(call, counts, &error);
    piece_counts_free(counts);
    return fine ? VERB_DONE : call_failed(call, "%s", error.message);
}

const struct verb verb_vocabulary = {
    .name = "vocabulary",
    .summary = "learn a byte-level BPE tokenizer from text",
    .usage = "tokenizer.json FILE…",
    .about = "Writes a tokenizer.json in Hugging Face form. Pieces never cross the end of a line; the same "
             "text gives the\n"
             "same file.",
    .options = options,
    .operand_low = 2,
    .operand_high = -1,
    .run = vocabulary_run,
};
