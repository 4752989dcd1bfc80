#include "model/train/holes.h"

#include "model/base/memory.h"
#include "model/train/draw.h"

#include <stdlib.h>
#include <string.h>

const int bucket_sizes[BUCKET_COUNT] = { 4, 8, 16, 32, 64, 128 };
const double bucket_weights[BUCKET_COUNT] = { 6.0, 5.0, 4.0, 3.0, 2.0, 1.0 };

/* Where words begin and end in a window. */
struct words {
    int *edges, edge_count;   /* places at which no word goes on */
    int *firsts, first_count; /* the edges at which a word begins */
};

struct range {
    int start, end;
};

static bool has(const struct corpus *c, const struct window *w, int at, enum piece_trait trait)
{
    return c->traits[w->tokens[at]] & trait;
}

static struct words find_words(const struct corpus *c, const struct window *w)
{
    struct words words = { .edges = memory_new((size_t)w->count + 1, sizeof(int)),
                           .firsts = memory_new((size_t)w->count + 1, sizeof(int)) };
    for (int i = 0; i < w->count; i++) {
        if (i && has(c, w, i, PIECE_JOINS) && has(c, w, i - 1, PIECE_TAIL))
            continue;
        words.edges[words.edge_count++] = i;
        if (has(c, w, i, PIECE_WORDY))
            words.firsts[words.first_count++] = i;
    }
    return words;
}

static int edge_after(const struct words *words, int at, int end)
{
    for (int i = 0; i < words->edge_count; i++)
        if (words->edges[i] > at)
            return words->edges[i];
    return end;
}

static bool span_of_words(const struct words *words, struct random *random, const struct window *w,
                          enum hole_kind kind, struct range *span)
{
    if (!words->first_count)
        return false;
    int count = kind == HOLE_ONE_WORD
                    ? 1
                    : (int)(kind == HOLE_WORDS ? draw_range(random, 1, 4) : draw_range(random, 4, 11));
    int i = (int)draw_range(random, 0, words->first_count);
    int last = i + count < words->first_count ? i + count - 1 : words->first_count - 1;
    span->start = words->firsts[i];
    span->end = edge_after(words, words->firsts[last], w->count);
    bool punctuation = kind != HOLE_ONE_WORD && draw_chance(random, 0.25);
    if (punctuation && last + 1 < words->first_count)
        span->end = words->firsts[last + 1];
    return true;
}

static bool span_of_sentences(const struct corpus *c, struct random *random, const struct window *w,
                              enum hole_kind kind, struct range *span)
{
    int64_t first = corpus_sentences_before(c, w->start),
            end = corpus_sentences_ended(c, w->start + (uint32_t)w->count);
    if (end <= first)
        return false;
    int64_t count = kind == HOLE_SENTENCE ? 1 : draw_range(random, 2, 4);
    int64_t k = draw_range(random, first, end - count + 1 > first + 1 ? end - count + 1 : first + 1);
    int64_t last = k + count < end ? k + count - 1 : end - 1;
    span->start = (int)(c->sentences[k].start - w->start);
    span->end = (int)(c->sentences[last].end - w->start);
    return true;
}

/* A place for a hole of that kind; few holes hold a line break. */
static bool find_span(const struct corpus *c, struct random *random, const struct window *w,
                      const struct words *words, enum hole_kind kind, struct range *span)
{
    bool sentences = kind == HOLE_SENTENCE || kind == HOLE_SENTENCES;
    if (!(sentences ? span_of_sentences(c, random, w, kind, span)
                    : span_of_words(words, random, w, kind, span)))
        return false;
    while (span->start < span->end && has(c, w, span->start, PIECE_NEWLINE))
        span->start++;
    int line = span->start;
    while (line < span->end && !has(c, w, line, PIECE_NEWLINE))
        line++;
    bool breaks = line < span->end, last = line + 1 == span->end;
    if (breaks && (kind != HOLE_SENTENCES || last || draw_chance(random, 0.85)))
        span->end = line;
    return span->end > span->start;
}

/* The piece cut in two pieces at a drawn place between characters; false where it cannot be. */
static bool cut_piece(const struct corpus *c, struct random *random, int32_t piece, int32_t *left,
                      int32_t *right)
{
    size_t size;
    const char *bytes = tokenizer_piece(c->tokenizer, piece, &size);
    int found = 0;
    for (size_t k = 1; bytes && k < size; k++) {
        int32_t a = corpus_piece(c, bytes, k), b = corpus_piece(c, bytes + k, size - k);
        if (a < 0 || b < 0 || ((unsigned char)bytes[k] & 0xC0) == 0x80 || draw_range(random, 0, ++found) != 0)
            continue;
        *left = a;
        *right = b;
    }
    return found > 0;
}

/* Moves an edge of the hole into a word; or lets it end in the blank before the next word. */
static void cut_edge(const struct corpus *c, struct random *random, const struct window *w, struct hole *hole)
{
    int side = (int)draw_range(random, 0, 3);
    int32_t left, right;
    if (side == 0 && cut_piece(c, random, hole->body[0], &left, &right)) {
        hole->left = left;
        hole->body[0] = right;
    } else if (side == 1 && hole->size > 1 &&
               cut_piece(c, random, hole->body[hole->size - 1], &left, &right)) {
        hole->body[hole->size - 1] = left;
        hole->right = right;
    } else if (side == 2 && hole->next < w->count && has(c, w, hole->next, PIECE_BLANK) &&
               hole->size < HOLE_PLACES_MAX) {
        size_t size;
        const char *word = tokenizer_piece(c->tokenizer, w->tokens[hole->next], &size);
        int32_t blank = corpus_piece(c, " ", 1), rest = corpus_piece(c, word + 1, size - 1);
        if (blank < 0 || rest < 0)
            return;
        hole->body[hole->size++] = blank;
        hole->right = rest;
        hole->next++;
    }
}

/* One try: false where the span is too long, touches another hole or leaves too little text. */
static bool place_hole(const struct corpus *c, struct random *random, const struct window *w,
                       struct range span, const struct hole *holes, int count, bool whole, struct hole *hole)
{
    for (int i = 0; i < count; i++)
        if (span.start <= holes[i].next && holes[i].start <= span.end + 1)
            return false;
    if (span.end - span.start > HOLE_PLACES_MAX)
        return false;
    *hole = (struct hole){
        .start = span.start, .next = span.end, .left = -1, .right = -1, .size = span.end - span.start
    };
    for (int i = 0; i < hole->size; i++)
        hole->body[i] = w->tokens[span.start + i];
    if (!whole && draw_chance(random, 0.1))
        cut_edge(c, random, w, hole);
    return true;
}

/* Draws the bucket; the places that the hole takes in the row, 0 where no bucket fits. */
static int choose_bucket(struct random *random, struct hole *hole, int taken, int count, bool exact)
{
    double weights[BUCKET_COUNT], most = 0.52 * count > 4.0 ? 0.52 * count : 4.0;
    for (int i = 0; i < BUCKET_COUNT; i++) {
        int places = exact ? hole->size : bucket_sizes[i];
        bool fits = bucket_sizes[i] >= hole->size && places + taken <= most;
        weights[i] = !fits ? 0.0 : exact ? 1.0 : bucket_weights[i];
    }
    int chosen = draw_weighted(random, weights, BUCKET_COUNT);
    if (chosen < 0)
        return 0;
    hole->bucket = bucket_sizes[chosen];
    return exact ? hole->size : hole->bucket;
}

static int compare_holes(const void *a, const void *b)
{
    const struct hole *p = a, *q = b;
    return (p->start > q->start) - (p->start < q->start);
}

int holes_pick(const struct corpus *c, struct random *random, const struct window *w, enum hole_kind only,
               bool exact, struct hole *holes)
{
    enum { TRIES = 16 };
    struct words words = find_words(c, w);
    bool alone = only != HOLE_ANY;
    int wanted = alone ? 1 : (int)draw_range(random, 1, 5), count = 0, taken = 0;
    double least = alone ? 0.0 : 0.15 * w->count;
    for (int try = 0; try < TRIES && count < HOLES_MAX && (count < wanted || taken < least); try++) {
        enum hole_kind kind = alone ? only : (enum hole_kind)draw_range(random, 0, count < wanted ? 4 : 2);
        struct range span;
        if (!find_span(c, random, w, &words, kind, &span) ||
            !place_hole(c, random, w, span, holes, count, alone, &holes[count]))
            continue;
        int places = choose_bucket(random, &holes[count], taken, w->count, exact);
        taken += places;
        count += places > 0;
    }
    free(words.edges);
    free(words.firsts);
    qsort(holes, (size_t)count, sizeof *holes, compare_holes);
    return count;
}
