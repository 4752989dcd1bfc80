#include "model/train/spoil.h"

#include "model/base/memory.h"
#include "model/train/draw.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_BYTES_MAX = 64 };
enum mistake { DOUBLED, REPLACED, SWAPPED, REPEATED, LOST, MISTAKES };

void text_run_add(struct text_run *run, int32_t id)
{
    run->text = memory_grow(run->text, &run->room, run->count + 1, sizeof *run->text);
    run->text[run->count++] = id;
}

void text_run_clear(struct text_run *run)
{
    run->count = run->out_count = 0;
}

void text_run_free(struct text_run *run)
{
    free(run->text);
    free(run->ids);
    free(run->wanted);
    free(run->spoilt);
    ids_free(&run->pieces);
    *run = (struct text_run){ 0 };
}

static void put(struct text_run *run, int32_t id, int32_t wanted, bool spoilt)
{
    size_t old = run->out_room;
    run->ids = memory_grow(run->ids, &run->out_room, run->out_count + 1, sizeof *run->ids);
    if (run->out_room != old) {
        run->wanted = memory_resize(run->wanted, run->out_room, sizeof *run->wanted);
        run->spoilt = memory_resize(run->spoilt, run->out_room, sizeof *run->spoilt);
    }
    run->ids[run->out_count] = id;
    run->wanted[run->out_count] = wanted;
    run->spoilt[run->out_count++] = spoilt;
}

/* The word with letters swapped, repeated or lost at byte k; returns its new size. */
static size_t misspell(enum mistake mistake, const char *word, size_t size, size_t k, char *out)
{
    memcpy(out, word, k);
    size_t n = k;
    if (mistake == SWAPPED)
        out[n++] = word[k + 1];
    if (mistake != LOST)
        out[n++] = word[k];
    if (mistake == REPEATED)
        out[n++] = word[k];
    size_t rest = mistake == SWAPPED ? k + 2 : k + 1;
    memcpy(out + n, word + rest, size - rest);
    return n + size - rest;
}

static void spoil_word(const struct corpus *c, struct random *random, int32_t id, struct text_run *run)
{
    enum mistake mistake = (enum mistake)draw_range(random, 0, MISTAKES);
    run->pieces.count = 0;
    size_t size;
    const char *word = tokenizer_piece(c->tokenizer, id, &size);
    if (mistake == DOUBLED) {
        ids_append(&run->pieces, (const int32_t[]){ id, id }, 2);
    } else if (mistake == REPLACED || size > WORD_BYTES_MAX) {
        ids_push(&run->pieces, c->full_words[draw_range(random, 0, c->full_word_count)]);
    } else {
        char out[WORD_BYTES_MAX + 1];
        size_t k = (size_t)draw_range(random, 1, (int64_t)size - 1);
        tokenizer_encode(c->tokenizer, out, misspell(mistake, word, size, k, out), false, &run->pieces, NULL);
    }
    bool same = run->pieces.count == 1 && run->pieces.at[0] == id;
    for (size_t i = 0; i < run->pieces.count; i++)
        put(run, run->pieces.at[i], i ? TOKEN_NULL : id, !same);
}

void spoil_text(const struct corpus *c, struct random *random, double rate, struct text_run *run)
{
    run->out_count = 0;
    for (size_t i = 0; i < run->count; i++) {
        int32_t id = run->text[i];
        bool word = c->traits[id] & PIECE_BLANK &&
                    (i + 1 == run->count || !(c->traits[run->text[i + 1]] & PIECE_JOINS));
        if (word && rate > 0.0 && draw_chance(random, rate))
            spoil_word(c, random, id, run);
        else
            put(run, id, id, false);
    }
}
