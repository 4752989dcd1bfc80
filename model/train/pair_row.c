#include "model/train/pair_row.h"

#include "model/network/pair.h"
#include "model/train/draw.h"

/* Of a null beside a piece: there are many, and where they begin is all they tell. */
static const float NULL_WEIGHT = 0.25f;

static void put(struct row *row, int32_t id, enum kind kind, int position)
{
    int i = row->count++;
    row->ids[i] = row->wanted[i] = id;
    row->kinds[i] = (uint8_t)kind;
    row->positions[i] = position;
    row->weight[i] = 0.0f;
}

static int32_t style_of(const struct corpus *corpus, size_t pair)
{
    uint64_t labels = corpus->sentences[pair].labels;
    for (int i = 0; i < corpus->attribute_count; i++)
        if (labels >> corpus->attributes[i].bit & 1)
            return corpus->attributes[i].token;
    return TOKEN_NONE;
}

static void put_source(const struct corpus *corpus, size_t pair, struct row *row)
{
    struct document source = corpus->documents[2 * pair];
    row->count = 0;
    for (uint32_t i = source.start; i < source.end; i++)
        put(row, corpus->tokens[i], KIND_CONTEXT, PAIR_SLOTS + row->count);
}

/* Puts attribute and target; returns where the target begins in the row. */
static int put_target(const struct corpus *corpus, size_t pair, bool beside, struct row *row)
{
    struct document target = corpus->documents[2 * pair + 1];
    put(row, style_of(corpus, pair), beside ? KIND_BESIDE : KIND_ATTRIBUTE, 0);
    int first = row->count;
    for (uint32_t i = target.start; i < target.end; i++)
        put(row, corpus->tokens[i], beside ? KIND_BESIDE : KIND_HOLE,
            corpus->pair_begin + row->count - first);
    return first;
}

static void mask_place(struct row *row, int place)
{
    row->weight[place] = row->wanted[place] == TOKEN_NULL ? NULL_WEIGHT : 1.0f;
    row->ids[place] = TOKEN_MASK;
}

/* The whole target, with a tail of nulls. */
static void mask_whole(const struct corpus *corpus, struct row *row, int first, int source)
{
    int canvas = pair_canvas(source, corpus->pair_begin);
    while (row->count - first < canvas)
        put(row, TOKEN_NULL, KIND_HOLE, corpus->pair_begin + row->count - first);
    for (int i = first; i < row->count; i++)
        mask_place(row, i);
}

static void level_weights(struct row *row)
{
    float total = 0.0f;
    for (int i = 0; i < row->count; i++)
        total += row->weight[i];
    for (int i = 0; i < row->count; i++)
        row->weight[i] /= total;
}

void pair_row_make(const struct corpus *corpus, struct random *random, double share, double whole,
                   struct row *row, int32_t *order)
{
    size_t pair = (size_t)draw_range(random, 0, (int64_t)corpus->document_count / 2);
    put_source(corpus, pair, row);
    int source = row->count, first = put_target(corpus, pair, false, row), pieces = row->count - first;
    if (draw_chance(random, whole)) {
        mask_whole(corpus, row, first, source);
        level_weights(row);
        return;
    }
    for (int i = 0; i < pieces; i++)
        order[i] = i;
    draw_shuffle(random, order, pieces);
    int masked = 1 + (int)(share * pieces);
    for (int i = 0; i < masked; i++)
        mask_place(row, first + order[i]);
    if (masked < pieces) {
        int second = put_target(corpus, pair, true, row);
        for (int i = masked; i < pieces; i++)
            mask_place(row, second + order[i]);
    }
    level_weights(row);
}
