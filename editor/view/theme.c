#include "editor/view/theme.h"

#include "editor/base/yaml.h"
#include "editor/view/colour.h"

#include <string.h>

struct row {
    const char *name, *foreground, *background;
    uint32_t attributes, mono;
};

/* By enum face. Tints suit dark and light grounds alike: a dark tint under light letters. */
static const struct row rows[FACE_COUNT] = {
    [FACE_TEXT] = { "text", "default", "default", 0, 0 },
    [FACE_LINE_NUMBER] = { "line-number", "bright-black", "default", 0, ATTRIBUTE_DIM },
    [FACE_FILLER] = { "filler", "bright-black", "default", 0, ATTRIBUTE_DIM },
    [FACE_CONTROL] = { "control", "magenta", "default", 0, ATTRIBUTE_UNDERLINE },
    [FACE_SELECTION] = { "selection", "default", "default", ATTRIBUTE_REVERSE, ATTRIBUTE_REVERSE },
    [FACE_MATCH] = { "match", "black", "yellow", 0, ATTRIBUTE_REVERSE },
    [FACE_STATUS] = { "status", "default", "default", ATTRIBUTE_REVERSE, ATTRIBUTE_REVERSE },
    [FACE_MODE] = { "mode", "default", "default", ATTRIBUTE_REVERSE | ATTRIBUTE_BOLD,
                    ATTRIBUTE_REVERSE | ATTRIBUTE_BOLD },
    [FACE_MESSAGE] = { "message", "default", "default", 0, 0 },
    [FACE_ERROR] = { "error", "red", "default", ATTRIBUTE_BOLD, ATTRIBUTE_BOLD },
    [FACE_PROMPT] = { "prompt", "default", "default", 0, 0 },
    [FACE_HOLE] = { "hole", "#d0d0d0", "#3a3a5a", 0, ATTRIBUTE_UNDERLINE },
    [FACE_BRACKET] = { "bracket", "#8787ff", "default", ATTRIBUTE_BOLD, ATTRIBUTE_BOLD },
    [FACE_CONFIDENCE_LOW] = { "confidence-low", "#ffffff", "#5f2f2f", 0, ATTRIBUTE_UNDERLINE },
    [FACE_CONFIDENCE_FAIR] = { "confidence-fair", "#ffffff", "#5f4a1f", 0, ATTRIBUTE_UNDERLINE },
    [FACE_CONFIDENCE_GOOD] = { "confidence-good", "#ffffff", "#1f4f3f", 0, 0 },
    [FACE_CONFIDENCE_HIGH] = { "confidence-high", "#ffffff", "#005f2f", 0, ATTRIBUTE_BOLD },
    [FACE_PINNED] = { "pinned", "#ffffff", "#005f87", ATTRIBUTE_BOLD, ATTRIBUTE_BOLD | ATTRIBUTE_UNDERLINE },
    [FACE_PROGRESS] = { "progress", "default", "default", ATTRIBUTE_REVERSE, ATTRIBUTE_REVERSE },
    [FACE_LIST] = { "list", "default", "default", 0, 0 },
    [FACE_LIST_CHOSEN] = { "list-chosen", "default", "default", ATTRIBUTE_REVERSE, ATTRIBUTE_REVERSE },
};

static const struct {
    const char *name;
    enum attribute attribute;
} attributes[] = {
    { "bold", ATTRIBUTE_BOLD },           { "dim", ATTRIBUTE_DIM },         { "italic", ATTRIBUTE_ITALIC },
    { "underline", ATTRIBUTE_UNDERLINE }, { "reverse", ATTRIBUTE_REVERSE },
};

void theme_default(struct theme *theme, int colours)
{
    for (int face = 0; face < FACE_COUNT; face++) {
        struct style *style = &theme->styles[face];
        *style = (struct style){ .attributes = colours ? rows[face].attributes : rows[face].mono };
        if (!colours)
            continue;
        colour_parse(rows[face].foreground, &style->foreground);
        colour_parse(rows[face].background, &style->background);
    }
}

static bool read_colour(const struct yaml *yaml, const struct yaml_node *node, uint32_t *colour,
                        struct error *error)
{
    const char *text = yaml_text(node);
    if (text && colour_parse(text, colour))
        return true;
    return yaml_fail(yaml, node, error, "%s is no colour; a name such as bright-blue, 0 to 255, or #rrggbb",
                     text ? text : "this");
}

static bool read_attributes(const struct yaml *yaml, const struct yaml_node *list, uint32_t *set,
                            struct error *error)
{
    if (!yaml_is_sequence(list))
        return yaml_fail(yaml, list, error, "a list of bold, dim, italic, underline, reverse is needed here");
    *set = 0;
    for (size_t i = 0; i < yaml_count(yaml, list); i++) {
        const struct yaml_node *item = yaml_value(yaml, list, i);
        const char *name = yaml_text(item);
        size_t known = sizeof attributes / sizeof *attributes, found = 0;
        while (found < known && (!name || strcmp(name, attributes[found].name) != 0))
            found++;
        if (found == known)
            return yaml_fail(yaml, item, error,
                             "unknown attribute %s; bold, dim, italic, underline or reverse",
                             name ? name : "");
        *set |= attributes[found].attribute;
    }
    return true;
}

static bool read_face(const struct yaml *yaml, const struct yaml_node *node, struct style *style, int colours,
                      struct error *error)
{
    struct style colour = *style;
    uint32_t mono = style->attributes;
    for (size_t i = 0; i < yaml_count(yaml, node); i++) {
        const struct yaml_node *key = yaml_key(yaml, node, i), *value = yaml_value(yaml, node, i);
        const char *name = yaml_text(key);
        bool good;
        if (name && strcmp(name, "foreground") == 0)
            good = read_colour(yaml, value, &colour.foreground, error);
        else if (name && strcmp(name, "background") == 0)
            good = read_colour(yaml, value, &colour.background, error);
        else if (name && strcmp(name, "attributes") == 0)
            good = read_attributes(yaml, value, &colour.attributes, error);
        else if (name && strcmp(name, "mono") == 0)
            good = read_attributes(yaml, value, &mono, error);
        else
            good = yaml_fail(yaml, key, error, "unknown key %s; foreground, background, attributes or mono",
                             name ? name : "");
        if (!good)
            return false;
    }
    *style = colours ? colour : (struct style){ .attributes = mono };
    return true;
}

bool theme_read(struct theme *theme, const char *path, int colours, struct error *error)
{
    struct yaml *yaml = yaml_read(path, error);
    if (!yaml)
        return false;
    bool good = true;
    const struct yaml_node *root = yaml_root(yaml);
    for (size_t i = 0; good && i < yaml_count(yaml, root); i++) {
        const struct yaml_node *key = yaml_key(yaml, root, i), *value = yaml_value(yaml, root, i);
        const char *name = yaml_text(key);
        int face = 0;
        while (face < FACE_COUNT && (!name || strcmp(name, rows[face].name) != 0))
            face++;
        if (face == FACE_COUNT)
            good = yaml_fail(yaml, key, error, "unknown face %s", name ? name : "");
        else if (!yaml_is_mapping(value))
            good =
                yaml_fail(yaml, value, error, "foreground, background, attributes or mono are needed here");
        else
            good = read_face(yaml, value, &theme->styles[face], colours, error);
    }
    yaml_free(yaml);
    return good;
}
