/* Vocabularies of whole words: WordPiece without pieces. */
#include "model/tokenizer/files.h"

#include <stdio.h>

enum { NUMBERS_MOST = 1 << 20 };

static const char start[] = "START", end[] = "END", unknown[] = "UNK";

bool vocabulary_is_words(const json_t *vocab)
{
    return json_object_get(vocab, start) && json_object_get(vocab, end) && json_object_get(vocab, unknown);
}

static json_t *words_spec(json_t *vocab, const char *without)
{
    return json_pack("{s:[], s:{s:s}, s:{s:s}, s:{s:s, s:s, s:s, s:o}}", "added_tokens", "pre_tokenizer",
                     "type", "BertPreTokenizer", "decoder", "type", "WordPiece", "model", "type", "WordPiece",
                     "unk_token", without, "continuing_subword_prefix", "##", "vocab", vocab);
}

json_t *spec_from_word_list(json_t *vocab)
{
    static const char *const marks[] = { start, end, unknown, "PAD" };
    json_t *spec = words_spec(vocab, unknown);
    for (size_t k = 0; k < sizeof marks / sizeof *marks; k++) {
        const json_t *id = json_object_get(vocab, marks[k]);
        if (json_is_integer(id))
            spec_add_special(spec, marks[k], json_integer_value(id));
    }
    json_object_set_new(spec, "post_processor",
                        json_pack("{s:s, s:[s, O], s:[s, O]}", "type", "BertProcessing", "cls", start,
                                  json_object_get(vocab, start), "sep", end, json_object_get(vocab, end)));
    return spec;
}

json_t *spec_from_numbers(int64_t size, struct lacuna_error *error)
{
    if (size < 1 || size > NUMBERS_MOST) {
        fail(error, LACUNA_MODEL, "a vocabulary without words has from 1 to %d tokens, not %lld",
             NUMBERS_MOST, (long long)size);
        return NULL;
    }
    json_t *vocab = json_object();
    for (int64_t id = 0; id < size; id++) {
        char name[24];
        snprintf(name, sizeof name, "%lld", (long long)id);
        json_object_set_new(vocab, name, json_integer(id));
    }
    return words_spec(vocab, "0");
}
