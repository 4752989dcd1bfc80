/* command.h - commands are rows: a name, what it does, what it needs, a line of help. Keymaps, the command
 * line, completion and the help screen all read the row. One theme per file gives an array of rows ended by a
 * zero row; command_table.c lists the arrays.
 *
 * A name is the same in every keymap. Five kinds:
 *   ACTION    does something; bound to keys, and by name on the command line
 *   MOTION    says where the cursor goes; an operator or a selection may use it
 *   OBJECT    says which region lies around the cursor
 *   OPERATOR  works on a region
 *   LINE      takes a range of lines and text: the command line of vi, with abbreviations */
#ifndef EDITOR_COMMAND_COMMAND_H
#define EDITOR_COMMAND_COMMAND_H

#include "editor/command/key.h"
#include "editor/command/region.h"

struct editor;
struct command;

enum command_kind { COMMAND_ACTION, COMMAND_MOTION, COMMAND_OBJECT, COMMAND_OPERATOR, COMMAND_LINE };

enum command_flag {
    TAKES_CHARACTER = 1,         /* the next key is its argument */
    MOTION_INCLUSIVE = 2,        /* an operator takes in the character under the target */
    MOTION_LINEWISE = 4,         /* an operator takes whole lines */
    MOTION_JUMP = 8,             /* remembers where it came from */
    MOTION_KEEPS_COLUMN = 16,    /* the wanted column stands */
    REPEATABLE = 32,             /* dot repeats it */
    KEEPS_PENDING = 64,          /* a prefix: count and register stay for the next command */
    VISUAL_ENDS = 128,           /* a selection ends after it */
    MODIFIES = 256,              /* refused in a read-only document */
    LINE_WHOLE_DEFAULT = 512,    /* without a range: all lines */
    LINE_TAKES_BAR = 1024,       /* `|` is part of its text */
    LINE_NO_RANGE = 2048,        /* a range is an error */
    LINE_COUNTS = 4096,          /* a range of one number is a count or an address that may be 0 */
    LINE_NAMES_REGISTER = 8192,  /* takes [register] [count] */
    OPERATOR_ENTERS = 16384,     /* ends in insertion */
    HIDDEN = 32768,              /* not in completion */
    STOPS_RECORDING = 65536,     /* takes no character while keys are recorded */
    TAKES_LINE = 1 << 17,        /* asks for a line first: a search */
    MOTION_NUMBERED = 1 << 18,   /* what is deleted over it goes to "1 even if it is small */
    OPERATOR_DELETES = 1 << 19,  /* a deletion that leaves only blanks takes the lines */
    OPERATOR_CLIPS = 1 << 20,    /* a count beyond the last line is clipped */
    OPERATOR_MOVES = 1 << 21,    /* on lines the cursor goes to the first character that is no blank */
    OPERATOR_ON_LINES = 1 << 22, /* works on lines whatever the shape */
    LINE_TIGHT = 1 << 24,        /* its text begins right behind the name, blanks included */
    OPERATOR_CHANGES = 1 << 23   /* w stops at the end of a word */
};

enum range_kind { RANGE_NONE, RANGE_LINES, RANGE_SELECTION };

struct call {
    const struct command *command;
    size_t count;         /* at least 1 */
    bool counted;         /* a count was given */
    uint32_t reg;         /* register name; 0: the unnamed one */
    struct key character; /* of TAKES_CHARACTER */
    const char *argument; /* what follows the name in the keymap or on the command line; never NULL */
    enum range_kind
        range; /* RANGE_SELECTION: typed as '<,'> from a selection that lived when the command line opened */
    size_t first, last; /* lines from 0, both included; the current line without a range */
    size_t addresses;   /* how many were typed: 0, 1, 2 */
    bool forced;        /* `!` behind the name */
    bool before_first;  /* the last address was 0: above the first line */
};

struct motion {
    size_t target; /* offset; set to the cursor before the call */
    size_t start;  /* offset where an operator's region begins; the cursor before the call */
    bool linewise, inclusive;
    bool keeps_column, numbered;
    bool stopped;  /* it went as far as it could, which is less than asked: a macro stops there */
    bool whole;    /* the region is exactly start..target, whatever the rules for exclusive ends say */
    size_t wanted; /* a new wanted column where it is not NO_COLUMN */
};
#define NO_COLUMN ((size_t)-2)
#define END_COLUMN ((size_t)-1) /* the wanted column after $ */

struct command {
    const char *name;
    const char *help;
    enum command_kind kind;
    unsigned flags;
    union {
        bool (*act)(struct editor *editor, const struct call *call); /* ACTION, LINE */
        bool (*move)(struct editor *editor, const struct call *call, struct motion *motion);
        bool (*select)(struct editor *editor, const struct call *call, struct region *region);
        bool (*operate)(struct editor *editor, const struct call *call, const struct region *region);
    };
    unsigned shortest; /* LINE: the shortest abbreviation; 0: the whole name */
};
/* Each of them returns false when it could do nothing: macros stop there. Messages go to editor_message or
 * editor_error. */

/* The arrays of rows, ended by NULL. */
extern const struct command *const command_groups[];

/* The command of that exact name, LINE commands last; NULL. */
const struct command *command_find(const char *name, size_t size);
/* What a name or abbreviation on the command line means; NULL. */
const struct command *command_find_line(const char *name, size_t size);

#endif
