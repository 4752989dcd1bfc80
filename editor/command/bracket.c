#include "editor/command/bracket.h"

#include "editor/command/place.h"

#include <string.h>

enum { SCAN_LIMIT = 1 << 26 };

/* A walk that counts pairs. Brackets inside "…" are passed over where the line has an even number of quotes,
 * unless the walk began inside; '{' is passed over as a literal of C; a bracket matches if it is escaped as
 * the first one is. */
struct scan {
    const struct text *text;
    size_t at;
    bool back, quotes, quotes_known, inside, began_inside, began_known, escaped;
};

static bool is_escaped(const struct text *text, size_t at)
{
    size_t slashes = 0;
    while (at > slashes && text_byte(text, at - slashes - 1) == '\\')
        slashes++;
    return slashes % 2;
}

/* Whether quotes on this line come in pairs, and whether those before `at` do not. */
static void count_quotes(struct scan *scan)
{
    const struct text *text = scan->text;
    size_t begin = place_begin(text, scan->at), end = place_end(text, scan->at), count = 0, before = 0;
    size_t limit = scan->at + (scan->back ? 1 : 0);
    for (size_t i = begin; i < end; i++) {
        if (i == limit)
            before = count;
        int byte = text_byte(text, i);
        if (byte == '"' && (i == begin || text_byte(text, i - 1) != '\'' || text_byte(text, i + 1) != '\''))
            count++;
        else if (byte == '\\' && i + 1 < end)
            i++;
    }
    scan->quotes = count % 2 == 0;
    scan->quotes_known = true;
    bool continued = end > begin && text_byte(text, end - 1) == '\\';
    bool continues = begin > 1 && text_byte(text, begin - 2) == '\\';
    if (!scan->quotes && (continued || continues)) {
        scan->quotes = true;
        if (!scan->began_known)
            scan->inside = scan->began_inside = continued || before % 2 == 0;
        else if (continued ? scan->back : !scan->back)
            scan->inside = true;
    }
    scan->began_known = true;
}

/* Jumps over a literal such as '{' or '\''. */
static void skip_literal(struct scan *scan)
{
    const struct text *text = scan->text;
    size_t at = scan->at, begin = place_begin(text, at);
    if (scan->back) {
        if (at >= begin + 2 && text_byte(text, at - 2) == '\'')
            scan->at = at - 2;
        else if (at >= begin + 3 && text_byte(text, at - 2) == '\\' && text_byte(text, at - 3) == '\'')
            scan->at = at - 3;
    } else if (text_byte(text, at + 1) == '\\' && text_byte(text, at + 3) == '\'') {
        scan->at = at + 3;
    } else if (text_byte(text, at + 2) == '\'' && text_byte(text, at + 1) != '\n') {
        scan->at = at + 2;
    }
}

static bool scan_pairs(struct scan *scan, struct pair pair, uint32_t wanted, size_t *found)
{
    const struct text *text = scan->text;
    size_t depth = 0, size = text_size(text);
    bool plain = pair.open == '<';
    for (size_t steps = 0; steps < SCAN_LIMIT; steps++) {
        if (scan->back ? scan->at == 0 : scan->at + 1 >= size)
            return false;
        scan->at += scan->back ? (size_t)-1 : 1;
        int byte = text_byte(text, scan->at);
        if (byte == '\n') {
            scan->quotes_known = false;
            if (scan->at == 0 || text_byte(text, scan->at - 1) != '\\')
                scan->inside = scan->began_inside = false;
            continue;
        }
        if (!scan->quotes_known)
            count_quotes(scan);
        if (byte == '"' && scan->quotes && !is_escaped(text, scan->at)) {
            scan->inside = !scan->inside;
            scan->began_inside = false;
        } else if (byte == '\'' && !plain) {
            skip_literal(scan);
        } else if (((uint32_t)byte == pair.open || (uint32_t)byte == pair.close) &&
                   (!scan->inside || scan->began_inside) && is_escaped(text, scan->at) == scan->escaped) {
            if ((uint32_t)byte != wanted) {
                depth++;
            } else if (depth-- == 0) {
                *found = scan->at;
                return true;
            }
        }
    }
    return false;
}

static bool scan_from(const struct text *text, size_t offset, struct pair pair, bool back, bool escaped,
                      size_t *found)
{
    struct scan scan = { .text = text, .at = offset, .back = back, .escaped = escaped };
    if (text_byte(text, offset) != '\n' && offset < text_size(text))
        count_quotes(&scan);
    else
        scan.began_known = true;
    return scan_pairs(&scan, pair, back ? pair.open : pair.close, found);
}

bool bracket_partner(const struct text *text, size_t offset, struct pair pair, size_t *partner)
{
    bool back = (uint32_t)text_byte(text, offset) == pair.close;
    return scan_from(text, offset, pair, back, is_escaped(text, offset), partner);
}

bool bracket_ahead(const struct text *text, size_t offset, struct pair pair, size_t *found)
{
    struct scan scan = { .text = text, .at = offset, .escaped = is_escaped(text, offset) };
    if (text_byte(text, offset) != '\n' && offset < text_size(text))
        count_quotes(&scan);
    else
        scan.began_known = true;
    return scan_pairs(&scan, pair, pair.open, found);
}

bool bracket_around(const struct text *text, size_t offset, struct pair pair, bool open, size_t *found)
{
    return scan_from(text, offset, pair, open, is_escaped(text, offset), found);
}
