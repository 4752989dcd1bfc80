#include "model/infill/seam.h"

#include "model/infill/unicode.h"

#include <string.h>
#include <strings.h>

enum { TOUCH_MOST = 48, REPEAT_WORDS = 12, REPEAT_REACH = 200 };

static bool among(int32_t point, const char *set)
{
    for (size_t at = 0, size = strlen(set); at < size;) {
        int32_t other;
        at += utf8_read(set + at, size - at, &other);
        if (other == point)
            return true;
    }
    return false;
}

static bool is_opening(int32_t point)
{
    return among(point, "([{“‘«¿¡");
}

static bool is_dash(int32_t point)
{
    return among(point, "-–—/");
}

/* Letters of alphabets whose words are cut into pieces: one or two bytes each. */
static bool is_alphabetic(int32_t point)
{
    return point >= 0 && point < 0x800 && point_is_letter(point);
}

struct seam seam_find(const char *left, size_t left_size, const char *right, size_t right_size)
{
    struct seam seam = { .left = left, .right = right, .left_size = left_size, .right_size = right_size };
    size_t at = left_size;
    for (int32_t point; (point = utf8_last(left, at)) >= 0 && is_alphabetic(point);)
        at -= point < 0x80 ? 1 : 2;
    if (at > 0 && left[at - 1] == ' ')
        at--;
    seam.touch = left_size - at <= TOUCH_MOST ? left_size - at : 0;
    return seam;
}

static int32_t before_of(const struct seam *seam)
{
    return utf8_last(seam->left, seam->left_size);
}

static bool is_sign(int32_t point)
{
    return point >= 0 && !point_is_word(point) && !point_is_blank(point) && !point_is_break(point);
}

bool seam_may_begin(const struct seam *seam, int32_t first, bool strict)
{
    int32_t before = before_of(seam);
    if ((before < 0 || point_is_blank(before) || point_is_break(before)) &&
        (point_is_blank(first) || point_is_break(first)))
        return false;
    if (!strict)
        return true;
    if (is_sign(before) && first == before)
        return false;
    if (among(before, ",;:.!?") && (point_is_spaced(first) || among(first, ",;:")))
        return false;
    return !is_opening(before) || !(point_is_blank(first) || among(first, ",;:.!?)]}”"));
}

/* A straight quote opens where a word follows it at once. */
static bool right_opens(const struct seam *seam)
{
    int32_t after = utf8_first(seam->right, seam->right_size);
    if (is_opening(after))
        return true;
    return after == '"' && seam->right_size > 1 &&
           point_is_word(utf8_first(seam->right + 1, seam->right_size - 1));
}

bool seam_needs_blank(const struct seam *seam)
{
    int32_t after = utf8_first(seam->right, seam->right_size);
    return (point_is_spaced(after) && !point_is_spaced(before_of(seam))) || right_opens(seam);
}

/* The sentence goes on behind the hole: a blank and a small letter. */
static bool right_goes_on(const struct seam *seam)
{
    return point_is_blank(utf8_first(seam->right, seam->right_size)) && seam->right_size > 1 &&
           point_is_lower(utf8_first(seam->right + 1, seam->right_size - 1));
}

bool seam_may_end(const struct seam *seam, int32_t last, bool strict)
{
    int32_t after = utf8_first(seam->right, seam->right_size);
    bool blank = point_is_blank(last) || point_is_break(last);
    if ((after < 0 || point_is_blank(after) || point_is_break(after)) && blank)
        return false;
    if (!strict)
        return true;
    if (seam_needs_blank(seam))
        return point_is_blank(last) || is_dash(last) || is_opening(last);
    if (is_sign(after) && (last == after || blank))
        return false;
    if (among(after, ",;:.!?") && (among(last, ",;:.!?") || is_opening(last)))
        return false;
    if (point_is_apostrophe(after))
        return point_is_word(last);
    if (right_goes_on(seam) && among(last, ".!?"))
        return false;
    return !(point_is_blank(after) || after < 0 || point_is_break(after)) ||
           !(is_opening(last) || last == '_');
}

struct word {
    const char *at;
    size_t size;
};

static int list_words(const char *text, size_t size, struct word *words, int most)
{
    int count = 0;
    for (size_t at = 0, start, end; count < most && text_next_word(text, size, &at, &start, &end);)
        words[count++] = (struct word){ text + start, end - start };
    return count;
}

/* The last `most` words, in order. */
static int list_last_words(const char *text, size_t size, struct word *words, int most)
{
    int count = 0;
    for (size_t at = 0, start, end; text_next_word(text, size, &at, &start, &end);) {
        if (count == most)
            memmove(words, words + 1, (size_t)(--count) * sizeof *words);
        words[count++] = (struct word){ text + start, end - start };
    }
    return count;
}

static bool same_words(const struct word *a, const struct word *b, int count)
{
    for (int i = 0; i < count; i++)
        if (a[i].size != b[i].size || strncasecmp(a[i].at, b[i].at, a[i].size) != 0)
            return false;
    return true;
}

/* The longest run that ends `before` and begins `after`. */
static int overlap(const struct word *before, int before_count, const struct word *after, int after_count)
{
    for (int run = before_count < after_count ? before_count : after_count; run > 0; run--)
        if (same_words(before + before_count - run, after, run))
            return run;
    return 0;
}

int seam_repeats(const struct seam *seam, const char *fill, size_t size)
{
    struct word left[REPEAT_WORDS], right[REPEAT_WORDS], first[REPEAT_WORDS], last[REPEAT_WORDS];
    size_t far = seam->left_size < REPEAT_REACH ? seam->left_size : REPEAT_REACH;
    size_t near = seam->right_size < REPEAT_REACH ? seam->right_size : REPEAT_REACH;
    int left_count = list_last_words(seam->left + seam->left_size - far, far, left, REPEAT_WORDS);
    int right_count = list_words(seam->right, near, right, REPEAT_WORDS);
    int first_count = list_words(fill, size, first, REPEAT_WORDS);
    int last_count = list_last_words(fill, size, last, REPEAT_WORDS);
    return overlap(left, left_count, first, first_count) + overlap(last, last_count, right, right_count);
}
