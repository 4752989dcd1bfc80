#include "model/infill/lattice.h"

#include "model/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What stutters or is not wanted is taken only where nothing else keeps the promises. */
static const float UNWANTED = 1e6f;

/* Counting stops where more makes no difference: at the lower bound when there is no upper one. State: words
 * * WORD_STATES + word state. */
static int count_most(const struct rule *rule)
{
    return rule->words_high >= 0 ? rule->words_high : rule->words_low;
}

static int state_count(const struct rule *rule)
{
    return (count_most(rule) + 1) * WORD_STATES;
}

/* -1: more words than asked. */
static int step_state(const struct rule *rule, int state, const struct effect *effect)
{
    int word = state % WORD_STATES, words = state / WORD_STATES + effect->words[word],
        most = count_most(rule);
    if (words > most) {
        if (rule->words_high >= 0)
            return -1;
        words = most;
    }
    return words * WORD_STATES + effect->end[word];
}

static bool is_final(const struct rule *rule, int state)
{
    return state / WORD_STATES >= rule->words_low;
}

bool stretch_guarded(const struct stretch *stretch, int place)
{
    return place > 0 && stretch->kept[place - 1] && stretch->open[place];
}

static struct effect decided_effect(const struct rule *rule, const struct stretch *stretch, int place)
{
    return stretch->kept[place] ? stretch->macro[place] : rule_effect(rule, place, stretch->ids[place]);
}

static const struct effect_list *open_effects(const struct rule *rule, const struct stretch *stretch,
                                              int place)
{
    bool guarded = stretch_guarded(stretch, place);
    if (stretch->size == 1)
        return &rule->only_effects;
    if (place == 0)
        return &rule->first_effects;
    if (place == stretch->size - 1)
        return guarded ? &rule->last_guarded : &rule->last_effects;
    return guarded ? &rule->inner_guarded : &rule->inner_effects;
}

struct reach reach_new(const struct rule *rule, const struct stretch *stretch)
{
    struct reach reach = { .size = stretch->size, .states = state_count(rule) };
    reach.can = memory_new((size_t)(reach.size + 1) * (size_t)reach.states, 1);
    for (int s = 0; s < reach.states; s++)
        reach.can[reach.size * reach.states + s] = is_final(rule, s);
    for (int place = reach.size - 1; place >= 0; place--) {
        struct effect decided;
        const struct effect *effects = &decided;
        int count = 1;
        if (stretch->open[place]) {
            effects = open_effects(rule, stretch, place)->at;
            count = open_effects(rule, stretch, place)->count;
        } else {
            decided = decided_effect(rule, stretch, place);
        }
        const uint8_t *next = reach.can + (place + 1) * reach.states;
        for (int s = 0; s < reach.states; s++)
            for (int e = 0; e < count && !reach.can[place * reach.states + s]; e++) {
                int to = step_state(rule, s, &effects[e]);
                reach.can[place * reach.states + s] = to >= 0 && next[to];
            }
    }
    return reach;
}

void reach_free(struct reach *reach)
{
    free(reach->can);
    *reach = (struct reach){ 0 };
}

int reach_after(const struct reach *reach, const struct rule *rule, int state, int place,
                struct effect effect)
{
    int to = step_state(rule, state, &effect);
    return to >= 0 && reach->can[(place + 1) * reach->states + to] ? to : -1;
}

bool lattice_possible(const struct rule *rule, const struct stretch *stretch)
{
    struct reach reach = reach_new(rule, stretch);
    bool possible = reach.can[OUTSIDE];
    reach_free(&reach);
    return possible;
}

/* The pieces of one kind that score best at a place. */
struct edge {
    struct effect effect;
    int32_t best, second; /* second: -1 where there is none */
    float score, second_score;
};

struct edges {
    struct edge *at;
    int count;
    size_t room;
};

static bool is_twice(const struct rule *rule, const struct stretch *stretch, int place, int32_t id)
{
    if (!(rule->pieces->traits[id] & PIECE_ONCE))
        return false;
    return (place > 0 && !stretch->open[place - 1] && stretch->ids[place - 1] == id) ||
           (place + 1 < stretch->size && !stretch->open[place + 1] && stretch->ids[place + 1] == id);
}

static struct edge *find_edge(struct edges *edges, const struct effect *effect)
{
    for (int i = 0; i < edges->count; i++)
        if (memcmp(&edges->at[i].effect, effect, sizeof *effect) == 0)
            return &edges->at[i];
    edges->at = memory_grow(edges->at, &edges->room, (size_t)edges->count + 1, sizeof *edges->at);
    struct edge *edge = &edges->at[edges->count++];
    *edge = (struct edge){ .effect = *effect, .best = -1, .second = -1 };
    return edge;
}

static void offer(struct edge *edge, int32_t id, float score)
{
    if (edge->best < 0 || score > edge->score) {
        edge->second = edge->best;
        edge->second_score = edge->score;
        edge->best = id;
        edge->score = score;
    } else if (edge->second < 0 || score > edge->second_score) {
        edge->second = id;
        edge->second_score = score;
    }
}

/* known [effect_count]: 1 + edge of an effect that pieces have by themselves. */
static void open_edges(const struct rule *rule, const struct stretch *stretch, int place, const float *scores,
                       int *known, struct edges *edges)
{
    const struct pieces *pieces = rule->pieces;
    bool direct = place > 0 || rule->rest_size <= 1, guarded = stretch_guarded(stretch, place);
    memset(known, 0, (size_t)pieces->effect_count * sizeof *known);
    for (int32_t id = 0; id < pieces->count; id++) {
        if (!rule_allows(rule, place, stretch->size, guarded, id))
            continue;
        int *index = &known[pieces->effect_of[id]];
        if (!direct || !*index) {
            struct effect effect = rule_effect(rule, place, id);
            *index = (int)(find_edge(edges, &effect) - edges->at) + 1;
        }
        float score = isfinite(scores[id]) ? scores[id] : -UNWANTED;
        bool unwanted = is_twice(rule, stretch, place, id) || (stretch->avoid && stretch->avoid[place] == id);
        offer(&edges->at[*index - 1], id, unwanted ? score - UNWANTED : score);
    }
}

struct trellis {
    double *best;        /* [size + 1][states] */
    int *from;           /* [size + 1][states] state before */
    int *edge;           /* [size + 1][states] edge taken */
    struct edges *edges; /* [size] */
    int states;
};

static void relax(struct trellis *trellis, const struct rule *rule, int place)
{
    double *now = trellis->best + place * trellis->states, *next = now + trellis->states;
    for (int s = 0; s < trellis->states; s++)
        next[s] = -INFINITY;
    for (int s = 0; s < trellis->states; s++) {
        if (now[s] == -INFINITY)
            continue;
        for (int e = 0; e < trellis->edges[place].count; e++) {
            const struct edge *edge = &trellis->edges[place].at[e];
            int to = step_state(rule, s, &edge->effect);
            if (to < 0 || now[s] + edge->score <= next[to])
                continue;
            next[to] = now[s] + edge->score;
            trellis->from[(place + 1) * trellis->states + to] = s;
            trellis->edge[(place + 1) * trellis->states + to] = e;
        }
    }
}

/* Two open neighbours may have chosen the same word: the one that loses less takes the next of its kind. */
static void part_twins(const struct rule *rule, const struct stretch *stretch,
                       const struct edge *const *taken, int32_t *tokens)
{
    for (int i = 1; i < stretch->size; i++) {
        if (tokens[i] != tokens[i - 1] || !stretch->open[i] || !stretch->open[i - 1] ||
            !(rule->pieces->traits[tokens[i]] & PIECE_ONCE))
            continue;
        const struct edge *a = taken[i - 1], *b = taken[i];
        bool change_a =
            a->second >= 0 && (b->second < 0 || a->score - a->second_score < b->score - b->second_score);
        if (change_a && !(i > 1 && tokens[i - 2] == a->second))
            tokens[i - 1] = a->second;
        else if (b->second >= 0)
            tokens[i] = b->second;
    }
}

static bool trace_back(const struct trellis *trellis, const struct rule *rule, const struct stretch *stretch,
                       int32_t *tokens)
{
    int size = stretch->size, best = -1;
    const double *final = trellis->best + size * trellis->states;
    for (int s = 0; s < trellis->states; s++)
        if (is_final(rule, s) && final[s] > -INFINITY && (best < 0 || final[s] > final[best]))
            best = s;
    if (best < 0)
        return false;
    const struct edge **taken = memory_new((size_t)size, sizeof *taken);
    for (int place = size; place > 0; place--) {
        taken[place - 1] = &trellis->edges[place - 1].at[trellis->edge[place * trellis->states + best]];
        tokens[place - 1] = taken[place - 1]->best;
        best = trellis->from[place * trellis->states + best];
    }
    part_twins(rule, stretch, taken, tokens);
    free(taken);
    return true;
}

bool lattice_solve(const struct rule *rule, const struct stretch *stretch, const float *const *scores,
                   int32_t *tokens)
{
    int size = stretch->size, states = state_count(rule);
    size_t cells = (size_t)(size + 1) * (size_t)states;
    struct trellis trellis = { .best = memory_new(cells, sizeof(double)),
                               .from = memory_new(cells, sizeof(int)),
                               .edge = memory_new(cells, sizeof(int)),
                               .edges = memory_new((size_t)size, sizeof(struct edges)),
                               .states = states };
    int *known = memory_new((size_t)rule->pieces->effect_count, sizeof *known);
    for (int s = 1; s < states; s++)
        trellis.best[s] = -INFINITY;
    for (int place = 0; place < size; place++) {
        struct edges *edges = &trellis.edges[place];
        if (stretch->open[place]) {
            open_edges(rule, stretch, place, scores[place], known, edges);
        } else {
            struct effect effect = decided_effect(rule, stretch, place);
            offer(find_edge(edges, &effect), stretch->ids[place], 0);
        }
        relax(&trellis, rule, place);
    }
    bool found = trace_back(&trellis, rule, stretch, tokens);
    for (int place = 0; place < size; place++)
        free(trellis.edges[place].at);
    free(trellis.best);
    free(trellis.from);
    free(trellis.edge);
    free(trellis.edges);
    free(known);
    return found;
}
