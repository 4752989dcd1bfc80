#include "editor/text/literal.h"

#include <stdint.h>
#include <string.h>

typedef unsigned char lanes __attribute__((vector_size(16)));

/* Bytes that a text holds often come last, for the two bytes looked for should be rare. */
static unsigned commonness(unsigned char byte)
{
    static const char often[] = " etaoinshrdlucmfwygpbvk\n,.";
    const char *found = byte ? strchr(often, byte) : NULL;
    return found ? 255 - (unsigned)(found - often) : byte >= 0x80 ? 128 : byte;
}

/* The two bytes of a needle that are compared first, and where in it they are. */
struct pair {
    size_t first, second;
};

/* Two places in the needle whose bytes are rare: the rarest, and the rarest other one. */
static struct pair choose_pair(const char *needle, size_t size)
{
    size_t limit = size < 64 ? size : 64, first = 0, second;
    for (size_t i = 1; i < limit; i++)
        if (commonness((unsigned char)needle[i]) < commonness((unsigned char)needle[first]))
            first = i;
    second = first ? 0 : limit - 1;
    for (size_t i = 0; i < limit; i++)
        if (i != first && commonness((unsigned char)needle[i]) < commonness((unsigned char)needle[second]))
            second = i;
    return (struct pair){ first, second };
}

static lanes load(const char *bytes)
{
    lanes chunk;
    memcpy(&chunk, bytes, sizeof chunk);
    return chunk;
}

static bool any(lanes hits)
{
    uint64_t halves[2];
    memcpy(halves, &hits, sizeof halves);
    return halves[0] | halves[1];
}

static const char *check_block(const char *at, size_t count, const char *needle, size_t size,
                               struct pair pair)
{
    for (const char *end = at + count; at < end; at++)
        if (at[pair.first] == needle[pair.first] && at[pair.second] == needle[pair.second] &&
            !memcmp(at, needle, size))
            return at;
    return NULL;
}

/* Looks at sixteen places at once whether both bytes of the pair stand where they should (Mula's method). */
const char *literal_find(const char *bytes, size_t size, const char *needle, size_t needle_size)
{
    size_t at = 0;
    if (!needle_size)
        return bytes;
    if (needle_size > size)
        return NULL;
    if (needle_size == 1)
        return memchr(bytes, needle[0], size);
    struct pair pair = choose_pair(needle, needle_size);
    size_t places = size - needle_size + 1;
    const lanes one = (lanes){ 0 } + (unsigned char)needle[pair.first];
    const lanes two = (lanes){ 0 } + (unsigned char)needle[pair.second];
    for (; places - at >= 2 * sizeof(lanes); at += 2 * sizeof(lanes)) {
        const char *here = bytes + at, *next = here + sizeof(lanes);
        lanes hits = (lanes)(load(here + pair.first) == one) & (lanes)(load(here + pair.second) == two);
        hits |= (lanes)(load(next + pair.first) == one) & (lanes)(load(next + pair.second) == two);
        const char *found =
            any(hits) ? check_block(here, 2 * sizeof(lanes), needle, needle_size, pair) : NULL;
        if (found)
            return found;
    }
    return check_block(bytes + at, places - at, needle, needle_size, pair);
}

static bool is_letter_or_digit(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

bool literal_of_pattern(const char *pattern, size_t size, struct bytes *out)
{
    bytes_clear(out);
    for (size_t i = 0; i < size; i++) {
        char byte = pattern[i];
        if (byte == '\\' && i + 1 < size && (unsigned char)pattern[i + 1] < 0x80 &&
            !is_letter_or_digit(pattern[i + 1]))
            byte = pattern[++i];
        else if (!byte || strchr("\\^$.[]|()?*+{}", byte))
            return false;
        bytes_append_byte(out, byte);
    }
    return size > 0;
}
