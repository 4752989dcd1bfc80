/* attributes.yaml: slots, their values, and other names of these.
 *
 *     tense:
 *       past: [preterite]
 *       present: []
 */
#include "model/infill/attribute.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

struct names {
    struct attributes *attributes;
    yaml_document_t document;
    const char *path;
    bool values_too; /* add values that the model does not have */
    struct lacuna_error *error;
};

static bool complain(const struct names *names, const yaml_node_t *node, const char *what)
{
    return fail(names->error, LACUNA_MODEL, "%s:%zu:%zu: %s", names->path, node->start_mark.line + 1,
                node->start_mark.column + 1, what);
}

static const char *scalar(const yaml_node_t *node)
{
    return node && node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

static bool read_synonyms(struct names *names, const yaml_node_t *list, size_t index)
{
    if (list->type != YAML_SEQUENCE_NODE)
        return complain(names, list, "expected a list of other names");
    for (yaml_node_item_t *item = list->data.sequence.items.start; item < list->data.sequence.items.top;
         item++) {
        const yaml_node_t *node = yaml_document_get_node(&names->document, *item);
        if (!scalar(node))
            return complain(names, node ? node : list, "expected a name");
        if (index != SIZE_MAX)
            attributes_also(names->attributes, scalar(node), index);
    }
    return true;
}

static bool read_slot(struct names *names, const char *slot, const yaml_node_t *values)
{
    if (values->type != YAML_MAPPING_NODE)
        return complain(names, values, "expected values, each with a list of other names");
    for (yaml_node_pair_t *pair = values->data.mapping.pairs.start; pair < values->data.mapping.pairs.top;
         pair++) {
        const yaml_node_t *key = yaml_document_get_node(&names->document, pair->key);
        const yaml_node_t *list = yaml_document_get_node(&names->document, pair->value);
        if (!scalar(key) || !list)
            return complain(names, values, "expected the name of a value");
        size_t index = attributes_find(names->attributes, slot, scalar(key));
        if (index == SIZE_MAX && names->values_too)
            index = attributes_add(names->attributes, slot, scalar(key), -1);
        if (!read_synonyms(names, list, index))
            return false;
    }
    return true;
}

static bool read_document(struct names *names)
{
    const yaml_node_t *root = yaml_document_get_root_node(&names->document);
    if (!root)
        return true;
    if (root->type != YAML_MAPPING_NODE)
        return complain(names, root, "expected slots, each with its values");
    for (yaml_node_pair_t *pair = root->data.mapping.pairs.start; pair < root->data.mapping.pairs.top;
         pair++) {
        const yaml_node_t *key = yaml_document_get_node(&names->document, pair->key);
        const yaml_node_t *values = yaml_document_get_node(&names->document, pair->value);
        if (!scalar(key) || !values)
            return complain(names, root, "expected the name of a slot");
        if (!read_slot(names, scalar(key), values))
            return false;
    }
    return true;
}

bool attributes_read_names(struct attributes *attributes, const char *path, bool values_too,
                           struct lacuna_error *error)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return fail(error, LACUNA_MODEL, "%s: %s", path, strerror(errno));
    struct names names = { .attributes = attributes, .path = path, .values_too = values_too, .error = error };
    yaml_parser_t parser;
    bool fine = false;
    if (yaml_parser_initialize(&parser)) {
        yaml_parser_set_input_file(&parser, file);
        fine = yaml_parser_load(&parser, &names.document);
        if (!fine) {
            fail(error, LACUNA_MODEL, "%s:%zu:%zu: %s", path, parser.problem_mark.line + 1,
                 parser.problem_mark.column + 1, parser.problem ? parser.problem : "not YAML");
        } else {
            fine = read_document(&names);
            yaml_document_delete(&names.document);
        }
        yaml_parser_delete(&parser);
    }
    fclose(file);
    return fine;
}
