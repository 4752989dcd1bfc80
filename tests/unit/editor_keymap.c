#include "editor/command/editor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct keymap *load(const char *yaml, struct error *error)
{
    char path[] = "/tmp/lacuna-keymap-XXXXXX.yaml";
    int descriptor = mkstemps(path, 5);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, yaml, strlen(yaml)), (ssize_t)strlen(yaml));
    close(descriptor);
    struct keymap *keymap = keymap_load(path, error);
    unlink(path);
    return keymap;
}

static const struct binding *find(const struct keymap *keymap, const char *mode, const char *spelled)
{
    struct key_list keys = { 0 };
    const struct binding *binding = NULL;
    assert_true(key_list_parse(&keys, spelled, strlen(spelled), NULL));
    enum key_match match = keymap_match(keymap, mode, keys.keys, keys.count, &binding);
    key_list_free(&keys);
    return match == MATCH_WHOLE ? binding : NULL;
}

static void the_keymaps_that_come_with_the_program_load(void **state)
{
    (void)state;
    struct error error = { "" };
    static const char *const others[] = { LACUNA_SOURCE_DIR "/keymaps/emacs.yaml",
                                          LACUNA_SOURCE_DIR "/keymaps/cua.yaml" };
    for (size_t i = 0; i < 2; i++) {
        struct keymap *other = keymap_load(others[i], &error);
        assert_string_equal(error.text, "");
        assert_non_null(other);
        keymap_free(other);
    }
    struct keymap *keymap = keymap_load(LACUNA_SOURCE_DIR "/keymaps/vi.yaml", &error);
    assert_non_null(keymap);
    assert_string_equal(find(keymap, "normal", "w")->command->name, "word-next");
    assert_string_equal(find(keymap, "visual", "iw")->command->name, "inner-word");
    keymap_free(keymap);
}

static void a_file_adds_replaces_and_removes(void **state)
{
    (void)state;
    struct error error = { "" };
    struct keymap *keymap =
        load("name: mine\ninitial: normal\nmodes:\n  base:\n    keys: {w: word-next, x: repeat}\n"
             "  normal:\n    parent: base\n    keys: {w: word-end big, x: ~, <C-s>z: undo}\n",
             &error);
    assert_non_null(keymap);
    assert_string_equal(find(keymap, "normal", "w")->command->name, "word-end");
    assert_string_equal(find(keymap, "normal", "w")->argument, "big");
    assert_null(find(keymap, "normal", "x"));
    assert_string_equal(find(keymap, "normal", "<C-s>z")->command->name, "undo");
    assert_null(find(keymap, "normal", "<C-s>"));
    keymap_free(keymap);
}

static void an_unknown_command_is_reported_with_its_place(void **state)
{
    (void)state;
    struct error error = { "" };
    assert_null(
        load("name: bad\ninitial: normal\nmodes:\n  normal:\n    keys:\n      w: word-nxet\n", &error));
    assert_non_null(strstr(error.text, ":6:10:"));
    assert_non_null(strstr(error.text, "word-nxet"));
}

static void a_file_that_is_no_keymap_is_refused(void **state)
{
    (void)state;
    static const char *const files[] = { "",
                                         "[]",
                                         "name: x\n",
                                         "modes: 3\ninitial: normal\n",
                                         "initial: other\nmodes: {normal: {keys: {}}}\n",
                                         "modes:\n  normal:\n    colour: red\n",
                                         "a: [unclosed\n",
                                         "extends: nowhere\n" };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct error error = { "" };
        assert_null(load(files[i], &error));
        assert_string_not_equal(error.text, "");
    }
}

static void a_name_without_a_file_is_a_clear_error(void **state)
{
    (void)state;
    struct error error = { "" };
    assert_null(keymap_load("nothing-like-this", &error));
    assert_non_null(strstr(error.text, "nothing-like-this"));
}

static void keys_are_spelled_as_they_are_read(void **state)
{
    (void)state;
    static const char *const names[] = { "<Esc>",     "<CR>", "<C-x>", "<M-x>",    "<S-Right>",
                                         "<C-Right>", "<F1>", "<F12>", "<Insert>", "<PageUp>",
                                         "a",         "é",    "<lt>",  "<Space>" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct key key;
        struct bytes spelled = { 0 };
        assert_int_equal(key_parse(names[i], strlen(names[i]), &key), strlen(names[i]));
        key_spell(key, &spelled);
        assert_string_equal(spelled.data, names[i]);
        bytes_free(&spelled);
    }
}

static void keys_survive_a_register(void **state)
{
    (void)state;
    static const char text[] = "a<Esc><C-w><Left><S-Right><M-x><CR><Tab>é";
    struct key_list keys = { 0 };
    struct bytes bytes = { 0 };
    assert_true(key_list_parse(&keys, text, strlen(text), NULL));
    for (size_t i = 0; i < keys.count; i++)
        key_encode(keys.keys[i], &bytes);
    size_t at = 0;
    for (size_t i = 0; i < keys.count; i++) {
        struct key key;
        at += key_decode(bytes.data + at, bytes.size - at, &key);
        assert_true(key_equal(key, keys.keys[i]));
    }
    assert_int_equal(at, bytes.size);
    bytes_free(&bytes);
    key_list_free(&keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_keymaps_that_come_with_the_program_load),
        cmocka_unit_test(a_file_adds_replaces_and_removes),
        cmocka_unit_test(an_unknown_command_is_reported_with_its_place),
        cmocka_unit_test(a_file_that_is_no_keymap_is_refused),
        cmocka_unit_test(a_name_without_a_file_is_a_clear_error),
        cmocka_unit_test(keys_are_spelled_as_they_are_read),
        cmocka_unit_test(keys_survive_a_register),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
