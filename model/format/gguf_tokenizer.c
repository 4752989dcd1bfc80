/* The vocabulary that a GGUF file carries, as a tokenizer.json. One row a way of cutting text
 * (tokenizer.ggml.pre). */
#include "model/base/buffer.h"
#include "model/base/json.h"
#include "model/format/gguf_names.h"

#include <stdlib.h>
#include <string.h>

#define CONTRACTIONS "(?i:'s|'t|'re|'ve|'m|'ll|'d)"

struct cut {
    const char *name;
    const char *regex; /* NULL: GPT-2's */
    bool compose;      /* NFC first */
    bool whole_first;  /* a piece that is a token is not merged */
};

static const struct cut cuts[] = {
    { "default", NULL, false, false },
    { "gpt-2", NULL, false, false },
    { "gpt2", NULL, false, false },
    { "qwen2",
      CONTRACTIONS
      "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      true, false },
    { "llama-bpe",
      CONTRACTIONS "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| "
                   "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      false, true },
    { "llama3",
      CONTRACTIONS "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| "
                   "?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      false, true },
    { "bailingmoe",
      "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}| "
      "?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
      false, false },
    { "llada-moe",
      "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}| "
      "?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
      false, false },
};

/* The regular expression of the first Split among the pre-tokenizers; NULL: none. */
static const char *regex_of(const json_t *stage)
{
    const json_t *list = json_object_get(stage, "pretokenizers");
    stage = list ? json_array_get(list, 0) : stage;
    return strcmp(json_text(stage, "type", ""), "Split")
               ? NULL
               : json_text(json_object_get(stage, "pattern"), "Regex", NULL);
}

const char *gguf_cut_name(const json_t *tokenizer)
{
    const json_t *stage = json_object_get(tokenizer, "pre_tokenizer");
    const char *regex = regex_of(stage);
    bool byte_level = !strcmp(json_text(stage, "type", ""), "ByteLevel");
    if (!regex)
        return byte_level ? "gpt-2" : NULL;
    for (size_t k = 0; k < sizeof cuts / sizeof *cuts; k++)
        if (cuts[k].regex && !strcmp(cuts[k].regex, regex))
            return cuts[k].name;
    return NULL;
}

enum { UNKNOWN = 2, CONTROL = 3, USER = 4 };

/* A string list of the file; NULL: missing or of another type. */
static const struct gguf_key *strings_of(const struct gguf *gguf, const char *name)
{
    const struct gguf_key *key = gguf_find(gguf, name);
    return key && key->array && key->type == GGUF_STRING ? key : NULL;
}

static void added_put(json_t *added, const char *spelling, size_t size, uint64_t id, bool special)
{
    json_t *entry = json_object();
    json_object_set_new(entry, "id", json_integer((json_int_t)id));
    json_object_set_new(entry, "content", json_stringn(spelling, size));
    json_object_set_new(entry, "special", json_boolean(special));
    json_object_set_new(entry, "normalized", json_false());
    json_array_append_new(added, entry);
}

/* WordPiece in GGUF marks the beginnings of words (U+2581), not their middles (##); marks in brackets stand
 * for themselves. */
static void word_spell(struct gguf_text token, struct buffer *out)
{
    static const char begin[] = "\xe2\x96\x81";
    if (token.size >= 3 && !memcmp(token.at, begin, 3)) {
        buffer_add(out, token.at + 3, token.size - 3);
        return;
    }
    bool bracket = token.size > 2 && token.at[0] == '[' && token.at[token.size - 1] == ']';
    if (!bracket)
        buffer_add_text(out, "##");
    buffer_add(out, token.at, token.size);
}

/* Where two tokens are spelled alike (fillers of a padded vocabulary), the first is found. */
static bool vocabulary_read(const struct gguf *gguf, bool words, json_t *vocab, json_t *added,
                            struct lacuna_error *error)
{
    const struct gguf_key *tokens = strings_of(gguf, "tokenizer.ggml.tokens");
    const struct gguf_key *types = gguf_find(gguf, "tokenizer.ggml.token_type");
    if (!tokens)
        return fail(error, LACUNA_MODEL, "%s: tokenizer.ggml.tokens is no list of strings", gguf->path);
    bool typed = types && types->array && (types->type == GGUF_I32 || types->type == GGUF_U32) &&
                 types->count == tokens->count;
    const uint8_t *at = tokens->data;
    for (uint64_t k = 0; k < tokens->count; k++) {
        struct buffer spelling = { 0 };
        struct gguf_text token = gguf_next_string(&at);
        int64_t type = typed ? gguf_member(types, k) : 1;
        if (words)
            word_spell(token, &spelling);
        else
            buffer_add(&spelling, token.at, token.size);
        bool fine = true;
        if (!json_object_getn(vocab, spelling.at, spelling.size))
            fine = !json_object_setn_new(vocab, spelling.at, spelling.size, json_integer((json_int_t)k));
        if (fine && token.size && (type == CONTROL || type == USER || (words && type == UNKNOWN)))
            added_put(added, spelling.at, spelling.size, k, type != USER);
        buffer_free(&spelling);
        if (!fine)
            return fail(error, LACUNA_MODEL, "%s: token %llu is no UTF-8", gguf->path, (unsigned long long)k);
    }
    return true;
}

/* Small vocabularies keep the merges of a larger one; those whose result was cut away never happen. */
static bool merge_has_result(const json_t *vocab, struct gguf_text merge)
{
    const char *blank = memchr(merge.at, ' ', merge.size);
    if (!blank)
        return true;
    struct buffer whole = { 0 };
    buffer_add(&whole, merge.at, (size_t)(blank - merge.at));
    buffer_add(&whole, blank + 1, merge.size - (size_t)(blank + 1 - merge.at));
    bool there = json_object_getn(vocab, whole.at, whole.size);
    buffer_free(&whole);
    return there;
}

static json_t *merges_read(const struct gguf *gguf, const json_t *vocab, struct lacuna_error *error)
{
    const struct gguf_key *list = strings_of(gguf, "tokenizer.ggml.merges");
    json_t *merges = json_array();
    const uint8_t *at = list ? list->data : NULL;
    for (uint64_t k = 0; list && k < list->count; k++) {
        struct gguf_text merge = gguf_next_string(&at);
        if (!merge_has_result(vocab, merge))
            continue;
        json_t *text = json_stringn(merge.at, merge.size);
        if (text) {
            json_array_append_new(merges, text);
            continue;
        }
        fail(error, LACUNA_MODEL, "%s: merge %llu is no UTF-8", gguf->path, (unsigned long long)k);
        json_decref(merges);
        return NULL;
    }
    return merges;
}

static const struct cut *cut_of(const struct gguf *gguf, struct lacuna_error *error)
{
    struct gguf_text name = { "default", 7 };
    gguf_string(gguf, "tokenizer.ggml.pre", &name);
    for (size_t k = 0; k < sizeof cuts / sizeof *cuts; k++)
        if (gguf_text_is(name, cuts[k].name))
            return &cuts[k];
    fail(error, LACUNA_MODEL, "%s: pre-tokenizer %.*s is not supported", gguf->path,
         (int)(name.size < 60 ? name.size : 60), name.at);
    return NULL;
}

static json_t *byte_level_spec(const struct gguf *gguf, struct lacuna_error *error)
{
    const struct cut *cut = cut_of(gguf, error);
    json_t *vocab = json_object(), *added = json_array();
    json_t *merges =
        cut && vocabulary_read(gguf, false, vocab, added, error) ? merges_read(gguf, vocab, error) : NULL;
    if (!merges) {
        json_decref(vocab);
        json_decref(added);
        return NULL;
    }
    json_t *level =
        json_pack("{s:s, s:b, s:b}", "type", "ByteLevel", "add_prefix_space", 0, "use_regex", !cut->regex);
    json_t *stages = json_array();
    if (cut->regex)
        json_array_append_new(stages, json_pack("{s:s, s:{s:s}, s:s}", "type", "Split", "pattern", "Regex",
                                                cut->regex, "behavior", "Isolated"));
    json_array_append(stages, level);
    json_t *spec =
        json_pack("{s:o, s:{s:s, s:o}, s:o, s:{s:s, s:b, s:o, s:o}}", "added_tokens", added, "pre_tokenizer",
                  "type", "Sequence", "pretokenizers", stages, "decoder", level, "model", "type", "BPE",
                  "ignore_merges", cut->whole_first, "vocab", vocab, "merges", merges);
    if (cut->compose)
        json_object_set_new(spec, "normalizer", json_pack("{s:s}", "type", "NFC"));
    return spec;
}

static json_t *words_spec(const struct gguf *gguf, struct lacuna_error *error)
{
    json_t *vocab = json_object(), *added = json_array();
    if (!vocabulary_read(gguf, true, vocab, added, error)) {
        json_decref(vocab);
        json_decref(added);
        return NULL;
    }
    return json_pack("{s:o, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s, s:o}}", "added_tokens", added, "normalizer",
                     "type", "BertNormalizer", "pre_tokenizer", "type", "BertPreTokenizer", "decoder", "type",
                     "WordPiece", "model", "type", "WordPiece", "vocab", vocab);
}

/* The token that stands before or after a text, where the file asks for it. */
static void frame_put(const struct gguf *gguf, json_t *items, json_t *specials, const char *key)
{
    int64_t id = gguf_whole(gguf, key, -1);
    const struct gguf_key *tokens = strings_of(gguf, "tokenizer.ggml.tokens");
    if (id < 0 || !tokens || (uint64_t)id >= tokens->count)
        return;
    json_object_set_new(specials, key, json_pack("{s:[I]}", "ids", (json_int_t)id));
    json_array_append_new(items, json_pack("{s:{s:s}}", "SpecialToken", "id", key));
}

static json_t *frame_new(const struct gguf *gguf, bool words)
{
    json_t *items = json_array(), *specials = json_object();
    if (gguf_flag(gguf, "tokenizer.ggml.add_bos_token", words))
        frame_put(gguf, items, specials,
                  words ? "tokenizer.ggml.cls_token_id" : "tokenizer.ggml.bos_token_id");
    json_array_append_new(items, json_pack("{s:{s:s}}", "Sequence", "id", "A"));
    if (gguf_flag(gguf, "tokenizer.ggml.add_eos_token", words))
        frame_put(gguf, items, specials,
                  words ? "tokenizer.ggml.seperator_token_id" : "tokenizer.ggml.eos_token_id");
    return json_pack("{s:s, s:o, s:o}", "type", "TemplateProcessing", "single", items, "special_tokens",
                     specials);
}

json_t *gguf_tokenizer(const struct gguf *gguf, struct lacuna_error *error)
{
    struct gguf_text whole;
    if (gguf_string(gguf, GGUF_TOKENIZER_KEY, &whole))
        return json_from_bytes(whole.at, whole.size, gguf->path, error);
    struct gguf_text model = { "", 0 };
    gguf_string(gguf, "tokenizer.ggml.model", &model);
    bool words = gguf_text_is(model, "bert");
    json_t *spec = NULL;
    if (words || gguf_text_is(model, "gpt2"))
        spec = words ? words_spec(gguf, error) : byte_level_spec(gguf, error);
    else if (!model.size)
        fail(error, LACUNA_MODEL, "%s: carries no vocabulary", gguf->path);
    else
        fail(error, LACUNA_MODEL, "%s: tokenizer model %.*s is not supported", gguf->path,
             (int)(model.size < 60 ? model.size : 60), model.at);
    if (spec)
        json_object_set_new(spec, "post_processor", frame_new(gguf, words));
    return spec;
}
