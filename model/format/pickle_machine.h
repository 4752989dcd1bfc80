/* pickle_machine.h - the stack machine that a pickle is a program of. Values are numbers of rows in one list,
 * so that a value that is met again costs nothing and a dictionary that holds itself does no harm. */
#ifndef MODEL_FORMAT_PICKLE_MACHINE_H
#define MODEL_FORMAT_PICKLE_MACHINE_H

#include "model/base/error.h"

#include <stddef.h>
#include <stdint.h>

enum pickle_kind {
    PICKLE_NONE,
    PICKLE_WHOLE, /* whole numbers and truth values */
    PICKLE_REAL,
    PICKLE_TEXT,
    PICKLE_TUPLE, /* items [first, first + count) */
    PICKLE_LIST,  /* its content is not kept */
    PICKLE_DICT,
    PICKLE_CLASS,   /* number of a class that is known */
    PICKLE_STORAGE, /* items [first, …) of what names it: "storage", class, name, place, count */
    PICKLE_TENSOR,  /* items [first, …) of what it was rebuilt from */
};

struct pickle_value {
    enum pickle_kind kind;
    uint32_t count;
    union {
        int64_t whole;
        double real;
        const char *text; /* count bytes of the pickle */
        uint32_t first;
    };
};

struct pickle_pair {
    uint32_t dict, key, value;
};

enum pickle_class { CLASS_TENSOR, CLASS_PARAMETER, CLASS_DICT, CLASS_STORAGE };

struct pickle_machine {
    struct pickle_value *values;
    uint32_t *items, *stack, *memo;
    size_t *marks;
    struct pickle_pair *pairs;
    size_t value_count, value_room, item_count, item_room, depth, stack_room, memo_count, memo_room;
    size_t mark_count, mark_room, pair_count, pair_room, value_limit;
};

/* Runs the program; *result is the number of what it leaves. The machine is to be freed in any case. */
bool pickle_run(struct pickle_machine *machine, uint32_t *result, const char *path, const uint8_t *bytes,
                size_t size, struct lacuna_error *error);
void pickle_machine_free(struct pickle_machine *machine);

/* CLASS_STORAGE and above stand for the storages of the types that pickle_storage_type knows. */
bool pickle_storage_type(int64_t class_number, int *type);

#endif
