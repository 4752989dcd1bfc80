#include "model/tokenizer/files.h"
#include "model/tokenizer/tokenizer.h"

#include "model/base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Specs are written with ' for " to be readable. */
static json_t *parse(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    assert_true(vasprintf(&text, format, arguments) > 0);
    va_end(arguments);
    for (char *at = text; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    json_error_t problem;
    json_t *value = json_loads(text, 0, &problem);
    if (!value)
        fail_msg("%s: %s", problem.text, text);
    free(text);
    return value;
}

static struct tokenizer *open_spec(json_t *spec)
{
    struct lacuna_error error = { 0 };
    struct tokenizer *tokenizer = tokenizer_from_json(spec, "test", &error);
    json_decref(spec);
    if (!tokenizer)
        fail_msg("%s", error.message);
    return tokenizer;
}

/* The ids of a text as spellings, joined by |. */
static void assert_cut(const struct tokenizer *tokenizer, const char *text, const char *expected)
{
    struct ids ids = { 0 };
    struct buffer spelled = { 0 };
    assert_true(tokenizer_encode(tokenizer, text, strlen(text), true, &ids, NULL));
    buffer_add_text(&spelled, "");
    for (size_t k = 0; k < ids.count; k++)
        buffer_print(&spelled, "%s%s", k ? "|" : "", tokenizer_spelling(tokenizer, ids.at[k]));
    assert_string_equal(spelled.at, expected);
    buffer_free(&spelled);
    ids_free(&ids);
}

static void assert_read(const struct tokenizer *tokenizer, const char *spellings, const char *expected)
{
    struct ids ids = { 0 };
    char *list = strdup(spellings), *rest = list;
    for (char *one; (one = strsep(&rest, "|"));)
        ids_push(&ids, tokenizer_id(tokenizer, one));
    size_t size;
    struct lacuna_error error = { 0 };
    char *text = tokenizer_decode(tokenizer, ids.at, ids.count, false, &size, &error);
    if (!text)
        fail_msg("%s", error.message);
    assert_int_equal(size, strlen(expected));
    assert_string_equal(text, expected);
    free(text);
    free(list);
    ids_free(&ids);
}

/* How a pre-tokenizer cuts: every piece becomes one token of a vocabulary that knows whole pieces alone. */
static void assert_pieces(const char *pretokenizer, const char *text, const char *expected)
{
    json_t *vocab = json_object();
    char *list = strdup(expected), *rest = list;
    json_object_set_new(vocab, "?", json_integer(0));
    for (char *one; (one = strsep(&rest, "|"));)
        if (!json_object_get(vocab, one))
            json_object_set_new(vocab, one, json_integer((json_int_t)json_object_size(vocab)));
    json_t *spec = parse("{'pre_tokenizer': %s, 'model': {'type': 'BPE', 'merges': [], 'ignore_merges': "
                         "true, 'unk_token': '?'}}",
                         pretokenizer);
    json_object_set_new(json_object_get(spec, "model"), "vocab", vocab);
    struct tokenizer *tokenizer = open_spec(spec);
    assert_cut(tokenizer, text, expected);
    tokenizer_close(tokenizer);
    free(list);
}

static void assert_normal(const char *normalizer, const char *text, const char *expected)
{
    json_t *spec = parse("{'normalizer': %s, 'model': {'type': 'BPE', 'vocab': {'%s': 0, '?': 1}, 'merges': "
                         "[], 'ignore_merges': true,"
                         " 'unk_token': '?', 'fuse_unk': true}}",
                         normalizer, expected);
    struct tokenizer *tokenizer = open_spec(spec);
    assert_cut(tokenizer, text, expected);
    tokenizer_close(tokenizer);
}

static void assert_spec_refused(json_t *spec, const char *reason)
{
    struct lacuna_error error = { 0 };
    struct tokenizer *tokenizer = tokenizer_from_json(spec, "the file", &error);
    json_decref(spec);
    assert_null(tokenizer);
    if (!strstr(error.message, reason) || !strstr(error.message, "the file"))
        fail_msg("\"%s\" was to say \"%s\"", error.message, reason);
}

static void pretokenizers_cut_as_their_names_say(void **state)
{
    (void)state;
    assert_pieces("{'type': 'Whitespace'}", "Hi, na\xc3\xafve_x 12!?  so", "Hi|,|na\xc3\xafve_x|12|!?|so");
    assert_pieces("{'type': 'Punctuation'}", "a+b, c", "a|+|b|,| c");
    assert_pieces("{'type': 'BertPreTokenizer'}", "Hey friend!  How's", "Hey|friend|!|How|'|s");
    assert_pieces("{'type': 'Digits'}", "Call 911 \xc2\xbd!", "Call |911| |\xc2\xbd|!");
    assert_pieces("{'type': 'Digits', 'individual_digits': true}", "a911b", "a|9|1|1|b");
    assert_pieces("{'type': 'Metaspace'}", "Hey my  friend",
                  "\xe2\x96\x81Hey|\xe2\x96\x81my|\xe2\x96\x81|\xe2\x96\x81"
                  "friend");
    assert_pieces("{'type': 'Metaspace', 'prepend_scheme': 'never', 'split': false}", "a b",
                  "a\xe2\x96\x81"
                  "b");
    assert_pieces("{'type': 'Split', 'pattern': {'Regex': '\\\\s+'}, 'behavior': 'Removed'}", "a b  c",
                  "a|b|c");
    assert_pieces("{'type': 'Split', 'pattern': {'String': '-'}, 'behavior': 'Isolated'}", "a-b--c",
                  "a|-|b|-|-|c");
    assert_pieces("{'type': 'Split', 'pattern': {'String': '-'}, 'behavior': 'MergedWithPrevious'}",
                  "the-final--countdown", "the-|final-|-|countdown");
    assert_pieces("{'type': 'Split', 'pattern': {'String': '-'}, 'behavior': 'MergedWithNext'}",
                  "the-final--countdown", "the|-final|-|-countdown");
    assert_pieces("{'type': 'Split', 'pattern': {'String': '-'}, 'behavior': 'Contiguous'}",
                  "the-final--countdown", "the|-|final|--|countdown");
    assert_pieces("{'type': 'Split', 'pattern': {'Regex': '[0-9]+'}, 'behavior': 'Removed', 'invert': true}",
                  "a12b3", "12|3");
    assert_pieces("{'type': 'Sequence', 'pretokenizers': [{'type': 'Whitespace'}, {'type': 'Digits'}]}",
                  "ab12 c3", "ab|12|c|3");
    assert_pieces("{'type': 'ByteLevel', 'add_prefix_space': true}", "it's x", "\xc4\xa0it|'s|\xc4\xa0x");
}

static void normalizers_change_text_as_their_names_say(void **state)
{
    (void)state;
    assert_normal("{'type': 'NFC'}", "e\xcc\x81", "\xc3\xa9");
    assert_normal("{'type': 'NFD'}", "\xc3\xa9", "e\xcc\x81");
    assert_normal("{'type': 'NFKC'}", "\xef\xac\x81\xc2\xb2", "fi2");
    assert_normal("{'type': 'Lowercase'}", "\xc3\x84rger \xce\xa3", "\xc3\xa4rger \xcf\x83");
    assert_normal("{'type': 'Lowercase'}", "\xc4\xb0", "i\xcc\x87");
    assert_normal("{'type': 'BertNormalizer'}", "H\xc3\xa9llo\tW\x01orld\xe6\x97\xa5",
                  "hello world \xe6\x97\xa5 ");
    assert_normal("{'type': 'BertNormalizer', 'lowercase': false, 'handle_chinese_chars': false}",
                  "H\xc3\xa9\xe6\x97\xa5", "H\xc3\xa9\xe6\x97\xa5");
    assert_normal("{'type': 'Prepend', 'prepend': '_'}", "ab", "_ab");
    assert_normal("{'type': 'Replace', 'pattern': {'String': ' '}, 'content': '_'}", "a b c", "a_b_c");
    assert_normal("{'type': 'Replace', 'pattern': {'Regex': ' {2,}'}, 'content': ' '}", "a   b c", "a b c");
    assert_normal("{'type': 'Strip', 'strip_left': true, 'strip_right': false}", " \xe3\x80\x80 a ", "a ");
    assert_normal("{'type': 'Strip'}", " a b\n", "a b");
    assert_normal("{'type': 'Sequence', 'normalizers': [{'type': 'NFD'}, {'type': 'Lowercase'}, {'type': "
                  "'Sequence', 'normalizers':"
                  " [{'type': 'Prepend', 'prepend': '<'}]}]}",
                  "\xc3\x89", "<e\xcc\x81");
}

static void bpe_falls_back_to_bytes_or_unknown(void **state)
{
    (void)state;
    struct tokenizer *tokenizer =
        open_spec(parse("{'model': {'type': 'BPE', 'byte_fallback': true, 'unk_token': '<unk>', 'vocab': "
                        "{'<unk>': 0, 'a': 1, 'b': 2, 'ab': 3,"
                        " '<0xC3>': 4, '<0xA9>': 5, '<0xFF>': 6}, 'merges': [['a', 'b']]}, 'decoder': "
                        "{'type': 'Sequence', 'decoders':"
                        " [{'type': 'ByteFallback'}, {'type': 'Fuse'}]}}"));
    assert_cut(tokenizer, "ab\xc3\xa9", "ab|<0xC3>|<0xA9>");
    assert_cut(tokenizer, "a\xc3\xb6z", "a|<unk>|<unk>");
    assert_cut(tokenizer, "a\xff", "a|<0xFF>");
    assert_read(tokenizer, "ab|<0xC3>|<0xA9>", "ab\xc3\xa9");
    tokenizer_close(tokenizer);
}

static void bpe_knows_ends_and_middles_of_words(void **state)
{
    (void)state;
    struct tokenizer *tokenizer =
        open_spec(parse("{'pre_tokenizer': {'type': 'Whitespace'}, 'model': {'type': 'BPE', "
                        "'end_of_word_suffix': '</w>', 'vocab': {'a': 0, 'b': 1,"
                        " 'b</w>': 2, 'ab</w>': 3, 'a</w>': 4}, 'merges': ['a b</w>']}}"));
    assert_cut(tokenizer, "ab ba", "ab</w>|b|a</w>");
    tokenizer_close(tokenizer);
    tokenizer = open_spec(parse("{'pre_tokenizer': {'type': 'Whitespace'}, 'model': {'type': 'BPE', "
                                "'continuing_subword_prefix': '##',"
                                " 'vocab': {'a': 0, '##b': 1, 'ab': 2, '##a': 3}, 'merges': ['a ##b']}}"));
    assert_cut(tokenizer, "ab aa", "ab|a|##a");
    tokenizer_close(tokenizer);
}

static void wordpiece_takes_the_longest_beginning(void **state)
{
    (void)state;
    struct tokenizer *tokenizer =
        open_spec(parse("{'pre_tokenizer': {'type': 'Whitespace'}, 'decoder': {'type': 'WordPiece'}, "
                        "'post_processor': {'type': 'TemplateProcessing',"
                        " 'single': [{'SpecialToken': {'id': '[CLS]', 'type_id': 0}}, {'Sequence': {'id': "
                        "'A', 'type_id': 0}}, {'SpecialToken':"
                        " {'id': '[SEP]', 'type_id': 0}}], 'special_tokens': {'[CLS]': {'id': '[CLS]', "
                        "'ids': [5], 'tokens': ['[CLS]']}, '[SEP]':"
                        " {'id': '[SEP]', 'ids': [6], 'tokens': ['[SEP]']}}}, 'model': {'type': 'WordPiece', "
                        "'unk_token': '[UNK]',"
                        " 'continuing_subword_prefix': '##', 'max_input_chars_per_word': 9, 'vocab': "
                        "{'[UNK]': 0, 'un': 1, '##aff': 2, '##able': 3,"
                        " 'a': 4, '[CLS]': 5, '[SEP]': 6, '.': 7}}}"));
    assert_cut(tokenizer, "unaffable a unx unaffableaff", "un|##aff|##able|a|[UNK]|[UNK]");
    assert_read(tokenizer, "un|##aff|a|.", "unaff a.");
    assert_int_equal(tokenizer_before(tokenizer)->at[0], 5);
    assert_int_equal(tokenizer_after(tokenizer)->at[0], 6);
    size_t size;
    assert_memory_equal(tokenizer_piece(tokenizer, 2, &size), "aff", 3);
    assert_memory_equal(tokenizer_piece(tokenizer, 4, &size), " a", 2);
    tokenizer_close(tokenizer);
}

static void blanks_of_metaspace_come_back(void **state)
{
    (void)state;
    struct tokenizer *tokenizer =
        open_spec(parse("{'normalizer': {'type': 'Sequence', 'normalizers': [{'type': 'Prepend', 'prepend': "
                        "'_'}, {'type': 'Replace', 'pattern':"
                        " {'String': ' '}, 'content': '_'}]}, 'decoder': {'type': 'Sequence', 'decoders': "
                        "[{'type': 'Replace', 'pattern': {'String':"
                        " '_'}, 'content': ' '}, {'type': 'Fuse'}, {'type': 'Strip', 'content': ' ', "
                        "'start': 1, 'stop': 0}]}, 'model': {'type': 'BPE',"
                        " 'vocab': {'_': 0, 'a': 1, 'b': 2, '_a': 3}, 'merges': ['_ a']}}"));
    assert_cut(tokenizer, "a ab", "_a|_a|b");
    assert_read(tokenizer, "_a|_a|b", "a ab");
    size_t size;
    assert_memory_equal(tokenizer_piece(tokenizer, 3, &size), " a", 2);
    assert_int_equal(size, 2);
    tokenizer_close(tokenizer);
}

static void added_tokens_are_cut_out_first(void **state)
{
    (void)state;
    struct tokenizer *tokenizer = open_spec(
        parse("{'added_tokens': [{'id': 3, 'content': '<m>', 'special': true, 'normalized': false}, {'id': "
              "4, 'content': '<m>m', 'special':"
              " false, 'normalized': false}, {'id': 5, 'content': 'ab', 'single_word': true, 'special': "
              "false, 'normalized': false}, {'id': 6,"
              " 'content': '<l>', 'lstrip': true, 'rstrip': true, 'special': true, 'normalized': false}], "
              "'decoder': {'type': 'Fuse'}, 'model':"
              " {'type': 'BPE', 'vocab': {'a': 0, 'b': 1, ' ': 2, '<': 7, 'm': 8, '>': 9}, 'merges': []}}"));
    assert_cut(tokenizer, "a<m>b", "a|<m>|b");
    assert_cut(tokenizer, "<m>mb", "<m>m|b");
    assert_cut(tokenizer, "ab abb ab", "ab| |a|b|b| |ab");
    assert_cut(tokenizer, "a  <l> b", "a|<l>|b");
    struct ids ids = { 0 };
    assert_true(tokenizer_encode(tokenizer, "a<m>", 4, false, &ids, NULL));
    assert_int_equal(ids.count, 4);
    ids_free(&ids);
    assert_read(tokenizer, "a|<m>|b|<m>m", "ab<m>m");
    size_t size;
    assert_null(tokenizer_piece(tokenizer, 3, &size));
    assert_true(tokenizer_is_special(tokenizer, 3) && !tokenizer_is_special(tokenizer, 4));
    tokenizer_close(tokenizer);
}

static void normalized_tokens_are_found_in_normalized_text(void **state)
{
    (void)state;
    struct tokenizer *tokenizer = open_spec(parse(
        "{'added_tokens': [{'id': 3, 'content': 'Word', 'normalized': true, 'single_word': true}, {'id': 4, "
        "'content': 'Raw', 'normalized': false}], 'normalizer': {'type': 'Lowercase'}, 'model': {'type': "
        "'BPE', 'unk_token': '?', 'fuse_unk': true, 'vocab': {'?': 0, 'a': 1, ' ': 2}, 'merges': []}}"));
    assert_cut(tokenizer, "a WORD a", "a| |Word| |a");
    assert_cut(tokenizer, "a words", "a| |?");
    assert_cut(tokenizer, "aRawA", "a|Raw|a");
    assert_cut(tokenizer, "arawa", "a|?|a|?|a");
    tokenizer_close(tokenizer);
}

static void sequences_nest_everywhere(void **state)
{
    (void)state;
    assert_pieces(
        "{'type': 'Sequence', 'pretokenizers': [{'type': 'Sequence', 'pretokenizers': [{'type': 'Sequence', "
        "'pretokenizers': [{'type': 'Whitespace'}]}, {'type': 'Punctuation', 'behavior': 'Contiguous'}]}, "
        "{'type': 'Sequence', 'pretokenizers': []}, {'type': 'Digits', 'individual_digits': true}]}",
        "ab12 c!?3", "ab|1|2|c|!?|3");
    struct tokenizer *tokenizer = open_spec(parse(
        "{'pre_tokenizer': {'type': 'Sequence', 'pretokenizers': [{'type': 'Sequence', 'pretokenizers': "
        "[{'type': "
        "'Split', 'pattern': {'Regex': ' ?[a-z]+'}, 'behavior': 'Isolated'}]}, {'type': 'Sequence', "
        "'pretokenizers': [{'type': 'ByteLevel', 'use_regex': false, 'add_prefix_space': false}]}]}, "
        "'decoder': "
        "{'type': 'Sequence', 'decoders': [{'type': 'Sequence', 'decoders': [{'type': 'ByteLevel'}]}]}, "
        "'post_processor': {'type': 'Sequence', 'processors': [{'type': 'ByteLevel'}, {'type': 'Sequence', "
        "'processors': [{'type': 'BertProcessing', 'cls': ['a', 0], 'sep': ['b', 1]}]}]}, 'model': {'type': "
        "'BPE', 'vocab': {'a': 0, 'b': 1, '\xc4\xa0': 2, '\xc4\xa0"
        "a': 3}, 'merges': ['\xc4\xa0 a']}}"));
    assert_cut(tokenizer, "ab a",
               "a|b|\xc4\xa0"
               "a");
    assert_read(tokenizer,
                "a|\xc4\xa0"
                "a|b",
                "a ab");
    assert_int_equal(tokenizer_before(tokenizer)->at[0], 0);
    assert_int_equal(tokenizer_after(tokenizer)->at[0], 1);
    tokenizer_close(tokenizer);
}

/* Each of forty stages doubles what the one before made. */
static void stages_that_blow_up_a_text_are_stopped(void **state)
{
    (void)state;
    json_t *spec = parse(
        "{'normalizer': {'type': 'Sequence', 'normalizers': []}, 'model': {'type': 'BPE', 'vocab': {'a': "
        "0}, 'merges': []}}");
    json_t *stages = json_object_get(json_object_get(spec, "normalizer"), "normalizers");
    for (int k = 0; k < 40; k++)
        json_array_append_new(stages,
                              parse("{'type': 'Replace', 'pattern': {'String': 'a'}, 'content': 'aa'}"));
    struct tokenizer *tokenizer = open_spec(spec);
    struct ids ids = { 0 };
    struct lacuna_error error = { 0 };
    assert_false(tokenizer_encode(tokenizer, "aaaa", 4, false, &ids, &error));
    assert_non_null(strstr(error.message, "times longer"));
    ids_free(&ids);
    tokenizer_close(tokenizer);
}

static void whole_words_have_marks_around_them(void **state)
{
    (void)state;
    struct lacuna_error error = { 0 };
    json_t *vocab =
        json_loads("{\"START\":0,\"END\":1,\"UNK\":2,\"PAD\":3,\"the\":4,\"mill\":5,\".\":6}", 0, NULL);
    assert_true(vocabulary_is_words(vocab));
    json_t *spec = spec_from_word_list(vocab);
    struct tokenizer *tokenizer = tokenizer_from_json(spec, "words", &error);
    assert_non_null(tokenizer);
    struct ids ids = { 0 };
    size_t size;
    assert_true(tokenizer_encode(tokenizer, "the old mill.", 13, false, &ids, &error));
    assert_int_equal(ids.count, 4);
    assert_memory_equal(ids.at, ((int32_t[]){ 4, 2, 5, 6 }), sizeof(int32_t[4]));
    assert_int_equal(tokenizer_before(tokenizer)->at[0], 0);
    assert_int_equal(tokenizer_after(tokenizer)->at[0], 1);
    char *text = tokenizer_decode(tokenizer, (int32_t[]){ 0, 4, 5, 6, 1, 3 }, 6, false, &size, &error);
    assert_string_equal(text, "the mill.");
    free(text);
    ids_free(&ids);
    tokenizer_close(tokenizer);
    json_decref(spec);
}

static void tokens_without_words_are_called_by_number(void **state)
{
    (void)state;
    struct lacuna_error error = { 0 };
    json_t *spec = spec_from_numbers(20, &error);
    struct tokenizer *tokenizer = tokenizer_from_json(spec, "numbers", &error);
    struct ids ids = { 0 };
    assert_true(tokenizer_encode(tokenizer, "3 19 0", 6, false, &ids, &error));
    assert_memory_equal(ids.at, ((int32_t[]){ 3, 19, 0 }), sizeof(int32_t[3]));
    ids_free(&ids);
    tokenizer_close(tokenizer);
    json_decref(spec);
    assert_null(spec_from_numbers(0, &error));
}

static void what_is_not_known_is_refused_by_name(void **state)
{
    (void)state;
    static const char model[] = "'model': {'type': 'BPE', 'vocab': {'a': 0}, 'merges': []}";
    assert_spec_refused(parse("{'normalizer': {'type': 'NFKD'}, %s}", model), "normalizer NFKD");
    assert_spec_refused(
        parse("{'pre_tokenizer': {'type': 'Sequence', 'pretokenizers': [{'type': 'UnicodeScripts'}]}, %s}",
              model),
        "pre-tokenizer UnicodeScripts");
    assert_spec_refused(parse("{'decoder': {'type': 'CTC'}, %s}", model), "decoder CTC");
    assert_spec_refused(parse("{'post_processor': {'type': 'RobertaProcessing'}, %s}", model),
                        "post-processor RobertaProcessing");
    assert_spec_refused(parse("{'model': {'type': 'Unigram', 'vocab': [['a', 1.0]]}}"), "model Unigram");
    assert_spec_refused(
        parse("{'pre_tokenizer': {'type': 'Split', 'pattern': {'Regex': '(a'}, 'behavior': 'Isolated'}, %s}",
              model),
        "regular expression");
    assert_spec_refused(
        parse("{'pre_tokenizer': {'type': 'Split', 'pattern': {'String': 'a'}, 'behavior': 'Odd'}, %s}",
              model),
        "Odd");
    assert_spec_refused(parse("{'model': {'type': 'BPE', 'vocab': {'a': 0}, 'merges': ['a b']}}"), "merge 0");
    assert_spec_refused(parse("{'model': {'type': 'BPE', 'vocab': {'a': 0, 'b': 0}, 'merges': []}}"), "id 0");
    assert_spec_refused(parse("{'model': {'type': 'BPE', 'vocab': {'a': 2000000000}, 'merges': []}}"),
                        "out of range");
    assert_spec_refused(parse("{'model': {'type': 'BPE', 'vocab': {'a': -1}, 'merges': []}}"),
                        "out of range");
    assert_spec_refused(parse("{'added_tokens': [{'content': 'x'}], %s}", model), "out of range");
    assert_spec_refused(parse("{'model': {'type': 'WordPiece', 'vocab': {'a': 0}}}"), "[UNK]");
    assert_spec_refused(parse("{}"), "no model");
}

static void a_costly_regular_expression_ends_in_an_error(void **state)
{
    (void)state;
    struct tokenizer *tokenizer =
        open_spec(parse("{'pre_tokenizer': {'type': 'Split', 'pattern': {'Regex': '(a|aa)+[bc]'}, 'behavior':"
                        " 'Isolated'}, 'model': {'type': 'BPE', 'vocab': {'a': 0}, 'merges': []}}"));
    char text[60];
    memset(text, 'a', sizeof text);
    struct ids ids = { 0 };
    struct lacuna_error error = { 0 };
    assert_false(tokenizer_encode(tokenizer, text, sizeof text, false, &ids, &error));
    assert_non_null(strstr(error.message, "takes too long"));
    ids_free(&ids);
    tokenizer_close(tokenizer);
}

static void long_pieces_merge_as_short_ones_do(void **state)
{
    (void)state;
    struct tokenizer *tokenizer =
        open_spec(parse("{'model': {'type': 'BPE', 'vocab': {'a': 0, 'aa': 1, 'aaaa': 2, 'b': 3, 'ab': 4},"
                        " 'merges': ['a a', 'aa aa', 'a b']}}"));
    enum { LONG = 1000003 };
    char *text = malloc(LONG);
    memset(text, 'a', LONG);
    struct ids ids = { 0 };
    assert_true(tokenizer_encode(tokenizer, text, LONG, false, &ids, NULL));
    assert_int_equal(ids.count, LONG / 4 + 2);
    assert_int_equal(ids.at[0], 2);
    assert_int_equal(ids.at[ids.count - 2], 1);
    assert_int_equal(ids.at[ids.count - 1], 0);
    free(text);
    ids_free(&ids);
    tokenizer_close(tokenizer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pretokenizers_cut_as_their_names_say),
        cmocka_unit_test(normalizers_change_text_as_their_names_say),
        cmocka_unit_test(bpe_falls_back_to_bytes_or_unknown),
        cmocka_unit_test(bpe_knows_ends_and_middles_of_words),
        cmocka_unit_test(wordpiece_takes_the_longest_beginning),
        cmocka_unit_test(blanks_of_metaspace_come_back),
        cmocka_unit_test(added_tokens_are_cut_out_first),
        cmocka_unit_test(normalized_tokens_are_found_in_normalized_text),
        cmocka_unit_test(sequences_nest_everywhere),
        cmocka_unit_test(stages_that_blow_up_a_text_are_stopped),
        cmocka_unit_test(whole_words_have_marks_around_them),
        cmocka_unit_test(tokens_without_words_are_called_by_number),
        cmocka_unit_test(what_is_not_known_is_refused_by_name),
        cmocka_unit_test(a_costly_regular_expression_ends_in_an_error),
        cmocka_unit_test(long_pieces_merge_as_short_ones_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
