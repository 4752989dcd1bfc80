#include "model/base/utf8.h"

#include <string.h>

size_t utf8_decode(const char *at, size_t size, uint32_t *code)
{
    const uint8_t *byte = (const uint8_t *)at;
    if (!size)
        return 0;
    if (byte[0] < 0x80) {
        *code = byte[0];
        return 1;
    }
    size_t length = byte[0] < 0xc2 ? 0 : byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : byte[0] < 0xf5 ? 4 : 0;
    if (!length || length > size)
        return 0;
    uint32_t value = byte[0] & (0x7f >> length);
    for (size_t k = 1; k < length; k++) {
        if ((byte[k] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (byte[k] & 0x3f);
    }
    bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    if (overlong || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return 0;
    *code = value;
    return length;
}

size_t utf8_encode(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t k = length - 1; k > 0; k--) {
        out[k] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    out[0] = (char)(0xf00 >> length | code);
    return length;
}

static size_t ascii_run(const char *at, size_t size)
{
    size_t done = 0;
    for (uint64_t word; done + 8 <= size; done += 8) {
        memcpy(&word, at + done, 8);
        if (word & 0x8080808080808080u)
            break;
    }
    return done;
}

size_t utf8_valid(const char *at, size_t size)
{
    size_t done = 0;
    uint32_t code;
    while (done < size) {
        done += ascii_run(at + done, size - done);
        size_t length = done < size ? utf8_decode(at + done, size - done, &code) : 0;
        if (!length)
            break;
        done += length;
    }
    return done;
}

size_t utf8_broken(const char *at, size_t size)
{
    static const char *const endings[] = { "\x80", "\x80\x80", "\xbf", "\xbf\x80", "\x90\x80", "\x9f\x80" };
    uint32_t code;
    for (size_t kept = size < 3 ? size : 3; kept > 1; kept--)
        for (size_t k = 0; k < sizeof endings / sizeof *endings; k++) {
            char whole[8];
            size_t more = strlen(endings[k]);
            memcpy(whole, at, kept);
            memcpy(whole + kept, endings[k], more);
            if (utf8_decode(whole, kept + more, &code) == kept + more)
                return kept;
        }
    return 1;
}
