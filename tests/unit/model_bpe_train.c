#include "model/tokenizer/bpe_train.h"

#include "model/tokenizer/tokenizer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static const char *const specials[] = { "<pad>", "<mask>" };

static json_t *learn(const char *const *texts, size_t count, int merges, struct lacuna_error *error)
{
    struct piece_counts *counts = piece_counts_new(NULL, error);
    for (size_t k = 0; k < count; k++)
        assert_true(piece_counts_add(counts, texts[k], strlen(texts[k]), error));
    struct bpe_recipe recipe = { .vocabulary = 258 + merges, .specials = specials, .special_count = 2 };
    json_t *spec = bpe_train(counts, &recipe, error);
    piece_counts_free(counts);
    return spec;
}

static const char *merge_at(const json_t *spec, size_t k)
{
    return json_string_value(json_array_get(json_object_get(json_object_get(spec, "model"), "merges"), k));
}

static void the_most_frequent_pair_is_merged_first(void **state)
{
    (void)state;
    /* "hug" 10, "pug" 5, "pun" 12, "bun" 4, "hugs" 5: the worked example of the BPE literature, ug 20, un 16,
     * hug 15. */
    const char *texts[36];
    size_t count = 0;
    const char *const words[] = { "hug", "pug", "pun", "bun", "hugs" };
    const int often[] = { 10, 5, 12, 4, 5 };
    for (int word = 0; word < 5; word++)
        for (int k = 0; k < often[word]; k++)
            texts[count++] = words[word];
    json_t *spec = learn(texts, count, 3, NULL);
    assert_string_equal(merge_at(spec, 0), "u g");
    assert_string_equal(merge_at(spec, 1), "u n");
    assert_string_equal(merge_at(spec, 2), "h ug");
    json_decref(spec);
}

static void ties_go_to_the_lower_ids(void **state)
{
    (void)state;
    const char *const texts[] = { "zy", "ba", "xw", "zy", "ba", "xw" };
    json_t *spec = learn(texts, 6, 3, NULL);
    assert_string_equal(merge_at(spec, 0), "b a");
    assert_string_equal(merge_at(spec, 1), "x w");
    assert_string_equal(merge_at(spec, 2), "z y");
    json_decref(spec);
}

static void what_was_learnt_encodes_and_decodes(void **state)
{
    (void)state;
    const char *const texts[] = { "the cat sat on the mat and the dog sat on the log",
                                  "\xc3\xa9t\xc3\xa9 the the" };
    struct lacuna_error error = { 0 };
    json_t *spec = learn(texts, 2, 12, &error);
    struct tokenizer *tokenizer = tokenizer_from_json(spec, "learnt", &error);
    json_decref(spec);
    assert_non_null(tokenizer);
    assert_int_equal(tokenizer_size(tokenizer), 270);
    assert_string_equal(tokenizer_describe(tokenizer), "byte-level BPE, 270 pieces");
    struct ids ids = { 0 };
    const char text[] = "sat on \xff the 12345<mask> \xc3\xa9";
    assert_true(tokenizer_encode(tokenizer, text, strlen(text), false, &ids, &error));
    size_t size;
    char *back = tokenizer_decode(tokenizer, ids.at, ids.count, false, &size, &error);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(back, text, size);
    free(back);
    ids.count = 0;
    assert_true(tokenizer_encode(tokenizer, "on<mask>", 8, true, &ids, &error));
    assert_int_equal(ids.at[ids.count - 1], 1);
    ids_free(&ids);
    tokenizer_close(tokenizer);
}

static void too_little_text_and_bad_recipes_are_refused(void **state)
{
    (void)state;
    const char *const texts[] = { "ab" };
    struct lacuna_error error = { 0 };
    assert_null(learn(texts, 1, 5, &error));
    assert_non_null(strstr(error.message, "only 1 merges"));
    assert_null(learn(texts, 1, -5, &error));
    assert_non_null(strstr(error.message, "no room"));
    struct piece_counts *counts = piece_counts_new(NULL, &error);
    assert_false(piece_counts_add(counts, "a\xff", 2, &error));
    assert_non_null(strstr(error.message, "byte 1"));
    piece_counts_free(counts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_frequent_pair_is_merged_first),
        cmocka_unit_test(ties_go_to_the_lower_ids),
        cmocka_unit_test(what_was_learnt_encodes_and_decodes),
        cmocka_unit_test(too_little_text_and_bad_recipes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
