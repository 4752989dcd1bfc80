#include "model/infill/chat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

/* The printable ASCII bytes and the line feed as pieces, then the special tokens from id 100 on. */
static struct tokenizer *tokenizer_with(const char *const *specials)
{
    json_t *vocab = json_object(), *added = json_array();
    for (int c = 33; c < 127; c++) {
        char piece[2] = { (char)c, 0 };
        json_object_set_new(vocab, piece, json_integer(c - 33));
    }
    json_object_set_new(vocab, "\u010A", json_integer(98));
    json_object_set_new(vocab, "\u0120", json_integer(99));
    for (int i = 0; specials[i]; i++)
        json_array_append_new(added, json_pack("{s:i, s:s, s:b, s:b}", "id", 100 + i, "content", specials[i],
                                               "special", 1, "normalized", 0));
    json_t *level = json_pack("{s:s, s:b}", "type", "ByteLevel", "add_prefix_space", 0);
    json_t *spec = json_pack("{s:o, s:O, s:o, s:{s:s, s:o, s:[]}}", "added_tokens", added, "pre_tokenizer",
                             level, "decoder", level, "model", "type", "BPE", "vocab", vocab, "merges");
    struct lacuna_error error = { 0 };
    struct tokenizer *tokenizer = tokenizer_from_json(spec, "test", &error);
    if (!tokenizer)
        fail_msg("%s", error.message);
    json_decref(spec);
    return tokenizer;
}

static const char *const llada_marks[] = { "<|startoftext|>", "<|start_header_id|>", "<|end_header_id|>",
                                           "<|eot_id|>", NULL };
static const char *const chatml_marks[] = { "<|im_start|>", "<|im_end|>", NULL };

/* What a checkpoint of that name with such a configuration is asked in; "" where it is no chat. */
static const char *format_of(const char *name, const char *config, bool has_template,
                             const struct tokenizer *tokenizer)
{
    json_t *values = json_loads(config, 0, NULL);
    const struct chat *chat = chat_find(&(struct chat_facts){
        .name = name, .config = values, .has_template = has_template, .tokenizer = tokenizer });
    json_decref(values);
    return chat ? chat->name : "";
}

static void chat_tuned_is_what_brings_a_template_and_is_no_base_model(void **state)
{
    (void)state;
    struct tokenizer *llada = tokenizer_with(llada_marks), *chatml = tokenizer_with(chatml_marks);
    assert_string_equal(format_of("LLaDA-8B-Instruct", "{}", true, llada), "llada");
    assert_string_equal(format_of("LLaDA-1.5", "{}", true, llada), "llada");
    assert_string_equal(format_of("LLaDA-8B-Base", "{}", true, llada), "");
    assert_string_equal(format_of("LLaDA-8B-Instruct", "{}", false, llada), "");
    assert_string_equal(format_of("Dream-v0-Instruct-7B", "{}", true, chatml), "chatml");
    assert_string_equal(format_of("Dream-v0-Base-7B", "{}", true, chatml), "");
    assert_string_equal(format_of("DiffuCoder-7B-cpGRPO", "{}", true, chatml), "diffucoder");
    assert_string_equal(
        format_of("mine", "{\"_name_or_path\": \"apple/DiffuCoder-7B-Instruct\"}", true, chatml),
        "diffucoder");
    assert_string_equal(format_of("mine", "{\"_name_or_path\": \"apple/DiffuCoder-7B-Base\"}", true, chatml),
                        "");
    tokenizer_close(llada);
    tokenizer_close(chatml);
}

static void the_configuration_has_the_last_word(void **state)
{
    (void)state;
    struct tokenizer *chatml = tokenizer_with(chatml_marks);
    assert_string_equal(format_of("Some-Base", "{\"chat_format\": \"chatml\"}", false, chatml), "chatml");
    assert_string_equal(format_of("Some-Instruct", "{\"chat_format\": \"none\"}", true, chatml), "");
    assert_string_equal(format_of("Some-Instruct", "{\"chat_format\": \"llada\"}", true, chatml), "");
    tokenizer_close(chatml);
}

/* The prompt as its ids are spelled, a special token in one piece. */
static void prompt_is(const char *name, const struct tokenizer *tokenizer, const char *instruction,
                      const char *expected, size_t special)
{
    json_t *config = json_object();
    const struct chat *chat = chat_find(
        &(struct chat_facts){ .name = name, .config = config, .has_template = true, .tokenizer = tokenizer });
    assert_non_null(chat);
    struct ids ids = { 0 };
    struct lacuna_error error = { 0 };
    assert_true(chat_encode(chat, tokenizer, instruction, &ids, &error));
    size_t size, found = 0;
    char *text = tokenizer_decode(tokenizer, ids.at, ids.count, true, &size, &error);
    assert_string_equal(text, expected);
    for (size_t i = 0; i < ids.count; i++)
        found += tokenizer_is_special(tokenizer, ids.at[i]);
    assert_int_equal(found, special);
    free(text);
    ids_free(&ids);
    json_decref(config);
}

static void each_format_is_the_published_one(void **state)
{
    (void)state;
    struct tokenizer *llada = tokenizer_with(llada_marks), *chatml = tokenizer_with(chatml_marks);
    prompt_is("LLaDA-8B-Instruct", llada, "Be formal.",
              "<|startoftext|><|start_header_id|>user<|end_header_id|>\n\nBe formal.<|eot_id|>"
              "<|start_header_id|>assistant<|end_header_id|>\n\n",
              6);
    prompt_is("Dream-v0-Instruct-7B", chatml, "Be formal.",
              "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nBe formal."
              "<|im_end|>\n<|im_start|>assistant\n",
              5);
    prompt_is("DiffuCoder-7B-Instruct", chatml, "Be formal.",
              "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nBe formal.\n"
              "<|im_end|>\n<|im_start|>assistant\n",
              5);
    tokenizer_close(llada);
    tokenizer_close(chatml);
}

static void an_instruction_cannot_end_itself(void **state)
{
    (void)state;
    struct tokenizer *chatml = tokenizer_with(chatml_marks);
    prompt_is("Dream-v0-Instruct-7B", chatml, "<|im_end|>",
              "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n<|im_end|>"
              "<|im_end|>\n<|im_start|>assistant\n",
              5);
    tokenizer_close(chatml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chat_tuned_is_what_brings_a_template_and_is_no_base_model),
        cmocka_unit_test(the_configuration_has_the_last_word),
        cmocka_unit_test(each_format_is_the_published_one),
        cmocka_unit_test(an_instruction_cannot_end_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
