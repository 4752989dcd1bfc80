#include "editor/base/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { SIZE_LIMIT = 1 << 20 };

struct yaml {
    char *path;
    yaml_document_t document;
};

static const yaml_node_t *inner(const struct yaml_node *node)
{
    return (const yaml_node_t *)(const void *)node;
}

static const struct yaml_node *outer(const yaml_node_t *node)
{
    return (const struct yaml_node *)(const void *)node;
}

/* The document's nodes lie in one array; ids count from 1. */
static const struct yaml_node *node_at(const struct yaml *yaml, int id)
{
    return outer(yaml->document.nodes.start + id - 1);
}

static char *read_file(const char *path, size_t *size, struct error *error)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        fail(error, "%s: %s", path, strerror(errno));
        return NULL;
    }
    char *bytes = malloc(SIZE_LIMIT);
    if (!bytes)
        abort();
    *size = fread(bytes, 1, SIZE_LIMIT, file);
    bool bad = ferror(file) != 0, rest = *size == SIZE_LIMIT;
    fclose(file);
    if (!bad && !rest)
        return bytes;
    free(bytes);
    fail(error, "%s: %s", path, bad ? "cannot be read" : "larger than a YAML file may be (1 MiB)");
    return NULL;
}

static bool parse(struct yaml *yaml, const char *bytes, size_t size, struct error *error)
{
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        abort();
    yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, size);
    bool good = yaml_parser_load(&parser, &yaml->document) == 1;
    if (!good) {
        yaml_mark_t mark = parser.problem_mark;
        fail(error, "%s:%zu:%zu: %s", yaml->path, mark.line + 1, mark.column + 1,
             parser.problem ? parser.problem : "not YAML");
    }
    yaml_parser_delete(&parser);
    return good;
}

struct yaml *yaml_read(const char *path, struct error *error)
{
    size_t size = 0;
    char *bytes = read_file(path, &size, error);
    if (!bytes)
        return NULL;
    struct yaml *yaml = calloc(1, sizeof *yaml);
    if (!yaml || !(yaml->path = strdup(path)))
        abort();
    bool good = parse(yaml, bytes, size, error);
    free(bytes);
    if (good)
        return yaml;
    free(yaml->path);
    free(yaml);
    return NULL;
}

void yaml_free(struct yaml *yaml)
{
    if (!yaml)
        return;
    yaml_document_delete(&yaml->document);
    free(yaml->path);
    free(yaml);
}

const struct yaml_node *yaml_root(const struct yaml *yaml)
{
    const yaml_document_t *document = &yaml->document;
    return document->nodes.start == document->nodes.top ? NULL : outer(document->nodes.start);
}

const char *yaml_text(const struct yaml_node *node)
{
    return node && inner(node)->type == YAML_SCALAR_NODE ? (const char *)inner(node)->data.scalar.value
                                                         : NULL;
}

bool yaml_is_mapping(const struct yaml_node *node)
{
    return node && inner(node)->type == YAML_MAPPING_NODE;
}

bool yaml_is_sequence(const struct yaml_node *node)
{
    return node && inner(node)->type == YAML_SEQUENCE_NODE;
}

size_t yaml_count(const struct yaml *yaml, const struct yaml_node *node)
{
    (void)yaml;
    if (yaml_is_mapping(node))
        return (size_t)(inner(node)->data.mapping.pairs.top - inner(node)->data.mapping.pairs.start);
    if (yaml_is_sequence(node))
        return (size_t)(inner(node)->data.sequence.items.top - inner(node)->data.sequence.items.start);
    return 0;
}

const struct yaml_node *yaml_key(const struct yaml *yaml, const struct yaml_node *node, size_t index)
{
    if (!yaml_is_mapping(node) || index >= yaml_count(yaml, node))
        return NULL;
    return node_at(yaml, inner(node)->data.mapping.pairs.start[index].key);
}

const struct yaml_node *yaml_value(const struct yaml *yaml, const struct yaml_node *node, size_t index)
{
    if (index >= yaml_count(yaml, node))
        return NULL;
    if (yaml_is_mapping(node))
        return node_at(yaml, inner(node)->data.mapping.pairs.start[index].value);
    return node_at(yaml, inner(node)->data.sequence.items.start[index]);
}

const struct yaml_node *yaml_find(const struct yaml *yaml, const struct yaml_node *node, const char *key)
{
    for (size_t i = 0; yaml_is_mapping(node) && i < yaml_count(yaml, node); i++) {
        const char *name = yaml_text(yaml_key(yaml, node, i));
        if (name && strcmp(name, key) == 0)
            return yaml_value(yaml, node, i);
    }
    return NULL;
}

bool yaml_fail(const struct yaml *yaml, const struct yaml_node *node, struct error *error, const char *format,
               ...)
{
    char message[384];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    yaml_mark_t mark = node ? inner(node)->start_mark : (yaml_mark_t){ 0 };
    return fail(error, "%s:%zu:%zu: %s", yaml->path, mark.line + 1, mark.column + 1, message);
}
