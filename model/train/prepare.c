#include "model/train/prepare.h"

#include "model/base/file.h"
#include "model/train/corpus.h"
#include "model/train/plain_text.h"
#include "model/train/prepare_parts.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT_EVERY = 20, DOCUMENT_MIN = 2048, DOCUMENT_MAX = 32768, TEXT_MIN = 4096 };

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
        fine = pieces_learn(&work->text, specials, SPECIALS, work->preparation->vocabulary, path, error);
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
    return split_add(split, work->tokenizer, text, size, &work->ids, error);
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

static bool write_all(const struct work *work, struct lacuna_error *error)
{
    const struct preparation *p = work->preparation;
    json_t *attributes = p->attributes ? json_deep_copy(p->attributes) : json_array();
    int learnt = (tokenizer_size(work->tokenizer) + 63) / 64 * 64;
    return splits_write(work->splits, p->folder, p->tokenizer ? p->vocabulary : learnt,
                        json_pack("{s:o}", "attributes", attributes), error);
}

bool prepare_text(const struct preparation *preparation, uint64_t *tokens, struct lacuna_error *error)
{
    struct work work = { .preparation = preparation };
    bool fine = folder_make(preparation->folder, error) && read_files(&work, error) &&
                take_tokenizer(&work, error) && cut_documents(&work, error) && write_all(&work, error);
    if (fine && tokens)
        *tokens = work.splits[0].count;
    splits_free(work.splits);
    if (work.tokenizer)
        tokenizer_close(work.tokenizer);
    ids_free(&work.ids);
    buffer_free(&work.text);
    return fine;
}
