/* What a network is shown: rows whose holes, wherever they are cut, put back the text of the corpus byte for
 * byte. */
#include "training_text.h"

#include "model/train/draw.h"
#include "model/train/rows.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { LENGTH = 96, ROWS = 1500 };

struct fixture {
    char *folder, *data;
    struct corpus *corpus;
    char *text; /* of the train part */
    size_t size;
};

static int begin(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    *state = f;
    f->folder = training_folder();
    f->data = training_data(f->folder);
    f->corpus = f->data ? corpus_open(f->data, "train", NULL) : NULL;
    if (!f->corpus)
        return -1;
    struct ids ids = { 0 };
    for (size_t i = 0; i < f->corpus->token_count; i++)
        ids_push(&ids, f->corpus->tokens[i]);
    f->text = tokenizer_decode(f->corpus->tokenizer, ids.at, ids.count, false, &f->size, NULL);
    ids_free(&ids);
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    corpus_close(f->corpus);
    free(f->text);
    free(f->data);
    training_remove(f->folder);
    free(f);
    return 0;
}

static const struct row *make(struct row_maker *maker, int n)
{
    struct random random = draw_stream(7, DRAW_ROW, (uint64_t)n);
    return row_maker_make(maker, &random, n % 10 / 10.0);
}

static void what_is_asked_for_is_the_text(void **state)
{
    struct fixture *f = *state;
    struct row_recipe recipe = row_recipe_default(LENGTH);
    recipe.spoilt = 0.5;
    struct row_maker *maker = row_maker_new(f->corpus, recipe);
    for (int n = 0; n < ROWS; n++) {
        const struct row *row = make(maker, n);
        struct ids ids = { 0 };
        for (int i = ATTRIBUTE_SLOTS; i < row->count; i++)
            if (row->wanted[i] != TOKEN_NULL)
                ids_push(&ids, row->wanted[i]);
        size_t size;
        char *text = tokenizer_decode(f->corpus->tokenizer, ids.at, ids.count, false, &size, NULL);
        assert_non_null(memmem(f->text, f->size, text, size));
        free(text);
        ids_free(&ids);
    }
    row_maker_free(maker);
}

static void a_hole_keeps_the_place_of_its_bucket(void **state)
{
    struct fixture *f = *state;
    struct row_recipe recipe = row_recipe_default(LENGTH);
    recipe.uniform = 0.0;
    struct row_maker *maker = row_maker_new(f->corpus, recipe);
    int tails = 0, exact = 0;
    for (int n = 0; n < ROWS; n++) {
        const struct row *row = make(maker, n);
        for (int i = 1; i < row->count; i++) {
            assert_true(row->positions[i] > row->positions[i - 1]);
            if (row->kinds[i - 1] != KIND_HOLE || row->kinds[i] == KIND_HOLE)
                continue;
            int start = i - 1;
            while (row->kinds[start - 1] == KIND_HOLE)
                start--;
            int bucket = row->positions[i] - row->positions[start], known = 0;
            for (int b = 0; b < BUCKET_COUNT; b++)
                known += bucket == bucket_sizes[b];
            assert_int_equal(known, 1);
            tails += row->wanted[i - 1] == TOKEN_NULL;
            exact += bucket != i - start;
        }
    }
    assert_true(tails > ROWS / 10 && exact > ROWS / 10);
    row_maker_free(maker);
}

static void masks_and_weights_go_together(void **state)
{
    struct fixture *f = *state;
    struct row_recipe recipe = row_recipe_default(LENGTH);
    recipe.spoilt = 0.0;
    struct row_maker *maker = row_maker_new(f->corpus, recipe);
    for (int n = 0; n < ROWS; n++) {
        const struct row *row = make(maker, n);
        int masked = 0;
        for (int i = 0; i < row->count; i++) {
            bool hidden = row->ids[i] == TOKEN_MASK;
            assert_true(hidden == (row->weight[i] > 0.0f));
            assert_true(!hidden || row->kinds[i] == KIND_HOLE);
            assert_true(hidden || row->ids[i] == row->wanted[i]);
            assert_true((row->kinds[i] == KIND_ATTRIBUTE) == (i < ATTRIBUTE_SLOTS));
            masked += hidden;
        }
        assert_true(masked > 0);
    }
    row_maker_free(maker);
}

static void causal_rows_ask_for_the_next_piece(void **state)
{
    struct fixture *f = *state;
    struct row_recipe recipe = row_recipe_default(LENGTH);
    recipe.causal = true;
    struct row_maker *maker = row_maker_new(f->corpus, recipe);
    for (int n = 0; n < 100; n++) {
        const struct row *row = make(maker, n);
        double sum = 0.0;
        for (int i = 0; i < row->count; i++) {
            sum += (double)row->weight[i];
            if (row->weight[i] > 0.0f)
                assert_int_equal(row->wanted[i], row->ids[i + 1]);
        }
        assert_true(fabs(sum - 1.0) < 1e-4);
    }
    row_maker_free(maker);
}

static void misspelt_words_are_asked_for(void **state)
{
    struct fixture *f = *state;
    struct row_recipe recipe = row_recipe_default(LENGTH);
    recipe.spoilt = 1.0;
    recipe.uniform = 0.0;
    struct row_maker *maker = row_maker_new(f->corpus, recipe);
    int spoilt = 0, clean = 0;
    for (int n = 0; n < ROWS; n++) {
        const struct row *row = make(maker, n);
        for (int i = 0; i < row->count; i++) {
            bool wrong = row->kinds[i] == KIND_CONTEXT && row->ids[i] != row->wanted[i];
            assert_true(!wrong || row->weight[i] > 0.0f);
            spoilt += wrong;
            clean += row->kinds[i] == KIND_CONTEXT && !wrong && row->weight[i] > 0.0f;
        }
    }
    assert_true(spoilt > ROWS && clean >= spoilt);
    row_maker_free(maker);
}

static void a_row_depends_on_seed_step_and_place_alone(void **state)
{
    struct fixture *f = *state;
    struct row_maker *one = row_maker_new(f->corpus, row_recipe_default(LENGTH));
    struct row_maker *two = row_maker_new(f->corpus, row_recipe_default(LENGTH));
    struct batch a = { 0 }, b = { 0 };
    row_maker_fill(one, 5, 3, 8, 1.0, &a);
    batch_clear(&a);
    row_maker_fill(one, 5, 4, 8, 1.0, &a);
    row_maker_fill(two, 5, 4, 8, 1.0, &b);
    assert_int_equal(a.count, b.count);
    assert_int_equal(a.chosen, b.chosen);
    assert_memory_equal(a.ids, b.ids, sizeof *a.ids * (size_t)a.count);
    assert_memory_equal(a.weight, b.weight, sizeof *a.weight * (size_t)a.chosen);
    batch_clear(&b);
    row_maker_fill(two, 6, 4, 8, 1.0, &b);
    assert_true(a.count != b.count || memcmp(a.ids, b.ids, sizeof *a.ids * (size_t)a.count) != 0);
    batch_free(&a);
    batch_free(&b);
    row_maker_free(one);
    row_maker_free(two);
}

static void broken_folders_are_refused(void **state)
{
    struct fixture *f = *state;
    struct lacuna_error error = { 0 };
    char *tokens = path_join(f->data, "test.tokens.bin"), *sentences = path_join(f->data, "test.sents.bin");
    uint16_t outside[40] = { [39] = 65535 };
    assert_true(file_write(tokens, outside, sizeof outside, NULL));
    assert_null(corpus_open(f->data, "test", &error));
    assert_non_null(strstr(error.message, "test."));
    assert_true(file_write(sentences, "odd", 3, NULL));
    assert_null(corpus_open(f->data, "test", &error));
    assert_non_null(strstr(error.message, "test.sents.bin"));
    assert_null(corpus_open(f->folder, "train", &error));
    free(tokens);
    free(sentences);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_for_is_the_text),
        cmocka_unit_test(a_hole_keeps_the_place_of_its_bucket),
        cmocka_unit_test(masks_and_weights_go_together),
        cmocka_unit_test(causal_rows_ask_for_the_next_piece),
        cmocka_unit_test(misspelt_words_are_asked_for),
        cmocka_unit_test(a_row_depends_on_seed_step_and_place_alone),
        cmocka_unit_test(broken_folders_are_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
