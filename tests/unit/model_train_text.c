/* Plain text on its way into training. */
#include "training_text.h"

#include "model/train/corpus.h"
#include "model/train/plain_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void assert_clean(const char *text, const char *wanted)
{
    struct buffer out = { 0 };
    plain_text_clean(text, strlen(text), &out);
    assert_string_equal(out.at ? out.at : "", wanted);
    buffer_free(&out);
}

static void paragraphs_become_lines(void **state)
{
    (void)state;
    assert_clean("", "");
    assert_clean("\n \n", "");
    assert_clean("one\r\ntwo", "one\ntwo\n");
    assert_clean("a line\nthat goes on\n\n\n  the next \n", "a line that goes on\nthe next\n");
    assert_clean("\n\nlines\nalone\n", "lines\nalone\n");
}

static void assert_sentence(const char *text, const char *first)
{
    assert_int_equal(plain_text_sentence(text, strlen(text)), strlen(first));
}

static void sentences_end_where_another_begins(void **state)
{
    (void)state;
    assert_sentence("He went. She stayed.", "He went.");
    assert_sentence("\"Did he?\" She stayed.", "\"Did he?\"");
    assert_sentence("It cost 3.50 at most. \u201cToo much!\u201d", "It cost 3.50 at most.");
    assert_sentence("no. it goes on", "no. it goes on");
    assert_sentence("...", "...");
    assert_sentence("x", "x");
}

static void a_prepared_folder_holds_the_text(void **state)
{
    (void)state;
    char *folder = training_folder(), *data = training_data(folder);
    assert_non_null(data);
    uint64_t tokens = 0;
    static const char *const splits[] = { "train", "valid", "test" };
    for (size_t i = 0; i < 3; i++) {
        struct corpus *corpus = corpus_open(data, splits[i], NULL);
        assert_non_null(corpus);
        assert_true(corpus->document_count > 0 && corpus->sentence_count >= corpus->document_count);
        tokens += corpus->token_count;
        for (size_t n = 0; n < corpus->sentence_count; n++)
            assert_true(corpus->sentences[n].start < corpus->sentences[n].end);
        corpus_close(corpus);
    }
    assert_true(tokens > 10000);
    free(data);
    training_remove(folder);
}

static void too_little_text_is_refused(void **state)
{
    (void)state;
    char *folder = training_folder(), *file = path_join(folder, "text"), *data = path_join(folder, "data");
    assert_true(file_write(file, "Short.\n", 7, NULL));
    struct lacuna_error error = { 0 };
    struct preparation preparation = {
        .files = (const char *const[]){ file }, .file_count = 1, .vocabulary = 512, .folder = data
    };
    assert_false(prepare_text(&preparation, NULL, &error));
    assert_non_null(strstr(error.message, "too little"));
    preparation.files = (const char *const[]){ "/nowhere/at/all" };
    assert_false(prepare_text(&preparation, NULL, &error));
    assert_non_null(strstr(error.message, "/nowhere/at/all"));
    free(file);
    free(data);
    training_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paragraphs_become_lines),
        cmocka_unit_test(sentences_end_where_another_begins),
        cmocka_unit_test(a_prepared_folder_holds_the_text),
        cmocka_unit_test(too_little_text_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
