#include "model/format/pickle_machine.h"

#include "model/base/memory.h"
#include "model/format/checkpoint.h"

#include <stdlib.h>
#include <string.h>

enum { VALUE_NONE, VALUE_FALSE, VALUE_TRUE, VALUE_EMPTY, CLASS_NAME_MAX = 100 };

static const struct {
    const char *module, *name;
    int64_t number;
} classes[] = {
    { "torch._utils", "_rebuild_tensor_v2", CLASS_TENSOR },
    { "torch._utils", "_rebuild_parameter", CLASS_PARAMETER },
    { "collections", "OrderedDict", CLASS_DICT },
    { "torch", "FloatStorage", CLASS_STORAGE + DTYPE_F32 },
    { "torch", "DoubleStorage", CLASS_STORAGE + DTYPE_F64 },
    { "torch", "HalfStorage", CLASS_STORAGE + DTYPE_F16 },
    { "torch", "BFloat16Storage", CLASS_STORAGE + DTYPE_BF16 },
    { "torch", "LongStorage", CLASS_STORAGE + DTYPE_I64 },
    { "torch", "IntStorage", CLASS_STORAGE + DTYPE_I32 },
    { "torch", "ByteStorage", CLASS_STORAGE + DTYPE_U8 },
    { "torch", "BoolStorage", CLASS_STORAGE + DTYPE_U8 },
    { "torch", "CharStorage", CLASS_STORAGE + DTYPE_I8 },
};

bool pickle_storage_type(int64_t class_number, int *type)
{
    *type = (int)(class_number - CLASS_STORAGE);
    return class_number >= CLASS_STORAGE;
}

/* The program while it runs. */
struct program {
    struct pickle_machine *machine;
    const char *path;
    const uint8_t *start, *at, *end;
    struct lacuna_error *error;
};

static bool refuse(const struct program *program, const char *reason)
{
    return fail(program->error, LACUNA_MODEL, "%.200s: byte %zu of its pickle: %s", program->path,
                (size_t)(program->at - program->start), reason);
}

static bool push(struct program *program, uint32_t value)
{
    struct pickle_machine *machine = program->machine;
    machine->stack =
        memory_grow(machine->stack, &machine->stack_room, machine->depth + 1, sizeof *machine->stack);
    machine->stack[machine->depth++] = value;
    return true;
}

static bool push_new(struct program *program, struct pickle_value value)
{
    struct pickle_machine *machine = program->machine;
    if (machine->value_count >= machine->value_limit)
        return refuse(program, "it makes more values than its size is good for");
    machine->values =
        memory_grow(machine->values, &machine->value_room, machine->value_count + 1, sizeof *machine->values);
    machine->values[machine->value_count] = value;
    return push(program, (uint32_t)machine->value_count++);
}

/* What lies below the last mark is not to be taken by opcodes that name no mark. */
static size_t own_depth(const struct pickle_machine *machine)
{
    return machine->depth - (machine->mark_count ? machine->marks[machine->mark_count - 1] : 0);
}

static bool pop(struct program *program, uint32_t *value)
{
    if (!own_depth(program->machine))
        return refuse(program, "its stack is empty");
    *value = program->machine->stack[--program->machine->depth];
    return true;
}

static bool number_read(struct program *program, int bytes, uint64_t *number)
{
    if (program->end - program->at < bytes)
        return refuse(program, "it is cut off");
    *number = 0;
    for (int k = bytes - 1; k >= 0; k--)
        *number = *number << 8 | program->at[k];
    program->at += bytes;
    return true;
}

static bool push_whole(struct program *program, int64_t whole)
{
    return push_new(program, (struct pickle_value){ .kind = PICKLE_WHOLE, .whole = whole });
}

/* A number of that many bytes, its sign in the highest bit. */
static bool push_long(struct program *program, int length_bytes)
{
    uint64_t size = 0, number = 0;
    if (!number_read(program, length_bytes, &size))
        return false;
    if (size > 8)
        return refuse(program, "a number has more than 64 bits");
    if (!number_read(program, (int)size, &number))
        return false;
    if (size && size < 8 && number >> (8 * size - 1))
        number |= UINT64_MAX << 8 * size;
    return push_whole(program, (int64_t)number);
}

static bool push_real(struct program *program)
{
    uint64_t bits = 0;
    double real;
    if (program->end - program->at < 8)
        return refuse(program, "it is cut off");
    for (int k = 0; k < 8; k++)
        bits = bits << 8 | *program->at++;
    memcpy(&real, &bits, sizeof real);
    return push_new(program, (struct pickle_value){ .kind = PICKLE_REAL, .real = real });
}

static bool push_text(struct program *program, int length_bytes)
{
    uint64_t size = 0;
    if (!number_read(program, length_bytes, &size))
        return false;
    if (size > (uint64_t)(program->end - program->at) || size > UINT32_MAX)
        return refuse(program, "a string is longer than what follows");
    const char *text = (const char *)program->at;
    program->at += size;
    return push_new(program,
                    (struct pickle_value){ .kind = PICKLE_TEXT, .count = (uint32_t)size, .text = text });
}

/* ---- tuples, dictionaries, the memo */

static bool items_take(struct program *program, size_t count, struct pickle_value *tuple)
{
    struct pickle_machine *machine = program->machine;
    if (own_depth(machine) < count)
        return refuse(program, "its stack is empty");
    machine->items =
        memory_grow(machine->items, &machine->item_room, machine->item_count + count, sizeof *machine->items);
    machine->depth -= count;
    if (count)
        memcpy(machine->items + machine->item_count, machine->stack + machine->depth,
               count * sizeof *machine->items);
    *tuple = (struct pickle_value){ .kind = PICKLE_TUPLE,
                                    .count = (uint32_t)count,
                                    .first = (uint32_t)machine->item_count };
    machine->item_count += count;
    return true;
}

static bool push_tuple(struct program *program, size_t count)
{
    struct pickle_value tuple;
    return items_take(program, count, &tuple) && push_new(program, tuple);
}

static bool mark_pop(struct program *program, size_t *count)
{
    struct pickle_machine *machine = program->machine;
    if (!machine->mark_count)
        return refuse(program, "a mark is missing");
    *count = machine->depth - machine->marks[--machine->mark_count];
    return true;
}

static bool push_mark(struct program *program)
{
    struct pickle_machine *machine = program->machine;
    machine->marks =
        memory_grow(machine->marks, &machine->mark_room, machine->mark_count + 1, sizeof *machine->marks);
    machine->marks[machine->mark_count++] = machine->depth;
    return true;
}

static bool dict_fill(struct program *program, size_t count)
{
    struct pickle_machine *machine = program->machine;
    if (count % 2 || own_depth(machine) < count + 1)
        return refuse(program, "a dictionary gets a key without a value");
    uint32_t dict = machine->stack[machine->depth - count - 1];
    if (machine->values[dict].kind != PICKLE_DICT)
        return refuse(program, "what is filled is no dictionary");
    machine->pairs = memory_grow(machine->pairs, &machine->pair_room, machine->pair_count + count / 2,
                                 sizeof *machine->pairs);
    for (size_t k = machine->depth - count; k < machine->depth; k += 2)
        machine->pairs[machine->pair_count++] =
            (struct pickle_pair){ dict, machine->stack[k], machine->stack[k + 1] };
    machine->depth -= count;
    return true;
}

static bool list_fill(struct program *program, size_t count)
{
    struct pickle_machine *machine = program->machine;
    if (own_depth(machine) < count + 1 ||
        machine->values[machine->stack[machine->depth - count - 1]].kind != PICKLE_LIST)
        return refuse(program, "what is filled is no list");
    machine->depth -= count;
    return true;
}

static bool memo_put(struct program *program, uint64_t place)
{
    struct pickle_machine *machine = program->machine;
    if (!own_depth(machine) || place > machine->memo_count)
        return refuse(program, "it notes a value out of turn");
    if (place == machine->memo_count)
        machine->memo =
            memory_grow(machine->memo, &machine->memo_room, ++machine->memo_count, sizeof *machine->memo);
    machine->memo[place] = machine->stack[machine->depth - 1];
    return true;
}

static bool memo_use(struct program *program, int bytes, bool put)
{
    uint64_t place = 0;
    if (!number_read(program, bytes, &place))
        return false;
    if (put)
        return memo_put(program, place);
    if (place >= program->machine->memo_count)
        return refuse(program, "it calls for a value that it did not note");
    return push(program, program->machine->memo[place]);
}

/* ---- classes and what they build */

static bool push_class(struct program *program, const char *module, size_t module_size, const char *name,
                       size_t name_size)
{
    for (size_t k = 0; k < sizeof classes / sizeof *classes; k++)
        if (strlen(classes[k].module) == module_size && !memcmp(classes[k].module, module, module_size) &&
            strlen(classes[k].name) == name_size && !memcmp(classes[k].name, name, name_size))
            return push_new(program,
                            (struct pickle_value){ .kind = PICKLE_CLASS, .whole = classes[k].number });
    return fail(program->error, LACUNA_MODEL, "%.200s: its pickle asks for %.*s.%.*s, which is no tensor",
                program->path, (int)(module_size < CLASS_NAME_MAX ? module_size : CLASS_NAME_MAX), module,
                (int)(name_size < CLASS_NAME_MAX ? name_size : CLASS_NAME_MAX), name);
}

static bool line_read(struct program *program, const char **line, size_t *size)
{
    const uint8_t *end = memchr(program->at, '\n', (size_t)(program->end - program->at));
    if (!end)
        return refuse(program, "it is cut off");
    *line = (const char *)program->at;
    *size = (size_t)(end - program->at);
    program->at = end + 1;
    return true;
}

static bool global_line(struct program *program)
{
    const char *module = NULL, *name = NULL;
    size_t module_size = 0, name_size = 0;
    return line_read(program, &module, &module_size) && line_read(program, &name, &name_size) &&
           push_class(program, module, module_size, name, name_size);
}

static bool global_stack(struct program *program)
{
    uint32_t name = 0, module = 0;
    if (!pop(program, &name) || !pop(program, &module))
        return false;
    const struct pickle_value *values = program->machine->values;
    if (values[name].kind != PICKLE_TEXT || values[module].kind != PICKLE_TEXT)
        return refuse(program, "a class is not named by strings");
    return push_class(program, values[module].text, values[module].count, values[name].text,
                      values[name].count);
}

static bool call(struct program *program)
{
    uint32_t arguments = 0, function = 0;
    if (!pop(program, &arguments) || !pop(program, &function))
        return false;
    const struct pickle_machine *machine = program->machine;
    const struct pickle_value *tuple = &machine->values[arguments], *class = &machine->values[function];
    if (class->kind != PICKLE_CLASS || tuple->kind != PICKLE_TUPLE)
        return refuse(program, "it calls what is no class");
    if (class->whole == CLASS_DICT && !tuple->count)
        return push_new(program, (struct pickle_value){ .kind = PICKLE_DICT });
    if (class->whole == CLASS_TENSOR && tuple->count >= 4)
        return push_new(program, (struct pickle_value){
                                     .kind = PICKLE_TENSOR, .count = tuple->count, .first = tuple->first });
    if (class->whole == CLASS_PARAMETER && tuple->count >= 1)
        return push(program, machine->items[tuple->first]);
    return refuse(program, "it calls a class with what it does not take");
}

static bool storage_name(struct program *program)
{
    uint32_t name = 0;
    if (!pop(program, &name))
        return false;
    struct pickle_value tuple = program->machine->values[name];
    if (tuple.kind != PICKLE_TUPLE || tuple.count < 5)
        return refuse(program, "a storage is not named by a tuple of five");
    tuple.kind = PICKLE_STORAGE;
    return push_new(program, tuple);
}

/* Attributes of an object; those of dictionaries and tensors say nothing that is needed. */
static bool attributes_drop(struct program *program)
{
    uint32_t state = 0;
    return pop(program, &state) && (own_depth(program->machine) || refuse(program, "its stack is empty"));
}

/* ---- opcodes */

static bool step_value(struct program *program, uint8_t opcode, bool *known)
{
    uint64_t number = 0;
    switch (opcode) {
    case 'N':
        return push(program, VALUE_NONE);
    case 0x88:
        return push(program, VALUE_TRUE);
    case 0x89:
        return push(program, VALUE_FALSE);
    case ')':
        return push(program, VALUE_EMPTY);
    case 'K':
        return number_read(program, 1, &number) && push_whole(program, (int64_t)number);
    case 'M':
        return number_read(program, 2, &number) && push_whole(program, (int64_t)number);
    case 'J':
        return number_read(program, 4, &number) && push_whole(program, (int32_t)number);
    case 0x8a:
        return push_long(program, 1);
    case 'G':
        return push_real(program);
    case 'X':
        return push_text(program, 4);
    case 0x8c:
        return push_text(program, 1);
    case '}':
        return push_new(program, (struct pickle_value){ .kind = PICKLE_DICT });
    case ']':
        return push_new(program, (struct pickle_value){ .kind = PICKLE_LIST });
    default:
        *known = false;
        return true;
    }
}

static bool step_memo(struct program *program, uint8_t opcode, bool *known)
{
    uint64_t number = 0;
    switch (opcode) {
    case 'q':
        return memo_use(program, 1, true);
    case 'r':
        return memo_use(program, 4, true);
    case 'h':
        return memo_use(program, 1, false);
    case 'j':
        return memo_use(program, 4, false);
    case 0x94:
        return memo_put(program, program->machine->memo_count);
    case 0x80:
        return number_read(program, 1, &number);
    case 0x95:
        return number_read(program, 8, &number);
    default:
        *known = false;
        return true;
    }
}

static bool step_build(struct program *program, uint8_t opcode)
{
    size_t count = 0;
    switch (opcode) {
    case '(':
        return push_mark(program);
    case 't':
        return mark_pop(program, &count) && push_tuple(program, count);
    case 0x85:
    case 0x86:
    case 0x87:
        return push_tuple(program, opcode - 0x84u);
    case 's':
        return dict_fill(program, 2);
    case 'u':
        return mark_pop(program, &count) && dict_fill(program, count);
    case 'a':
        return list_fill(program, 1);
    case 'e':
        return mark_pop(program, &count) && list_fill(program, count);
    case 'c':
        return global_line(program);
    case 0x93:
        return global_stack(program);
    case 'R':
        return call(program);
    case 'Q':
        return storage_name(program);
    case 'b':
        return attributes_drop(program);
    default:
        return refuse(program, "an opcode that tensors do not need");
    }
}

static bool step(struct program *program, uint8_t opcode)
{
    bool known = true;
    bool fine = step_value(program, opcode, &known);
    if (!known) {
        known = true;
        fine = step_memo(program, opcode, &known);
    }
    return known ? fine : step_build(program, opcode);
}

bool pickle_run(struct pickle_machine *machine, uint32_t *result, const char *path, const uint8_t *bytes,
                size_t size, struct lacuna_error *error)
{
    *machine = (struct pickle_machine){ .value_limit = size / 2 + 64 };
    struct program program = { machine, path, bytes, bytes, bytes + size, error };
    static const struct pickle_value first[] = { { .kind = PICKLE_NONE },
                                                 { .kind = PICKLE_WHOLE, .whole = 0 },
                                                 { .kind = PICKLE_WHOLE, .whole = 1 },
                                                 { .kind = PICKLE_TUPLE } };
    for (size_t k = 0; k < sizeof first / sizeof *first; k++)
        push_new(&program, first[k]);
    machine->depth = 0;
    while (program.at < program.end) {
        uint8_t opcode = *program.at++;
        if (opcode == '.')
            return pop(&program, result);
        if (!step(&program, opcode))
            return false;
    }
    return refuse(&program, "it does not end");
}

void pickle_machine_free(struct pickle_machine *machine)
{
    free(machine->values);
    free(machine->items);
    free(machine->stack);
    free(machine->memo);
    free(machine->marks);
    free(machine->pairs);
    *machine = (struct pickle_machine){ 0 };
}
