/* editor_inside.h - what the files of this room share behind editor.h. */
#ifndef EDITOR_COMMAND_EDITOR_INSIDE_H
#define EDITOR_COMMAND_EDITOR_INSIDE_H

#include "editor/base/memory.h"
#include "editor/command/editor.h"
#include "editor/command/place.h"
#include "editor/text/search.h"

/* How far work that one typed key starts may go before it is cut off: keys replayed, and bytes that counts
 * insert. */
enum {
    KEY_BUDGET = 1000000,
    NESTING_LIMIT = 64,
    COUNT_LIMIT = 99999999,
    INSERT_LIMIT = 1 << 24,
    HISTORY_KEPT = 200,
    JUMPS_KEPT = 100
};

/* A call that outlives its keys. */
struct saved_call {
    struct call call;
    char *argument; /* owned; call.argument points to it */
};

/* A selection's size, for dot and for a count before v. */
struct extent {
    bool set;
    enum shape shape;
    size_t lines;   /* line feeds inside */
    size_t columns; /* cells on its last line (BLOCK: its width) */
    bool to_end;
};

enum target { TARGET_NONE, TARGET_MOTION, TARGET_LINES, TARGET_SELECTION };

/* What dot repeats. */
struct repeat {
    struct saved_call command; /* its command is NULL: nothing yet */
    enum target target;
    struct saved_call motion; /* of TARGET_MOTION; an object too */
    int forced;
    struct extent extent; /* of TARGET_SELECTION */
    struct key_list inserted;
};

/* A block insertion puts what was typed on its first line on the others too. */
struct block_insertion {
    bool active, append, to_end;
    bool stays;           /* the cursor ends where typing did */
    size_t first, last;   /* lines */
    size_t column, left;  /* cells: where typing goes; where the cursor ends */
    size_t line_size, at; /* of the first line before; where typing began in it */
};

struct replaced {
    size_t at, inserted;
    char old[64];
    size_t old_size;
};

/* Keys of a literal character (^V), as far as they are typed. */
struct literal {
    bool active;
    unsigned base, digits, most;
    uint32_t value;
};

struct insertion {
    size_t count;
    size_t start;         /* where this stretch of typing began */
    size_t stop;          /* how far back one key deletes: `start`, or further back on the line */
    struct key_list keys; /* typed in it */
    struct key previous;  /* the key before this one */
    bool opens, above;    /* a repetition opens a line */
    bool moved;           /* a cursor key ended the stretch: typing begins another */
    bool repeating;
    bool skips_key;    /* the key being handled stands in `keys` as what it typed */
    bool fresh_indent; /* the line holds nothing but automatic indent */
    struct block_insertion block;
    struct replaced *stack; /* owned: what replace mode overwrote */
    size_t stack_count, stack_capacity;
    struct literal literal;
};

struct selection_memory {
    bool set;
    enum shape shape; /* its ends are the document's marks < (where it began) and > (where the cursor was) */
    bool to_end;
};

struct substitution {
    char *pattern, *replacement; /* owned; NULL: none yet */
    char flags[32];
};

struct line_history {
    char **lines; /* owned, oldest first */
    size_t count;
};

struct jump {
    struct document *document;
    struct mark mark;
};

struct pattern;

/* A search that is being typed: its prompt is open. */
struct incremental {
    bool active;
    size_t origin;         /* where the cursor was */
    struct span match;     /* shown; empty: none yet */
    bool backward, failed; /* of the kind that steps */
    char *last;            /* owned: the text of the one before; NULL: none */
};

/* Marks that a key set, newest last. */
struct mark_ring {
    struct jump marks[16];
    size_t count;
};

/* Replacing match by match. */
struct confirm {
    bool active, every, literal; /* every match of a line; the replacement means itself */
    char *pattern, *replacement; /* owned */
    size_t from, at, behind;     /* the range's begin; where to look next; bytes behind the range */
    struct match match;          /* the one asked about */
    size_t count;
};

struct editor_inside {
    struct confirm confirm;
    struct incremental incremental;
    struct mark_ring ring;
    struct key_list queue; /* keys of macros, next first at queue_at */
    size_t queue_at;
    long budget;
    int depth;
    bool wanted_follows;                /* the wanted column is where the cursor settles */
    bool plays;                         /* keys of a macro are being handled */
    const struct command *operation;    /* the operator that a motion is run for */
    size_t call_keys;                   /* how many keys called the command that runs */
    const struct command *last_command; /* without modes a run of one command is one undo step */
    bool failed;                        /* the last command could do nothing */
    struct key_list record;
    struct repeat repeat;
    bool replaying;
    enum { ONCE_NOT, ONCE_BEGUN, ONCE_WAITS } once; /* ^O in insertion: one command, then on */
    enum mode once_mode;
    bool once_at_end; /* typing stood at the end of this line, and goes on there */
    size_t once_line;
    struct insertion insertion;
    struct key_list last_inserted; /* for ^A and ". */
    struct mark last_insert_end;   /* gi */
    struct {
        struct key character; /* code 0: none yet */
        bool backward, till;
    } find;
    struct selection_memory selection;
    struct {
        uint64_t version;    /* of the document, right after it; 0: none */
        struct span span;    /* of what was put */
        unsigned turn;       /* how far back in the numbered registers */
    } yanked;                /* the last put of the emacs kind */
    uint64_t killed_version; /* of the document, after text was killed at killed_at */
    size_t killed_at;
    struct extent last_extent; /* of the last operator on a selection: 1v */
    struct substitution substitution;
    char *last_line;   /* owned: ": */
    char *last_filter; /* owned */
    uint32_t last_macro;
    struct jump marks[26]; /* A-Z */
    struct jump *jumps;    /* owned */
    size_t jump_count, jump_at;
    bool jumped;             /* the running command remembered where it began */
    struct mark jump_before; /* mark ' before it did */
    struct line_history lines, patterns;
    const struct binding *prompt_binding; /* the search that waits for its pattern */
    bool selection_exact;                 /* the command line was opened from a selection */
    struct pattern *pattern;              /* compiled: the last one used */
    char *pattern_text;                   /* owned */
    bool pattern_ignores_case, pattern_smart;
    int global_depth;
    size_t block_last;     /* last line of the block that :put replaces */
    bool replaces_empty;   /* :change deleted every line */
    const char *line_rest; /* what a command that takes bars left of its argument */
    enum mode base;        /* where Escape leads: normal in vi, insert elsewhere */
    bool exclusive;        /* a selection ends before the cursor */
};

/* Calls that are kept. */
void saved_call_set(struct saved_call *saved, const struct call *call);
void saved_call_free(struct saved_call *saved);

/* input.c */
void input_handle(struct editor *editor, struct key key);
void input_run_queue(struct editor *editor);
/* Runs keys as if typed, whole: what is open at the end is closed by Escape. */
bool input_run_nested(struct editor *editor, const struct key *keys, size_t count);
/* Puts keys before what is queued. */
void input_push(struct editor *editor, const struct key *keys, size_t count);
void input_fail(struct editor *editor);
void pending_clear(struct editor *editor);
bool pending_is_empty(const struct editor *editor);
/* Runs a command with everything that is pending. `argument`: the typed line of a search, else NULL. */
void input_dispatch(struct editor *editor, const struct command *command, const char *argument,
                    struct key character);
/* The cursor is kept where the mode wants it. */
void cursor_settle(struct editor *editor);

/* operate.c: operators and what they work on. */
bool operate_motion(struct editor *editor, const struct call *operation, const struct call *motion,
                    int forced);
bool operate_lines(struct editor *editor, const struct call *operation);
bool operate_selection(struct editor *editor, const struct call *operation);
/* How large the selection is, for another of its size. */
struct extent selection_extent(const struct editor *editor, const struct region *region);
bool operate_extent(struct editor *editor, const struct call *operation, const struct extent *extent);
bool run_motion(struct editor *editor, const struct call *call, struct motion *motion);
struct region region_of_lines(const struct editor *editor, size_t first, size_t last);
/* Sets '[ and ']. */
void mark_changed(struct editor *editor, size_t start, size_t last);

/* block.c: the bytes of a block on one line, and cells. */
struct block_row {
    struct span span;     /* characters that lie wholly or partly in the block */
    size_t before, after; /* cells of a cut tab or wide character that lie outside, before and behind */
    size_t start_column, end_column; /* cells where the span begins and ends */
    bool is_short;                   /* the line ends before the block */
};
struct block_row block_row(const struct editor *editor, const struct region *region, size_t line_begin);
size_t region_first_line(const struct editor *editor, const struct region *region);
size_t region_last_line(const struct editor *editor, const struct region *region);

/* change.c, put.c: edits that several commands share. */
void region_yank(struct editor *editor, const struct region *region, struct yank *yank);
void region_delete(struct editor *editor, const struct region *region);
void repeat_remember(struct editor *editor, const struct call *call, enum target target);
bool text_put(struct editor *editor, const struct yank *yank, size_t count, bool before, bool cursor_behind);
size_t indent_width(const struct editor *editor, size_t line_begin);
void blanks_append(const struct editor *editor, struct bytes *out, size_t from, size_t to);
void indent_set(struct editor *editor, size_t line_begin, size_t width);
void indent_shift(struct editor *editor, size_t line_begin, long steps, bool round);
size_t shift_width(const struct editor *editor);
bool lines_join(struct editor *editor, size_t first, size_t last, bool with_blanks);

/* insert.c */
void insertion_begin(struct editor *editor, size_t count, bool replace);
void insertion_end(struct editor *editor);
void insertion_key(struct editor *editor, struct key key);
void insert_text(struct editor *editor, const char *bytes, size_t size);
void insertion_touch(struct editor *editor);
bool insertion_literal(struct editor *editor, struct key key);

/* motion.c: the place in a line that j and k aim at. */
size_t place_wanted(const struct editor *editor, size_t begin);
/* operator.c: every unit of a span changed; returns the span's new end. */
size_t span_map(struct editor *editor, struct span span, int32_t (*change)(int32_t code));
/* search.c: the word at a place or behind it on its line. */
bool word_under(const struct text *text, size_t at, bool words_only, struct span *span);

/* jump.c: '< and '>. */
bool selection_edge(const struct editor *editor, bool first, size_t *offset);

/* visual.c */
void selection_begin(struct editor *editor, enum shape shape);
void selection_remember(struct editor *editor);
/* Where the last selection began and where its cursor was; false without one in this document. */
bool selection_last(const struct editor *editor, size_t *anchor, size_t *cursor);
void selection_restore_extent(struct editor *editor, const struct extent *extent, size_t count);

/* jump.c: where a jump begins; at the end of the command: one that led nowhere is forgotten. */
void jump_remember(struct editor *editor);
void jump_settle(struct editor *editor);

/* register_read.c: what a register gives, also the read-only ones (". ": "/ "%). Free yank->bytes. */
bool register_read(struct editor *editor, uint32_t name, struct yank *yank);

/* prompt.c */
void prompt_open(struct editor *editor, char kind, const char *text);
void prompt_insert(struct editor *editor, const char *bytes, size_t size);
void prompt_close(struct editor *editor);

/* incremental.c: the cursor shows what is found until the end, which puts it back. */
void incremental_begin(struct editor *editor);
void incremental_update(struct editor *editor);
void incremental_end(struct editor *editor);

/* modeless.c */
void mark_ring_push(struct editor *editor);
void history_add(struct line_history *history, const char *line);

/* search.c */
struct pattern *search_compile(struct editor *editor, const char *pattern, struct error *error);
void search_remember(struct editor *editor, const char *pattern, bool backward, const char *offset);

/* editor.c */
bool editor_reload(struct editor *editor, struct error *error);

/* undo.c */
bool undo_go(struct editor *editor, size_t step);

/* repeat.c */
bool macro_run(struct editor *editor, uint32_t name, size_t count);

/* confirm.c: asks at each match; `every`: not only at the first of a line; `literal`: the replacement means
 * itself. While confirm.active, confirm_key takes the keys; false: it ended, and the key is another's. */
bool confirm_begin(struct editor *editor, const char *pattern, const char *replacement, struct span within,
                   bool every, bool literal);
bool confirm_key(struct editor *editor, struct key key);
void confirm_free(struct confirm *confirm);

/* line.c: the command line. */
bool line_run(struct editor *editor, const char *line);

#endif
