/* BertNormalizer: controls away, blanks plain, Chinese characters apart, accents off, lower case (Devlin et
 * al. 2019, tokenization.py). */
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/base/utf8.h"
#include "model/tokenizer/compose.h"
#include "model/tokenizer/letters.h"
#include "model/tokenizer/lower.h"
#include "model/tokenizer/part.h"

#include <stdlib.h>

struct bert {
    bool clean, chinese, strip, lower;
};

static bool bert_open(void **state, const json_t *options, struct lacuna_error *error)
{
    (void)error;
    struct bert *bert = memory_new(1, sizeof *bert);
    bert->clean = json_flag(options, "clean_text", true);
    bert->chinese = json_flag(options, "handle_chinese_chars", true);
    bert->lower = json_flag(options, "lowercase", true);
    bert->strip = json_flag(options, "strip_accents", bert->lower);
    *state = bert;
    return true;
}

static void letter_clean(const struct bert *bert, uint32_t code, struct buffer *out)
{
    bool blank = letter_is_space(code);
    if (bert->clean && (code == 0 || code == 0xfffd ||
                        (letter_is_other(code) && code != '\t' && code != '\n' && code != '\r')))
        return;
    if (bert->clean && blank)
        code = ' ';
    bool apart = bert->chinese && letter_is_chinese(code);
    if (apart)
        buffer_add_byte(out, ' ');
    buffer_add_letter(out, code);
    if (apart)
        buffer_add_byte(out, ' ');
}

static void letter_fold(const struct bert *bert, uint32_t code, struct buffer *out)
{
    if (bert->strip && letter_is_accent(code))
        return;
    if (bert->lower)
        buffer_add_lower(out, code);
    else
        buffer_add_letter(out, code);
}

static bool bert_run(const void *state, const char *text, size_t size, bool begins, struct pieces *out,
                     struct lacuna_error *error)
{
    (void)error;
    const struct bert *bert = state;
    struct buffer clean = { 0 }, apart = { 0 };
    uint32_t code;
    for (size_t at = 0, length; at < size && (length = utf8_decode(text + at, size - at, &code));
         at += length)
        letter_clean(bert, code, &clean);
    if (bert->strip) {
        text_compose(clean.at, clean.size, false, false, &apart);
        buffer_free(&clean);
    } else {
        apart = clean;
    }
    size_t start = out->text.size;
    for (size_t at = 0, length;
         at < apart.size && (length = utf8_decode(apart.at + at, apart.size - at, &code)); at += length)
        letter_fold(bert, code, &out->text);
    buffer_free(&apart);
    pieces_close(out, start, begins);
    return true;
}

const struct stage normalizer_bert = {
    .type = "BertNormalizer", .open = bert_open, .close = free, .run = bert_run
};
