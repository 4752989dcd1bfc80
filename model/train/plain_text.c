#include "model/train/plain_text.h"

#include <string.h>

struct slice {
    const char *at;
    size_t size;
};

/* The next line without blanks at its ends; false at the end of the text. */
static bool next_line(const char **at, const char *end, struct slice *line)
{
    if (*at >= end)
        return false;
    const char *stop = memchr(*at, '\n', (size_t)(end - *at));
    const char *first = *at, *last = stop ? stop : end;
    *at = stop ? stop + 1 : end;
    while (first < last && (*first == ' ' || *first == '\t' || *first == '\r'))
        first++;
    while (last > first && (last[-1] == ' ' || last[-1] == '\t' || last[-1] == '\r'))
        last--;
    *line = (struct slice){ first, (size_t)(last - first) };
    return true;
}

/* A blank line between two that are not. */
static bool has_blank_lines(const char *text, size_t size)
{
    const char *at = text, *end = text + size;
    struct slice line;
    bool begun = false, blank = false;
    while (next_line(&at, end, &line)) {
        if (line.size && blank)
            return true;
        begun = begun || line.size;
        blank = begun && !line.size;
    }
    return false;
}

void plain_text_clean(const char *text, size_t size, struct buffer *out)
{
    if (!size)
        return;
    const char *at = text, *end = text + size;
    bool joins = has_blank_lines(text, size), open = false;
    struct slice line;
    while (next_line(&at, end, &line)) {
        if (open && (!joins || !line.size))
            buffer_add_byte(out, '\n');
        else if (open)
            buffer_add_byte(out, ' ');
        open = line.size > 0;
        buffer_add(out, line.at, line.size);
    }
    if (open)
        buffer_add_byte(out, '\n');
}

static size_t skip_any(const char *text, size_t at, size_t size, const char *const *marks)
{
    for (size_t i = 0; marks[i]; i++) {
        size_t length = strlen(marks[i]);
        if (at + length <= size && memcmp(text + at, marks[i], length) == 0)
            return skip_any(text, at + length, size, marks);
    }
    return at;
}

static bool begins_sentence(const char *text, size_t at, size_t size)
{
    static const char *const opening[] = { "\"", "'", "(", "[", "\u201c", "\u2018", NULL };
    size_t past = skip_any(text, at, size, opening);
    unsigned char c = past < size ? (unsigned char)text[past] : 0;
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0xC3;
}

size_t plain_text_sentence(const char *text, size_t size)
{
    static const char *const closing[] = { "\"", "'", ")", "]", "\u201d", "\u2019", NULL };
    for (size_t i = 1; i < size; i++) {
        if (!strchr(".!?", text[i]) || !text[i])
            continue;
        size_t past = skip_any(text, i + 1, size, closing);
        if (past < size && text[past] == ' ' && begins_sentence(text, past + 1, size))
            return past;
    }
    return size;
}
