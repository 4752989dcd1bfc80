/* fill_inside.h - what the files fill*.c share. */
#ifndef EDITOR_COMMAND_FILL_INSIDE_H
#define EDITOR_COMMAND_FILL_INSIDE_H

#include "editor/command/fill.h"
#include "editor/command/fill_engine.h"

#include <pthread.h>

/* How places are revealed and pieces drawn; zero is the model's own, or the sampler's. */
struct sampling {
    char *name; /* owned; NULL: the model's own */
    double temperature, threshold, top_p, top_k, block, reveals, alg_temp;
};

/* What is asked for in every request until it is changed; zero leaves all to the model. */
struct fill_settings {
    char *attribute; /* owned; NULL: none */
    bool guidance_set;
    double guidance;
    int steps;
    struct lacuna_length length;
    char **keep; /* owned, both levels */
    size_t keep_count;
    uint64_t seed;
    struct sampling sampling;
};

/* What was asked for one hole. */
struct ask {
    enum lacuna_task task;
    double strength;
    uint64_t seed;
};

/* A text with places cut out of it that the engine fills: the hole's original, wholly; or a proposal but for
 * what is kept. */
struct part {
    struct hole *hole;    /* NULL: the hole is gone */
    struct proposal base; /* owned */
    struct span *cuts;    /* owned, ascending, of base.text */
    size_t cut_count;
};

/* One request on its way: parts of one document, near one another, in order. */
struct job {
    struct fill *fill;
    struct lacuna_job *running; /* NULL until the model is open */
    bool abandoned;             /* cancelled: its answer is thrown away */
    struct part *parts;
    size_t part_count;
    struct bytes text; /* the request's */
    struct lacuna_span *spans;
    size_t span_count;
    struct ask ask;
    struct fill_settings settings; /* as they were when asked */

    pthread_mutex_t lock;  /* of what follows: written by the engine's thread */
    struct proposal *live; /* [span_count], of the latest step; NULL: none that is new */
    int step, steps;
    bool ended;
};

/* A moment of a job for the trace: what its first hole showed. */
struct moment {
    int step, steps;
    struct proposal shown;
};

/* A fill that became text: where its hole was before that step. */
struct accepted {
    const struct document *document; /* borrowed */
    size_t step;
    struct span span;
    struct ask ask;
};

struct fill {
    struct editor *editor;
    struct fill_engine *engine;
    struct fill_settings settings;
    struct hole **holes; /* owned, by document and place */
    size_t hole_count, hole_room;
    struct job **jobs; /* owned */
    size_t job_count, job_room;
    struct document_listener **listeners; /* owned; their user is this */
    struct document **watched;            /* [listener_count] */
    size_t listener_count;
    struct hole *listed; /* whose list has the focus */
    bool hides_confidence;
    struct accepted *accepted; /* owned, oldest first */
    size_t accepted_count, accepted_room;
    struct moment *trace; /* owned: the last fill step by step */
    size_t trace_count, trace_room;
};

enum { FILL_ALTERNATIVES = 3, FILL_CONTEXT = 32768 };

/* fill.c */
struct fill *fill_of(struct editor *editor); /* begun at first need */

/* fill_proposal.c */
void proposal_free(struct proposal *proposal);
struct proposal proposal_copy(const struct proposal *proposal);
/* A proposal of text alone: no shades. */
struct proposal proposal_of(const char *text, size_t size);
/* `base` with its cuts replaced by `fills` (one a cut), shades and all. */
struct proposal proposal_compose(const struct proposal *base, const struct span *cuts, size_t count,
                                 const struct proposal *fills);
/* The next word that begins at or after `from`, with the blanks that follow it; false: none. */
bool proposal_word(const struct proposal *proposal, size_t from, struct span *word);
/* The word of that number, from 0. */
bool proposal_word_at(const struct proposal *proposal, size_t number, struct span *word);
/* The least probability over a span, and whether all of it is pinned. */
float proposal_confidence(const struct proposal *proposal, struct span span);
bool proposal_is_pinned(const struct proposal *proposal, struct span span);
void proposal_pin(struct proposal *proposal, struct span span, bool pinned);
/* Takes the first `size` bytes off. */
void proposal_behead(struct proposal *proposal, size_t size);

/* fill_undo.c */
/* The present step of the document put a fill in the place of a hole over `span`. */
void fill_note_accepted(struct fill *fill, const struct document *document, struct span span,
                        const struct ask *ask);
void fill_forget_accepted(struct fill *fill, const struct document *document);
/* For document_listener.crossed. */
void fill_crossed(void *user, struct document *document, size_t step, bool undo);

/* fill_hole.c */
/* A hole over the span; holes that it overlaps become part of it. */
struct hole *hole_add(struct fill *fill, struct document *document, struct span span);
/* Takes it out of the list, cancels its fill, frees it. */
void hole_remove(struct fill *fill, struct hole *hole);
/* Drops what is proposed or on its way. */
void hole_reset(struct fill *fill, struct hole *hole);
/* The hole of the current document under the cursor, else the next one, else the first; of those in a state
 * of `states` (bits 1 << HOLE_…). NULL: none. */
struct hole *hole_target(struct fill *fill, unsigned states);
bool hole_is_at(const struct hole *hole, size_t offset);
void fill_close_list(struct fill *fill);
void fill_open_list(struct fill *fill, struct hole *hole);

/* fill_job.c */
/* Asks for all the holes, which are of one document and in order; takes the cuts (NULL: each whole hole). */
bool job_begin(struct fill *fill, struct hole **holes, size_t count, const struct ask *ask,
               struct error *error);
/* Asks again for parts of one hole's chosen alternative. Takes `cuts`. */
bool job_begin_again(struct fill *fill, struct hole *hole, struct span *cuts, size_t count,
                     const struct ask *ask, struct error *error);
void job_cancel(struct job *job);
void job_stop(struct job *job);
void job_free(struct job *job);
/* Starts what waits, takes what has come. True if anything changed. */
bool job_update(struct job *job);
bool job_is_over(struct job *job);
/* The job that fills the hole; NULL. */
struct job *job_of(const struct fill *fill, const struct hole *hole);

/* fill_settings.c */
void settings_free(struct fill_settings *settings);
struct fill_settings settings_copy(const struct fill_settings *settings);
/* "auto · formal ×2.0 · 8 steps" */
void settings_describe(const struct fill_settings *settings, struct bytes *out);
bool settings_attribute(struct editor *editor, const struct call *call);
bool settings_guidance(struct editor *editor, const struct call *call);
bool settings_steps(struct editor *editor, const struct call *call);
bool settings_length(struct editor *editor, const struct call *call);
bool settings_keep(struct editor *editor, const struct call *call);
bool settings_seed(struct editor *editor, const struct call *call);
bool settings_model(struct editor *editor, const struct call *call);

/* fill_sampler.c */
void sampling_free(struct sampling *sampling);
struct sampling sampling_copy(const struct sampling *sampling);
/* "threshold block=16" */
void sampling_describe(const struct sampling *sampling, struct bytes *out);
/* Sets what the request says of it; borrowed. */
void sampling_ask(const struct sampling *sampling, struct lacuna_request *request);
bool settings_sampler(struct editor *editor, const struct call *call);

/* fill_decide.c */
bool decide_accept(struct editor *editor, const struct call *call);
bool decide_reject(struct editor *editor, const struct call *call);
bool decide_alternative(struct editor *editor, const struct call *call);
bool decide_word(struct editor *editor, const struct call *call);
bool decide_pin(struct editor *editor, const struct call *call);
bool decide_unpin(struct editor *editor, const struct call *call);
bool decide_stop(struct editor *editor, const struct call *call);
bool decide_cancel(struct editor *editor, const struct call *call);
bool decide_list(struct editor *editor, const struct call *call);
bool decide_leave(struct editor *editor, const struct call *call);

/* fill_look.c */
bool look_compare(struct editor *editor, const struct call *call);
bool look_heatmap(struct editor *editor, const struct call *call);
bool look_trace(struct editor *editor, const struct call *call);
void trace_begin(struct fill *fill);
void trace_add(struct fill *fill, int step, int steps, const struct proposal *shown);

#endif
