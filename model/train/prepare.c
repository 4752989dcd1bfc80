#include "model/train/prepare.h"

#include "model/base/buffer.h"
#include "model/base/file.h"
#include "model/tokenizer/bpe_train.h"
#include "model/train/corpus.h"
#include "model/train/plain_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SPLITS = 3,
    KEPT_EVERY = 20,
    DOCUMENT_MIN = 2048,
    DOCUMENT_MAX = 32768,
    TEXT_MIN = 4096,
    SPECIALS = 6
};
static const char *const split_names[SPLITS] = { "train", "valid", "test" };
static const char *const specials[SPECIALS] = { "<pad>", "<mask>", "<null>", "<none>", "<bos>", "<eos>" };

/* What one split's files will hold. */
struct split {
    struct buffer tokens, documents, sentences;
    uint32_t count;
};

struct work {
    const struct preparation *preparation;
    struct buffer text; /* all files, cleaned; one paragraph a line */
    struct tokenizer *tokenizer;
    struct split splits[SPLITS];
    struct ids ids; /* scratch */
};

static bool read_files(struct work *work, struct lacuna_error *error)
{
    const struct preparation *p = work->preparation;
    for (size_t i = 0; i < p->file_count; i++) {
        struct mapping mapping;
        if (!mapping_open(&mapping, p->files[i], error))
            return false;
        plain_text_clean((const char *)mapping.at, mapping.size, &work->text);
        mapping_close(&mapping);
    }
    if (work->text.size < TEXT_MIN)
        return fail(error, LACUNA_BAD_REQUEST,
                    "%zu bytes of text are too little to learn from: give %d or more", work->text.size,
                    TEXT_MIN);
    return true;
}

/* Where the text gives fewer merges than asked for: half as many pieces, and so on. */
static json_t *learn_pieces(const struct piece_counts *counts, int vocabulary, struct lacuna_error *error)
{
    enum { PIECES_MIN = 320 };
    json_t *spec = NULL;
    for (int size = 2 * vocabulary; !spec && size > PIECES_MIN;) {
        size = size / 2 < PIECES_MIN ? PIECES_MIN : size / 2;
        struct bpe_recipe recipe = { .vocabulary = size, .specials = specials, .special_count = SPECIALS };
        spec = bpe_train(counts, &recipe, error);
    }
    return spec;
}

static bool learn_tokenizer(struct work *work, const char *path, struct lacuna_error *error)
{
    struct piece_counts *counts = piece_counts_new(NULL, error);
    bool fine = counts != NULL;
    for (const char *at = work->text.at, *end = at + work->text.size; fine && at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        fine = piece_counts_add(counts, at, (size_t)(stop - at), error);
        at = stop + 1;
    }
    json_t *spec = fine ? learn_pieces(counts, work->preparation->vocabulary, error) : NULL;
    fine = spec && tokenizer_json_write(path, spec, error);
    json_decref(spec);
    piece_counts_free(counts);
    return fine;
}

static bool take_tokenizer(struct work *work, struct lacuna_error *error)
{
    char *path = path_join(work->preparation->folder, "tokenizer.json");
    bool fine;
    if (work->preparation->tokenizer) {
        struct mapping mapping;
        fine = mapping_open(&mapping, work->preparation->tokenizer, error);
        fine = fine && file_write(path, mapping.at, mapping.size, error);
        if (mapping.at)
            mapping_close(&mapping);
    } else {
        fine = learn_tokenizer(work, path, error);
    }
    work->tokenizer = fine ? tokenizer_open(path, error) : NULL;
    free(path);
    if (work->tokenizer && tokenizer_size(work->tokenizer) > 65536) {
        tokenizer_close(work->tokenizer);
        work->tokenizer = NULL;
        return fail(error, LACUNA_MODEL, "a vocabulary of more than 65536 pieces: training takes less");
    }
    return work->tokenizer != NULL;
}

static bool add_tokens(struct work *work, struct split *split, const char *text, size_t size,
                       struct lacuna_error *error)
{
    work->ids.count = 0;
    if (!tokenizer_encode(work->tokenizer, text, size, false, &work->ids, error))
        return false;
    for (size_t i = 0; i < work->ids.count; i++) {
        uint16_t id = (uint16_t)work->ids.at[i];
        buffer_add(&split->tokens, &id, sizeof id);
    }
    split->count += (uint32_t)work->ids.count;
    return true;
}

static bool add_paragraph(struct work *work, struct split *split, const char *text, size_t size,
                          struct lacuna_error *error)
{
    while (size) {
        size_t sentence = plain_text_sentence(text, size);
        struct sentence record = { .start = split->count };
        if (!add_tokens(work, split, text, sentence, error))
            return false;
        record.end = split->count;
        buffer_add(&split->sentences, &record, sizeof record);
        text += sentence;
        size -= sentence;
    }
    return true;
}

/* A document of whole paragraphs; they are joined by line feeds. */
static bool add_document(struct work *work, struct split *split, const char *text, size_t size,
                         struct lacuna_error *error)
{
    struct document record = { .start = split->count };
    for (const char *at = text, *end = text + size; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if ((at > text && !add_tokens(work, split, "\n", 1, error)) ||
            !add_paragraph(work, split, at, (size_t)(stop - at), error))
            return false;
        at = stop + 1;
    }
    record.end = split->count;
    buffer_add(&split->documents, &record, sizeof record);
    return true;
}

static bool cut_documents(struct work *work, struct lacuna_error *error)
{
    size_t aim = work->text.size / (2 * KEPT_EVERY);
    aim = aim < DOCUMENT_MIN ? DOCUMENT_MIN : aim > DOCUMENT_MAX ? DOCUMENT_MAX : aim;
    const char *at = work->text.at, *end = at + work->text.size;
    for (size_t n = 0; at < end; n++) {
        const char *stop =
            (size_t)(end - at) > aim ? memchr(at + aim, '\n', (size_t)(end - at - (ptrdiff_t)aim)) : NULL;
        stop = stop ? stop + 1 : end;
        struct split *split = &work->splits[n % KEPT_EVERY == 1 ? 1 : n % KEPT_EVERY == 11 ? 2 : 0];
        if (!add_document(work, split, at, (size_t)(stop - at), error))
            return false;
        at = stop;
    }
    if (!work->splits[1].documents.size)
        return fail(error, LACUNA_BAD_REQUEST,
                    "the text is one paragraph alone: nothing is left to validate on");
    return true;
}

static bool write_file(const struct work *work, const char *split, const char *what,
                       const struct buffer *bytes, struct lacuna_error *error)
{
    char name[64];
    snprintf(name, sizeof name, "%s.%s.bin", split, what);
    char *path = path_join(work->preparation->folder, name);
    bool fine = file_write(path, bytes->at, bytes->size, error);
    free(path);
    return fine;
}

static bool write_meta(const struct work *work, struct lacuna_error *error)
{
    json_t *attributes =
        work->preparation->attributes ? json_deep_copy(work->preparation->attributes) : json_array();
    json_t *counts = json_object();
    for (int i = 0; i < SPLITS; i++)
        json_object_set_new(counts, split_names[i],
                            json_pack("{s:I}", "tokens", (json_int_t)work->splits[i].count));
    int learnt = (tokenizer_size(work->tokenizer) + 63) / 64 * 64;
    int vocabulary = work->preparation->tokenizer ? work->preparation->vocabulary : learnt;
    json_t *meta =
        json_pack("{s:o, s:i, s:o}", "attributes", attributes, "vocab_size", vocabulary, "counts", counts);
    char *text = json_dumps(meta, JSON_INDENT(1)), *path = path_join(work->preparation->folder, "meta.json");
    bool fine = file_write(path, text, strlen(text), error);
    free(text);
    free(path);
    json_decref(meta);
    return fine;
}

static bool write_all(const struct work *work, struct lacuna_error *error)
{
    for (int i = 0; i < SPLITS; i++)
        if (!write_file(work, split_names[i], "tokens", &work->splits[i].tokens, error) ||
            !write_file(work, split_names[i], "docs", &work->splits[i].documents, error) ||
            !write_file(work, split_names[i], "sents", &work->splits[i].sentences, error))
            return false;
    return write_meta(work, error);
}

bool prepare_text(const struct preparation *preparation, uint64_t *tokens, struct lacuna_error *error)
{
    struct work work = { .preparation = preparation };
    bool fine = folder_make(preparation->folder, error) && read_files(&work, error) &&
                take_tokenizer(&work, error) && cut_documents(&work, error) && write_all(&work, error);
    if (fine && tokens)
        *tokens = work.splits[0].count;
    for (int i = 0; i < SPLITS; i++) {
        buffer_free(&work.splits[i].tokens);
        buffer_free(&work.splits[i].documents);
        buffer_free(&work.splits[i].sentences);
    }
    if (work.tokenizer)
        tokenizer_close(work.tokenizer);
    ids_free(&work.ids);
    buffer_free(&work.text);
    return fine;
}
