#include "editor/text/form.h"
#include "editor/base/bytes.h"
#include "editor/base/memory.h"
#include "editor/text/text_inside.h"
#include "editor/text/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_utf16(enum encoding encoding)
{
    return encoding == ENCODING_UTF16_LE || encoding == ENCODING_UTF16_BE;
}

/* The byte order mark at the start of a file; a UTF-32 one is none of ours. */
static size_t find_mark(const char *bytes, size_t size, enum encoding *encoding)
{
    if (size >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3)) {
        *encoding = ENCODING_UTF8;
        return 3;
    }
    if (size < 2 || (size >= 4 && !memcmp(bytes, "\xff\xfe\0\0", 4)))
        return 0;
    bool little = !memcmp(bytes, "\xff\xfe", 2), big = !memcmp(bytes, "\xfe\xff", 2);
    if (little || big)
        *encoding = little ? ENCODING_UTF16_LE : ENCODING_UTF16_BE;
    return little || big ? 2 : 0;
}

bool form_needs_decoding(const char *bytes, size_t size)
{
    enum encoding encoding;
    return find_mark(bytes, size, &encoding) || memchr(bytes, '\r', size);
}

static unsigned pair_at(const char *bytes, bool big)
{
    unsigned first = (unsigned char)bytes[0], second = (unsigned char)bytes[1];
    return big ? first << 8 | second : second << 8 | first;
}

/* UTF-8 of UTF-16; false where it is ill-formed. */
static bool decode_utf16(const char *bytes, size_t size, bool big, struct bytes *out)
{
    if (size % 2)
        return false;
    bytes_reserve(out, size + size / 2);
    for (size_t at = 0; at < size; at += 2) {
        unsigned code = pair_at(bytes + at, big);
        if (code >= 0xd800 && code <= 0xdfff) {
            unsigned low = at + 4 <= size ? pair_at(bytes + at + 2, big) : 0;
            if (code >= 0xdc00 || low < 0xdc00 || low > 0xdfff)
                return false;
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            at += 2;
        }
        bytes_reserve(out, 4);
        out->size += unit_encode((int32_t)code, out->data + out->size);
    }
    return true;
}

static void decode_latin1(const char *bytes, size_t size, struct bytes *out)
{
    bytes_reserve(out, size * 2);
    for (size_t at = 0; at < size; at++)
        out->size += unit_encode((unsigned char)bytes[at], out->data + out->size);
}

/* Whether every line feed follows a carriage return, and there is one. */
static bool ends_lines_in_pairs(const char *bytes, size_t size)
{
    const char *at = memchr(bytes, '\r', size) ? memchr(bytes, '\n', size) : NULL, *end = bytes + size;
    if (!at)
        return false;
    for (; at; at = memchr(at + 1, '\n', (size_t)(end - at - 1)))
        if (at == bytes || at[-1] != '\r')
            return false;
    return true;
}

static size_t drop_carriage_returns(char *bytes, size_t size)
{
    size_t kept = 0;
    for (size_t at = 0; at < size; at++)
        if (bytes[at] != '\r' || at + 1 == size || bytes[at + 1] != '\n')
            bytes[kept++] = bytes[at];
    return kept;
}

/* The bytes behind the mark in UTF-8; a new block, or the old one where they are that already. */
static char *decode_bytes(char *bytes, size_t *size, size_t mark, struct file_form *form)
{
    struct bytes out = { 0 };
    if (is_utf16(form->encoding)) {
        if (!decode_utf16(bytes + mark, *size - mark, form->encoding == ENCODING_UTF16_BE, &out)) {
            bytes_free(&out);
            *form = (struct file_form){ 0 };
            return bytes;
        }
    } else if (form->encoding == ENCODING_LATIN1) {
        decode_latin1(bytes, *size, &out);
    } else {
        memmove(bytes, bytes + mark, *size - mark);
        *size -= mark;
        return bytes;
    }
    free(bytes);
    *size = out.size;
    return bytes_take(&out);
}

struct text *form_decode(char *bytes, size_t size, const struct file_form *asked, struct file_form *form)
{
    enum encoding encoding = ENCODING_UTF8;
    size_t mark = find_mark(bytes, size, &encoding);
    if (asked && asked->encoding != encoding) {
        encoding = asked->encoding;
        mark = 0;
    }
    *form = (struct file_form){ .encoding = encoding, .byte_order_mark = mark > 0 };
    if (mark || encoding != ENCODING_UTF8)
        bytes = decode_bytes(bytes, &size, mark, form);
    if (ends_lines_in_pairs(bytes, size)) {
        form->carriage_returns = true;
        size = drop_carriage_returns(bytes, size);
    }
    if (size)
        return text_from_buffer(buffer_take(bytes, size));
    free(bytes);
    return text_new("", 0);
}

/* Lines of a span whose bytes need no change but the carriage returns. */
static bool encode_lines(const struct text *text, struct span span, form_emit *emit, void *user,
                         struct error *error)
{
    size_t size;
    for (size_t at = span.start; at < span.end; at += size) {
        const char *bytes = text_chunk(text, at, &size);
        if (size > span.end - at)
            size = span.end - at;
        const char *end = bytes + size, *feed;
        while ((feed = memchr(bytes, '\n', (size_t)(end - bytes)))) {
            if (!emit(user, bytes, (size_t)(feed - bytes), error) || !emit(user, "\r\n", 2, error))
                return false;
            bytes = feed + 1;
        }
        if (!emit(user, bytes, (size_t)(end - bytes), error))
            return false;
    }
    return true;
}

static bool encode_bytes(const struct text *text, struct span span, form_emit *emit, void *user,
                         struct error *error)
{
    size_t size;
    for (size_t at = span.start; at < span.end; at += size) {
        const char *bytes = text_chunk(text, at, &size);
        if (size > span.end - at)
            size = span.end - at;
        if (!emit(user, bytes, size, error))
            return false;
    }
    return true;
}

static size_t put_pair(char *out, unsigned pair, bool big)
{
    out[big ? 0 : 1] = (char)(pair >> 8);
    out[big ? 1 : 0] = (char)pair;
    return 2;
}

/* One code point in UTF-16 or Latin-1; 0 where it cannot be written. */
static size_t encode_unit(int32_t code, enum encoding encoding, char out[4])
{
    bool big = encoding == ENCODING_UTF16_BE;
    if (code < 0 || (encoding == ENCODING_LATIN1 && code > 0xff))
        return 0;
    if (encoding == ENCODING_LATIN1) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x10000)
        return put_pair(out, (unsigned)code, big);
    unsigned rest = (unsigned)code - 0x10000;
    return put_pair(out, 0xd800 + (rest >> 10), big) + put_pair(out + 2, 0xdc00 + (rest & 0x3ff), big);
}

static bool encode_units(const struct text *text, struct span span, const struct file_form *form,
                         form_emit *emit, void *user, struct error *error)
{
    char out[8], shown[UNIT_SHOWN_SIZE];
    for (size_t at = span.start; at < span.end;) {
        struct unit unit = text_unit(text, at);
        size_t size = 0;
        if (unit.code == '\n' && form->carriage_returns)
            size = encode_unit('\r', form->encoding, out);
        size_t own = encode_unit(unit.code, form->encoding, out + size);
        if (!own) {
            if (!unit_show(unit.code, shown))
                snprintf(shown, sizeof shown, "U+%04X", (unsigned)unit.code);
            return fail(error, "line %zu holds %s, which %s cannot express: write it as UTF-8",
                        text_line_of(text, at) + 1, shown, is_utf16(form->encoding) ? "UTF-16" : "Latin-1");
        }
        if (!emit(user, out, size + own, error))
            return false;
        at += unit.size;
    }
    return true;
}

bool form_encode(const struct text *text, struct span span, const struct file_form *form, bool mark,
                 form_emit *emit, void *user, struct error *error)
{
    static const char marks[][4] = { "\xef\xbb\xbf", "\xff\xfe", "\xfe\xff", "" };
    if (span.end > text_size(text))
        span.end = text_size(text);
    if (mark && form->byte_order_mark &&
        !emit(user, marks[form->encoding], strlen(marks[form->encoding]), error))
        return false;
    if (form->encoding != ENCODING_UTF8)
        return encode_units(text, span, form, emit, user, error);
    if (form->carriage_returns)
        return encode_lines(text, span, emit, user, error);
    return encode_bytes(text, span, emit, user, error);
}
