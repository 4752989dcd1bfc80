#include "editor/command/comment.h"

#include <string.h>

static const struct sign {
    const char *text;
    enum leader_kind kind;
    bool wants_blank, nests;
} signs[] = {
    { "/*", LEADER_OPENS, false, false },    { "*", LEADER_MIDDLE, true, false },
    { "*/", LEADER_CLOSES, false, false },   { "//", LEADER_PLAIN, false, false },
    { "#", LEADER_PLAIN, true, false },      { "%", LEADER_PLAIN, false, false },
    { "XCOMM", LEADER_PLAIN, false, false }, { ">", LEADER_PLAIN, false, true },
    { "-", LEADER_FIRST, true, false },
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static size_t skip(const char *line, size_t size, size_t at)
{
    while (at < size && is_blank(line[at]))
        at++;
    return at;
}

static const struct sign *sign_at(const char *line, size_t size, size_t at)
{
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        size_t length = strlen(signs[i].text), end = at + length;
        if (end > size || memcmp(line + at, signs[i].text, length))
            continue;
        if (!signs[i].wants_blank || end == size || is_blank(line[end]))
            return &signs[i];
    }
    return NULL;
}

struct leader leader_read(const char *line, size_t size)
{
    struct leader leader = { LEADER_NONE, skip(line, size, 0), 0 };
    size_t at = leader.indent;
    const struct sign *sign = sign_at(line, size, at);
    for (bool nests = true; sign && nests; sign = sign_at(line, size, at)) {
        if (!leader.kind)
            leader.kind = sign->kind;
        nests = sign->nests;
        at = skip(line, size, at + strlen(sign->text));
        leader.size = at;
    }
    return leader;
}

bool leader_continues(const char *first, size_t first_size, struct leader one, const char *second,
                      struct leader two)
{
    if (one.kind == LEADER_NONE || one.kind == LEADER_FIRST)
        return two.kind == LEADER_NONE;
    if (one.kind == LEADER_CLOSES || two.kind == LEADER_NONE)
        return false;
    if (one.kind == LEADER_OPENS)
        return two.kind == LEADER_MIDDLE && one.size < first_size;
    size_t a = one.indent, b = 0;
    for (; b < two.size; b++) {
        if (!is_blank(second[b])) {
            if (a >= first_size || first[a++] != second[b])
                break;
        } else {
            a = skip(first, first_size, a);
        }
    }
    return b == two.size && a == one.size;
}

void leader_append_next(const char *line, struct leader leader, struct bytes *out)
{
    if (leader.kind == LEADER_OPENS) {
        bytes_append(out, line, leader.indent);
        bytes_append_text(out, " * ");
    } else if (leader.kind == LEADER_FIRST) {
        for (size_t i = 0; i < leader.size; i++)
            bytes_append_byte(out, line[i] == '\t' ? '\t' : ' ');
    } else {
        bytes_append(out, line, leader.size);
    }
}
