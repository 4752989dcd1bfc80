/* yaml.h - a YAML file as nodes that know their line and column, for files that people write: keymaps,
 * themes, configuration. One document of mappings, sequences and scalars; aliases are followed by libyaml,
 * other documents are ignored. */
#ifndef EDITOR_BASE_YAML_H
#define EDITOR_BASE_YAML_H

#include "editor/base/error.h"

#include <stddef.h>

struct yaml;      /* a file that was read */
struct yaml_node; /* borrowed from it */

/* NULL: error says "PATH:LINE:COLUMN: reason". An empty file has no root. At most 1 MiB is read. */
struct yaml *yaml_read(const char *path, struct error *error);
void yaml_free(struct yaml *yaml);

const struct yaml_node *yaml_root(const struct yaml *yaml);
/* The scalar's text, ended by a 0 byte; NULL: it is no scalar. */
const char *yaml_text(const struct yaml_node *node);
/* Pairs of a mapping or items of a sequence; 0 for a scalar. */
size_t yaml_count(const struct yaml *yaml, const struct yaml_node *node);
bool yaml_is_mapping(const struct yaml_node *node);
bool yaml_is_sequence(const struct yaml_node *node);
/* Of a mapping: key and value of a pair. Of a sequence: the item (key NULL). */
const struct yaml_node *yaml_key(const struct yaml *yaml, const struct yaml_node *node, size_t index);
const struct yaml_node *yaml_value(const struct yaml *yaml, const struct yaml_node *node, size_t index);
/* The value of the key so named, NULL where there is none. */
const struct yaml_node *yaml_find(const struct yaml *yaml, const struct yaml_node *node, const char *key);

/* Fills *error with "PATH:LINE:COLUMN: message" for the node and returns false. */
bool yaml_fail(const struct yaml *yaml, const struct yaml_node *node, struct error *error, const char *format,
               ...) __attribute__((format(printf, 4, 5)));

#endif
