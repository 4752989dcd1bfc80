#include "model/infill/translate_parts.h"

#include "model/base/buffer.h"
#include "model/base/memory.h"
#include "model/base/utf8.h"
#include "model/network/pair.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS = 20 };

bool translate_attributes(const struct infill *infill, const char *text, struct ids *tokens,
                          struct lacuna_error *error)
{
    const struct attributes *known = infill_attributes(infill);
    struct wanted_attributes wanted;
    if (!attributes_parse(known, text, &wanted, error))
        return false;
    bool fine = true;
    for (size_t i = 0; fine && i < wanted.count; i++) {
        const struct attribute *one = &known->at[wanted.indexes[i]];
        fine = one->token >= 0 ||
               fail(error, LACUNA_ATTRIBUTE, "this model has no token for the attribute '%s'", one->value);
        ids_push(tokens, one->token);
    }
    if (fine && wanted.word_count)
        fine = fail(error, LACUNA_ATTRIBUTE, "lines are turned without words to keep: leave out 'with:'");
    wanted_attributes_free(&wanted);
    return fine;
}

/* Names of the attributes that the model has tokens of. */
static void list_attributes(const struct attributes *known, struct buffer *out)
{
    for (size_t i = 0; i < known->count; i++)
        if (known->at[i].token >= 0)
            buffer_print(out, "%s%s", out->size ? ", " : "", known->at[i].value);
}

bool translate_check(const struct infill *infill, const struct translate_options *options,
                     struct lacuna_error *error)
{
    struct ids tokens = { 0 };
    struct buffer list = { 0 };
    bool fine = translate_attributes(infill, options->attribute, &tokens, error);
    const struct framing *framing = infill_framing(infill);
    bool styled = framing->target_position && framing->attribute_slots;
    if (styled)
        list_attributes(infill_attributes(infill), &list);
    buffer_add_byte(&list, 0);
    if (fine && styled && tokens.count != 1)
        fine = fail(error, LACUNA_ATTRIBUTE, "what are the lines to be turned into? Give one attribute: %s",
                    list.at);
    ids_free(&tokens);
    buffer_free(&list);
    return fine;
}

bool translate_denoise(const struct translation *translation, struct denoise *denoise,
                       struct lacuna_error *error)
{
    const struct translate_options *options = translation->options;
    *denoise = denoise_of(translation->framing);
    denoise->session = translation->session;
    denoise->sampler = options->sampler ? sampler_find(options->sampler) : process_sampler(denoise->process);
    denoise->steps = options->steps > 0 ? options->steps : STEPS;
    denoise->settings.early_exit = options->early_exit;
    denoise->cancel = translation->cancel;
    if (!denoise->sampler)
        return fail(error, LACUNA_BAD_REQUEST, "unknown sampler '%s'", options->sampler);
    return process_suits(denoise->process, denoise->sampler, error);
}

void translate_count(struct translation *translation, const struct sequence *first)
{
    if (first->steps > translation->steps)
        translation->steps = first->steps;
}

/* ---- text */

/* What is no UTF-8 becomes U+FFFD, what is no text a blank; no blanks at the ends. */
static void clean(const char *text, size_t size, struct buffer *out)
{
    for (size_t at = 0; at < size;) {
        uint32_t code;
        size_t bytes = utf8_decode(text + at, size - at, &code);
        if (!bytes) {
            buffer_add_text(out, "\uFFFD");
            at += utf8_broken(text + at, size - at);
        } else {
            bool blank = code <= ' ' || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
            if (!blank)
                buffer_add(out, text + at, bytes);
            else if (out->size)
                buffer_add_byte(out, ' ');
            at += bytes;
        }
    }
    while (out->size && out->at[out->size - 1] == ' ')
        out->at[--out->size] = 0;
}

char *translate_text(const struct translation *translation, const struct ids *target,
                     struct lacuna_error *error)
{
    size_t size;
    const struct tokenizer *tokenizer = infill_tokenizer(translation->infill);
    char *text = tokenizer_decode(tokenizer, target->at, target->count, false, &size, error);
    if (!text)
        return NULL;
    struct buffer out = { 0 };
    clean(text, size, &out);
    free(text);
    return buffer_take(&out);
}

/* ---- parts of a line */

/* A model of pairs was given its lines with a blank in front. */
static bool encode(const struct infill *infill, struct text_part part, struct ids *ids,
                   struct lacuna_error *error)
{
    bool blank = infill_framing(infill)->target_position > 0;
    char *text = memory_new(part.size + 2, 1);
    text[0] = ' ';
    memcpy(text + 1, part.at, part.size);
    ids->count = 0;
    bool fine =
        tokenizer_encode(infill_tokenizer(infill), text + !blank, part.size + blank, false, ids, error);
    free(text);
    return fine;
}

/* Pieces of a source: a target may take some more. */
static size_t pieces_most(const struct framing *framing)
{
    int room =
        framing->target_position ? framing->target_position - PAIR_SLOTS : framing->context_length / 2 - 2;
    return (size_t)(room > 6 ? room * 5 / 6 : 4);
}

/* How good it is to cut behind text[at - 1]: behind a sentence, a clause, a word, a character; 0: never. */
static int cut_rank(const char *text, size_t at, size_t size)
{
    if (at < size && ((unsigned char)text[at] & 0xc0) == 0x80)
        return 0;
    if (at < size && text[at] != ' ')
        return 1;
    return strchr(".!?", text[at - 1]) ? 5 : strchr(";:", text[at - 1]) ? 4 : text[at - 1] == ',' ? 3 : 2;
}

/* Where the first part ends, of text whose first `most` bytes fit: at the best place of their second half. */
static size_t cut_at(const char *text, size_t size, size_t most)
{
    size_t best = most;
    int rank = 0;
    for (size_t at = most; at > 0 && (at > most / 2 || !rank); at--)
        if (cut_rank(text, at, size) > rank) {
            rank = cut_rank(text, at, size);
            best = at;
        }
    return best;
}

/* The longest beginning that fits, in bytes, by halving. */
static bool fitting(const struct infill *infill, struct text_part text, size_t *most, struct ids *ids,
                    struct lacuna_error *error)
{
    size_t pieces = pieces_most(infill_framing(infill)), low = 0, high = text.size;
    size_t likely = 16 * pieces; /* bytes that hardly ever fit */
    high = high < likely ? high : likely;
    if (!encode(infill, (struct text_part){ text.at, high }, ids, error))
        return false;
    if (ids->count <= pieces)
        low = high;
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;
        if (!encode(infill, (struct text_part){ text.at, middle }, ids, error))
            return false;
        if (ids->count <= pieces)
            low = middle;
        else
            high = middle;
    }
    *most = low > 4 ? low : text.size < 4 ? text.size : 4;
    return true;
}

static char *turn_part(struct translation *translation, struct text_part part, struct lacuna_error *error)
{
    if (!encode(translation->infill, part, &translation->source, error))
        return NULL;
    size_t most = pieces_most(translation->framing);
    if (translation->source.count > most)
        translation->source.count = most;
    if (!translation->source.count)
        return memory_text("", 0);
    translation->text = part;
    bool pair = translation->framing->target_position && translation->framing->null >= 0;
    return (pair ? translate_pair : translate_canvas)(translation, error);
}

static bool turn_parts(struct translation *translation, struct text_part rest, struct buffer *out,
                       struct lacuna_error *error)
{
    uint64_t part = 0;
    while (rest.size) {
        size_t most = 0;
        if (!fitting(translation->infill, rest, &most, &translation->source, error))
            return false;
        size_t size = most < rest.size ? cut_at(rest.at, rest.size, most) : rest.size;
        char *text = turn_part(translation, (struct text_part){ rest.at, size }, error);
        if (!text)
            return false;
        if (out->size && *text)
            buffer_add_byte(out, ' ');
        buffer_add_text(out, text);
        free(text);
        rest.at += size;
        rest.size -= size;
        while (rest.size && *rest.at == ' ') {
            rest.at++;
            rest.size--;
        }
        translation->stream += ++part << 32;
    }
    return true;
}

char *translate_line(const struct infill *infill, struct denoiser_session *session,
                     const struct translate_options *options, const char *line, size_t size, uint64_t index,
                     const atomic_bool *cancel, int *steps, struct lacuna_error *error)
{
    struct translation translation = { .infill = infill,
                                       .framing = infill_framing(infill),
                                       .options = options,
                                       .session = session,
                                       .cancel = cancel,
                                       .stream =
                                           index * (uint64_t)(options->count > 0 ? options->count : 1) };
    struct buffer text = { 0 }, out = { 0 };
    clean(line, size, &text);
    bool fine = turn_parts(&translation, (struct text_part){ text.at, text.size }, &out, error);
    buffer_free(&text);
    ids_free(&translation.source);
    if (steps)
        *steps = translation.steps;
    if (fine)
        return buffer_take(&out);
    buffer_free(&out);
    return NULL;
}
