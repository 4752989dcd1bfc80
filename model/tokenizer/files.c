#include "model/tokenizer/files.h"

#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

static const char qwen2[] =
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|"
    "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/* Calls `take` with each line of a file, without its end; false where it cannot be read or a line is refused.
 */
static bool lines_read(const char *path,
                       bool (*take)(void *user, const char *line, size_t size, size_t number), void *user,
                       struct lacuna_error *error)
{
    struct mapping file;
    if (!mapping_open(&file, path, error))
        return false;
    const char *text = (const char *)file.at;
    bool fine = true;
    for (size_t at = 0, number = 0; fine && at < file.size; number++) {
        const char *end = memchr(text + at, '\n', file.size - at);
        size_t size = end ? (size_t)(end - text) - at : file.size - at;
        size_t kept = size && text[at + size - 1] == '\r' ? size - 1 : size;
        fine = take(user, text + at, kept, number) ||
               fail(error, LACUNA_MODEL, "%s: line %zu is no UTF-8", path, number + 1);
        at += size + 1;
    }
    mapping_close(&file);
    return fine;
}

static bool merge_take(void *user, const char *line, size_t size, size_t number)
{
    static const char version[] = "#version";
    if (!size || (!number && size >= strlen(version) && !memcmp(line, version, strlen(version))))
        return true;
    return !json_array_append_new(user, json_stringn(line, size));
}

json_t *merges_from_lines(const char *path, struct lacuna_error *error)
{
    json_t *merges = json_array();
    if (lines_read(path, merge_take, merges, error))
        return merges;
    json_decref(merges);
    return NULL;
}

static bool word_take(void *user, const char *line, size_t size, size_t number)
{
    (void)number;
    return !json_array_append_new(user, size ? json_stringn(line, size) : json_null());
}

/* A JSON file of a folder, or NULL where it is not there or is not JSON. */
static json_t *json_beside(const char *folder, const char *name)
{
    char *path = path_join(folder, name);
    json_t *value = file_exists(path) ? json_from_file(path, NULL) : NULL;
    free(path);
    return value;
}

void spec_add_special(json_t *spec, const char *content, json_int_t id)
{
    json_t *list = json_object_get(spec, "added_tokens");
    json_array_append_new(
        list, json_pack("{s:I, s:s, s:b, s:b}", "id", id, "content", content, "special", 1, "normalized", 0));
}

/* added_tokens_decoder of tokenizer_config.json: {"50256": {"content": …, "special": true}} */
static void added_take(json_t *spec, const json_t *config)
{
    json_t *list = json_object_get(spec, "added_tokens"), *entry;
    const char *id;
    json_object_foreach(json_object_get(config, "added_tokens_decoder"), id, entry)
    {
        json_t *copy = json_copy(entry);
        json_object_set_new(copy, "id", json_integer(strtoll(id, NULL, 10)));
        json_array_append_new(list, copy);
    }
}

json_t *spec_byte_level(json_t *vocab, json_t *merges, const char *regex, bool compose)
{
    json_t *level =
        json_pack("{s:s, s:b, s:b}", "type", "ByteLevel", "add_prefix_space", 0, "use_regex", !regex);
    json_t *cut = regex ? json_pack("{s:s, s:[{s:s, s:{s:s}, s:s}, O]}", "type", "Sequence", "pretokenizers",
                                    "type", "Split", "pattern", "Regex", regex, "behavior", "Isolated", level)
                        : json_incref(level);
    json_t *model = json_pack("{s:s, s:o, s:o}", "type", "BPE", "vocab", vocab, "merges", merges);
    json_t *spec = json_pack("{s:[], s:o, s:o, s:o}", "added_tokens", "pre_tokenizer", cut, "decoder", level,
                             "model", model);
    if (compose)
        json_object_set_new(spec, "normalizer", json_pack("{s:s}", "type", "NFC"));
    return spec;
}

static bool folder_is_qwen2(const json_t *tokenizer_config, const json_t *config)
{
    const char *type = json_text(tokenizer_config, "tokenizer_class", json_text(config, "model_type", ""));
    return strstr(type, "Qwen2") || strstr(type, "qwen2") || strstr(type, "Dream") || strstr(type, "dream");
}

static json_t *vocabulary_file(const char *folder, struct lacuna_error *error)
{
    char *path = path_join(folder, "vocab.json");
    json_t *vocab = json_from_file(path, error);
    free(path);
    return vocab;
}

json_t *spec_from_merges(const char *folder, struct lacuna_error *error)
{
    json_t *vocab = vocabulary_file(folder, error);
    if (!vocab)
        return NULL;
    char *path = path_join(folder, "merges.txt");
    json_t *merges = merges_from_lines(path, error);
    free(path);
    if (!merges) {
        json_decref(vocab);
        return NULL;
    }
    json_t *tokenizer_config = json_beside(folder, "tokenizer_config.json"),
           *config = json_beside(folder, "config.json");
    bool like_qwen2 = folder_is_qwen2(tokenizer_config, config);
    const json_t *end = json_object_get(vocab, "<|endoftext|>");
    json_t *spec = spec_byte_level(vocab, merges, like_qwen2 ? qwen2 : NULL, like_qwen2);
    added_take(spec, tokenizer_config);
    if (json_is_integer(end) && !json_array_size(json_object_get(spec, "added_tokens")))
        spec_add_special(spec, "<|endoftext|>", json_integer_value(end));
    json_decref(tokenizer_config);
    json_decref(config);
    return spec;
}

/* BERT's own tokenizer knows a mark where it is a word of its own. */
static void mark_add(json_t *spec, const char *content, json_int_t id)
{
    json_t *list = json_object_get(spec, "added_tokens");
    spec_add_special(spec, content, id);
    json_object_set_new(json_array_get(list, json_array_size(list) - 1), "single_word", json_true());
}

/* The last place of a word in a list; NULL: it is not there. The caller's. */
static json_t *word_id(const json_t *words, const char *word)
{
    for (size_t k = json_array_size(words); k > 0; k--) {
        const char *found = json_string_value(json_array_get(words, k - 1));
        if (found && !strcmp(found, word))
            return json_integer((json_int_t)k - 1);
    }
    return NULL;
}

static json_t *wordpiece_spec(json_t *vocab, const json_t *config)
{
    json_t *normalizer = json_pack("{s:s, s:b, s:b, s:b}", "type", "BertNormalizer", "clean_text", 1,
                                   "handle_chinese_chars", json_flag(config, "tokenize_chinese_chars", true),
                                   "lowercase", json_flag(config, "do_lower_case", true));
    const json_t *strip = json_object_get(config, "strip_accents");
    if (json_is_boolean(strip))
        json_object_set(normalizer, "strip_accents", (json_t *)strip);
    json_t *model = json_pack("{s:s, s:s, s:o}", "type", "WordPiece", "unk_token",
                              json_text(config, "unk_token", "[UNK]"), "vocab", vocab);
    json_t *spec = json_pack("{s:[], s:o, s:{s:s}, s:{s:s}, s:o}", "added_tokens", "normalizer", normalizer,
                             "pre_tokenizer", "type", "BertPreTokenizer", "decoder", "type", "WordPiece",
                             "model", model);
    static const char *const marks[] = { "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]" };
    for (size_t k = 0; k < sizeof marks / sizeof *marks; k++) {
        json_t *id = word_id(vocab, marks[k]);
        if (id)
            mark_add(spec, marks[k], json_integer_value(id));
        json_decref(id);
    }
    json_t *cls = word_id(vocab, "[CLS]"), *sep = word_id(vocab, "[SEP]");
    if (cls && sep)
        json_object_set_new(spec, "post_processor",
                            json_pack("{s:s, s:[s, O], s:[s, O]}", "type", "BertProcessing", "cls", "[CLS]",
                                      cls, "sep", "[SEP]", sep));
    json_decref(cls);
    json_decref(sep);
    return spec;
}

json_t *spec_from_words(const char *folder, struct lacuna_error *error)
{
    char *path = path_join(folder, "vocab.txt");
    json_t *vocab = json_array(), *spec = NULL;
    if (lines_read(path, word_take, vocab, error)) {
        json_t *config = json_beside(folder, "tokenizer_config.json");
        spec = wordpiece_spec(json_incref(vocab), config);
        json_decref(config);
    }
    json_decref(vocab);
    free(path);
    return spec;
}

static json_t *characters_spec(json_t *vocab, const char *unknown)
{
    json_t *model = json_pack("{s:s, s:o, s:[]}", "type", "BPE", "vocab", vocab, "merges");
    if (unknown)
        json_object_set_new(model, "unk_token", json_string(unknown));
    return json_pack("{s:[], s:{s:s}, s:o}", "added_tokens", "decoder", "type", "Fuse", "model", model);
}

json_t *spec_from_vocabulary(const char *folder, struct lacuna_error *error)
{
    json_t *vocab = vocabulary_file(folder, error);
    if (!vocab)
        return NULL;
    if (vocabulary_is_words(vocab))
        return spec_from_word_list(vocab);
    static const char *const unknowns[] = { "<unk>", "[UNK]", "<UNK>" };
    const char *unknown = NULL;
    for (size_t k = 0; k < sizeof unknowns / sizeof *unknowns; k++)
        if (json_object_get(vocab, unknowns[k]))
            unknown = unknowns[k];
    return characters_spec(vocab, unknown);
}

json_t *spec_from_ascii(const json_t *config, struct lacuna_error *error)
{
    int64_t size = json_whole(config, "vocab_size", 128), mask = json_whole(config, "mask_token_id", 0);
    if (size < 1 || size > 128 || mask < 0 || mask >= size) {
        fail(error, LACUNA_MODEL,
             "a vocabulary of ASCII codes has at most 128, one of them the mask; the configuration says %d",
             (int)size);
        return NULL;
    }
    json_t *vocab = json_object();
    for (int code = 0; code < size; code++) {
        char letter = (char)code;
        if (code != mask)
            json_object_setn_new(vocab, &letter, 1, json_integer(code));
    }
    json_object_set_new(vocab, "<mask>", json_integer(mask));
    json_t *spec = characters_spec(vocab, size == 128 ? "\x7f" : NULL);
    spec_add_special(spec, "<mask>", mask);
    return spec;
}
